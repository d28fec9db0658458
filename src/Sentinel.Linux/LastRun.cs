using System.Globalization;

namespace Sentinel.Linux;

/// <summary>When a process last had a processor.</summary>
internal static class LastRun
{
    /// <summary>
    /// How long ago; null where the kernel does not tell (/proc/PID/sched needs its scheduler's debugging), or cannot: each processor has
    /// a clock of its own, and on a virtual machine they are seconds apart.
    /// </summary>
    public static TimeSpan? Ago(int pid) =>
        // Milliseconds of the scheduler's clock, which only we ourselves can say the time of.
        Read(pid) is { } then && Read(Environment.ProcessId) is { } now && now >= then ? TimeSpan.FromMilliseconds(now - then) : null;

    private static double? Read(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/sched").FirstOrDefault(line => line.StartsWith("se.exec_start", StringComparison.Ordinal));
            return double.TryParse(line?[(line.IndexOf(':') + 1)..], CultureInfo.InvariantCulture, out var time) ? time : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
