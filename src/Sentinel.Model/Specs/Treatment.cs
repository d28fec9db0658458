namespace Sentinel.Model.Specs;

/// <summary>How the system is to treat a process, set before its first instruction and inherited by all that it starts.</summary>
public sealed record Treatment
{
    /// <summary>Nothing is asked for: it is treated as whoever starts it.</summary>
    public static readonly Treatment None = new();

    /// <summary>Who it runs as: a name or uid, and after a colon a group; null: whoever starts it.</summary>
    public string? User { get; init; }

    /// <summary>-20 (most) to 19 (least); see setpriority(2).</summary>
    public int? Nice { get; init; }

    public IoPriority? IoPriority { get; init; }

    /// <summary>The CPUs that it may run on; null: all.</summary>
    public IReadOnlyList<int>? Cpus { get; init; }

    /// <summary>-1000 (never killed when memory runs out) to 1000 (first); see proc_pid_oom_score_adj(5).</summary>
    public int? OomScoreAdjust { get; init; }

    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Of all that it starts together; the others hold for each process.</summary>
    public TreeLimits Tree { get; init; } = TreeLimits.None;

    public bool IsNone => Limits.Count == 0 && this == None with { Limits = Limits };
}
