namespace Sentinel.Model.Specs;

/// <summary>How the system treats a process; set before its first instruction and inherited by everything that it starts.</summary>
public sealed record Treatment
{
    /// <summary>Nothing is set: the process is treated like whoever starts it.</summary>
    public static readonly Treatment None = new();

    /// <summary>The user to run as: a name or uid, and optionally a colon and a group; null: whoever starts it.</summary>
    public string? User { get; init; }

    /// <summary>-20 (highest priority) to 19 (lowest); see setpriority(2).</summary>
    public int? Nice { get; init; }

    public IoPriority? IoPriority { get; init; }

    /// <summary>The CPUs that it may run on; null: all.</summary>
    public IReadOnlyList<int>? Cpus { get; init; }

    /// <summary>-1000 (never killed when memory runs out) to 1000 (first); see proc_pid_oom_score_adj(5).</summary>
    public int? OomScoreAdjust { get; init; }

    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Limits on all processes of the tree together; the other limits apply to each process.</summary>
    public TreeLimits Tree { get; init; } = TreeLimits.None;

    public bool IsNone => Limits.Count == 0 && this == None with { Limits = Limits };
}
