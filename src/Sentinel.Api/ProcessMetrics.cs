using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>What is measured and counted of a process.</summary>
public sealed record ProcessMetrics
{
    public required string Name { get; init; }

    /// <summary>Null: it is of none.</summary>
    public string? Project => ProcessName.ProjectOf(Name);

    /// <summary>Its number in its set; null: it is of none.</summary>
    public int? Instance { get; init; }

    /// <summary>One of <see cref="RunState.Words"/>.</summary>
    public required string State { get; init; }

    /// <summary>Whether its main process runs.</summary>
    public bool IsUp { get; init; }

    public bool IsReady { get; init; }

    /// <summary>Null: not known, or not checked.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>When its run began; null: none is under way.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Of the tree of this run, with what has ended of it as far as that is known; null: nothing runs.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Resident memory of the tree; null: nothing runs.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>How much it may use before it is restarted or killed; null: no limit.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Of the tree; null: nothing runs.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether a start has anything to wait for until it is ready.</summary>
    public bool HasReadiness { get; init; }

    public bool HasHealthCheck { get; init; }

    public bool IsTask { get; init; }

    /// <summary>How long its last run took; null: it had none.</summary>
    public double? LastRunSeconds { get; init; }

    public Tally Tally { get; init; } = Tally.None;

    /// <summary>Null: there is no such log.</summary>
    public LogMetrics? Stdout { get; init; }

    /// <inheritdoc cref="Stdout"/>
    public LogMetrics? Stderr { get; init; }
}

/// <summary>What was done to a log since it was made, also by an earlier process of the same name.</summary>
/// <param name="Bytes">Written to it.</param>
/// <param name="Rotations">How often it was rotated.</param>
public sealed record LogMetrics(long Bytes, long Rotations);

/// <summary>What a daemon measures of itself since it began.</summary>
/// <param name="MemoryBytes">Resident memory now.</param>
/// <param name="Wakeups">How often it had something to do.</param>
/// <param name="StateWrites">How often it wrote the state.</param>
/// <param name="StateWriteSeconds">How long that took in all.</param>
public sealed record DaemonMetrics(long MemoryBytes, long Wakeups, long StateWrites, double StateWriteSeconds);
