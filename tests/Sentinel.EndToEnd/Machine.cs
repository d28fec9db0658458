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

    /// <summary>What can be limited at all; null without the hierarchy.</summary>
    public static string[]? Controllers =>
        Mount is null ? null : File.ReadAllText(Path.Combine(Mount, "cgroup.controllers")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public static string? Own => Of("self");

    /// <summary>The folder of the group that a process is in; null when it is gone.</summary>
    public static string? Of(Live process) => Of($"{process.Pid}");

    /// <summary>The groups of all runs of some processes, with limits and without.</summary>
    public static IEnumerable<string> OfTrees(IEnumerable<string> cookies)
    {
        if (Own is not { } own)
            return [];
        string[] places = [own, .. Directory.GetDirectories(own, "sentinel.*")];
        var records = cookies.ToHashSet();
        return places.SelectMany(Directory.GetDirectories)
            .Where(group => IsOfATree(group) && records.Contains(Path.GetFileName(group)["sentinel-".Length..].Split('.')[0]));
    }

    public static bool IsOfATree(string group) => Path.GetFileName(group).StartsWith("sentinel-", StringComparison.Ordinal);

    /// <summary>With the groups below it. Whether it is gone now: one that a process has just ended in may be busy still.</summary>
    public static bool Remove(string group)
    {
        try
        {
            foreach (var below in Directory.GetDirectories(group))
                Remove(below);
            Directory.Delete(group);
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (IOException)
        {
            return false;
        }

        return true;
    }

    private static string? Of(string pid)
    {
        try
        {
            return Mount is null ? null
                : Mount + File.ReadLines($"/proc/{pid}/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
