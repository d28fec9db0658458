using Sentinel.Api;

namespace Sentinel.Core.Diagnosis;

/// <summary>Which control groups we could create; see cgroups(7).</summary>
public abstract record ControlGroups
{
    private ControlGroups()
    {
    }

    /// <summary>Version 2 is not mounted.</summary>
    public sealed record None : ControlGroups;

    /// <summary>We may create none below our own.</summary>
    public sealed record Closed(string Own) : ControlGroups;

    /// <param name="Own">The folder of the group that we are in.</param>
    /// <param name="Limits">The options of <c>run</c> that limit a tree and can be used.</param>
    /// <param name="WhyNotAll">Why one of them cannot be used; null when all can.</param>
    public sealed record Open(string Own, IReadOnlyList<string> Limits, string? WhyNotAll) : ControlGroups;
}

public static class ControlGroupCheck
{
    private const string Meaning = "a process that starts others faster than they can be held, or removes every sign of its tree on purpose, can outlive a stop";

    public static IEnumerable<Finding> Of(ControlGroups groups) =>
    [
        groups switch
        {
            ControlGroups.Open open => Finding.Ok(Areas.ControlGroups, $"cgroup v2, and every tree gets a group below {open.Own}; {Limits(open)}"),
            ControlGroups.Closed closed => Finding.Degraded(
                Areas.ControlGroups,
                $"no control group can be created below our own, {closed.Own}: {Meaning}",
                "start sentinel where systemd delegates: with 'systemd-run --user --scope' in a login session, or in a unit with Delegate=yes"),
            _ => Finding.Degraded(
                Areas.ControlGroups,
                $"cgroup v2 is not mounted: {Meaning}",
                "boot with systemd.unified_cgroup_hierarchy=1; in a container mount cgroup2 at /sys/fs/cgroup"),
        },
    ];

    private static string Limits(ControlGroups.Open open) =>
        (open.Limits.Count > 0 ? $"{string.Join(", ", open.Limits)} can be used" : "no tree can have limits")
        + (open.WhyNotAll is { } why ? $" ({why})" : "");
}
