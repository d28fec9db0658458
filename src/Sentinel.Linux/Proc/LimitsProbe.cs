using System.Globalization;
using Sentinel.Core.Diagnosis;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>What limits the system sets us.</summary>
public static class LimitsProbe
{
    private const string Inotify = "/proc/sys/fs/inotify";

    /// <param name="pid">The process whose limit of open files to look at.</param>
    public static Limits Look(int pid)
    {
        // Columns: name, soft limit, hard limit, unit; see proc_pid_limits(5).
        const string name = "Max open files";
        var fields = File.ReadLines($"/proc/{pid}/limits").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // A daemon raises its limit as far as it may when it starts.
        var most = Limit(fields[1]);
        return new Limits(
            Number($"{Inotify}/max_user_watches"), Number($"{Inotify}/max_user_instances"), CanWatch(), pid == Environment.ProcessId ? most : Limit(fields[0]), most);
    }

    private static long Number(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    private static long Limit(string text) => text == "unlimited" ? long.MaxValue : long.Parse(text, CultureInfo.InvariantCulture);

    private static bool CanWatch()
    {
        var descriptor = LibC.inotify_init1(LibC.O_CLOEXEC);
        if (descriptor < 0)
            return false;
        _ = LibC.close(descriptor);
        return true;
    }
}
