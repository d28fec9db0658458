namespace Sentinel.EndToEnd;

internal static class Machine
{
    /// <summary>Since Linux 6.15 a pidfd tells everybody how a process ended, and not its parent alone.</summary>
    public static bool TellsExitCodesToAll => Environment.OSVersion.Version >= new Version(6, 15);
}

/// <summary>The unified control group hierarchy (cgroup v2).</summary>
internal static class ControlGroups
{
    private static readonly string? Mount = File.ReadLines("/proc/self/mountinfo")
        .FirstOrDefault(line => line.Contains(" - cgroup2 "))?.Split(' ')[4];

    public static string? Own => Of("self");

    /// <summary>The folder of the group that a process is in.</summary>
    public static string? Of(Live process) => Of($"{process.Pid}");

    private static string? Of(string pid) => Mount is null ? null
        : Mount + File.ReadLines($"/proc/{pid}/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..];
}
