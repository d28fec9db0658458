namespace Sentinel.Core.Diagnosis;

/// <summary>Which control groups we could make; see cgroups(7).</summary>
public abstract record ControlGroups
{
    private ControlGroups()
    {
    }

    /// <summary>Version 2 is not mounted.</summary>
    public sealed record None : ControlGroups;

    /// <summary>We may make none below our own.</summary>
    public sealed record Closed(string Own) : ControlGroups;

    /// <param name="Own">The folder of the group that we are in.</param>
    /// <param name="Controllers">What could be limited there.</param>
    /// <param name="Enabled">What could be limited in the groups below.</param>
    /// <param name="IsBesideOld">Whether version 1 is mounted as well, and has the other controllers.</param>
    public sealed record Open(string Own, IReadOnlyList<string> Controllers, IReadOnlyList<string> Enabled, bool IsBesideOld) : ControlGroups;
}

public static class ControlGroupCheck
{
    private const string Meaning = "a process that empties its environment and leaves its session and its parents is not found again";

    public static IEnumerable<Finding> Of(ControlGroups groups) =>
    [
        groups switch
        {
            ControlGroups.Open open => Finding.Ok(Areas.ControlGroups, $"cgroup v2, and every tree gets a group below {open.Own}; {Controllers(open)}"),
            ControlGroups.Closed closed => Finding.Degraded(
                Areas.ControlGroups,
                $"no group can be made below our own, {closed.Own}: {Meaning}",
                "start sentinel where systemd delegates: in a login session by 'systemd-run --user --scope', in a unit with Delegate=yes"),
            _ => Finding.Degraded(
                Areas.ControlGroups,
                $"cgroup v2 is not mounted: {Meaning}",
                "boot with systemd.unified_cgroup_hierarchy=1; in a container mount cgroup2 at /sys/fs/cgroup"),
        },
    ];

    private static string Controllers(ControlGroups.Open open) =>
        open.IsBesideOld && !open.Controllers.Contains("memory") ? "it is beside v1, and without the memory controller"
        : open.Controllers.Count == 0 ? "without controllers"
        : $"controllers: {string.Join(' ', open.Controllers)}; for groups below: {(open.Enabled.Count == 0 ? "none" : string.Join(' ', open.Enabled))}";
}
