using System.Text;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>What a process lives in, and only its children inherit: namespaces, a root folder, and rights that were taken away.</summary>
internal static unsafe class Surroundings
{
    private static readonly (string File, string Name)[] Namespaces =
    [
        ("net", "network"), ("mnt", "mount"), ("pid", "process"), ("user", "user"), ("uts", "host name"), ("ipc", "IPC"), ("cgroup", "control group"),
        ("time", "clock"),
    ];

    private static readonly (string Field, string What)[] Reduced =
    [
        ("CapBnd", "has other rights that root can have (the bounding set)"), ("CapAmb", "has other ambient rights"), ("Seccomp", "has another filter of system calls (seccomp)"),
        ("Seccomp_filters", "has another filter of system calls (seccomp)"),
    ];

    /// <summary>Our own, one part a line.</summary>
    public static string Own()
    {
        var text = new StringBuilder();
        foreach (var (file, _) in Namespaces)
            text.Append($"{file}={Links.Target($"/proc/self/ns/{file}")}\n");
        LibC.StatX status;
        if (LibC.statx(LibC.AT_FDCWD, "/", 0, LibC.STATX_INO, &status) == 0)
            text.Append($"root={status.DeviceMajor}:{status.DeviceMinor}:{status.Inode}\n");
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (Array.Exists(Reduced, right => line.StartsWith(right.Field + ":", StringComparison.Ordinal)))
                text.Append($"{line.Replace(":\t", "=")}\n");
        return text.ToString();
    }

    /// <summary>How we differ from another; null when we do not.</summary>
    public static string? Difference(string others)
    {
        var (own, their) = (Parts(Own()), Parts(others));
        foreach (var (file, name) in Namespaces)
            if (Differs(file))
                return $"is in another {name} namespace";
        if (Differs("root"))
            return "has another root folder";
        foreach (var (field, what) in Reduced)
            if (Differs(field))
                return what;
        return null;

        bool Differs(string part) => own.GetValueOrDefault(part) != their.GetValueOrDefault(part);
    }

    private static Dictionary<string, string> Parts(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('=', 2)).Where(part => part.Length == 2).GroupBy(part => part[0]).ToDictionary(same => same.Key, same => same.First()[1]);
}
