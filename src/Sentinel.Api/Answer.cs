namespace Sentinel.Api;

/// <summary>What there is to say to a <see cref="Query"/>.</summary>
public abstract record Answer
{
    private Answer()
    {
    }

    /// <summary>A failure for each target that names nothing.</summary>
    public IReadOnlyList<Outcome> Missing { get; init; } = [];

    /// <summary>What else was found, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The answer to <see cref="Query.Processes"/>.</summary>
    /// <param name="LastEvent">The number of the last event that led to this; see <see cref="Model.State.LastEvent"/>.</param>
    public sealed record Processes(IReadOnlyList<ProcessInfo> All, long LastEvent) : Answer;

    /// <summary>The answer to <see cref="Query.Summaries"/>.</summary>
    public sealed record Summaries(IReadOnlyList<ProcessSummary> All) : Answer;

    /// <summary>The answer to <see cref="Query.Stories"/>.</summary>
    public sealed record Stories(IReadOnlyList<Story> All) : Answer;

    /// <summary>The answer to <see cref="Query.Groups"/>.</summary>
    public sealed record Groups(IReadOnlyList<GroupInfo> All) : Answer;

    /// <summary>The answer to <see cref="Query.Ports"/>.</summary>
    public sealed record Ports(IReadOnlyList<PortInfo> All) : Answer;

    /// <summary>The answer to <see cref="Query.Environment"/>.</summary>
    /// <param name="Of">Null: what is <see cref="Missing"/> says why.</param>
    public sealed record Environment(EnvironmentInfo? Of) : Answer;

    /// <summary>The answer to <see cref="Query.Overdue"/>.</summary>
    public sealed record Overdue(IReadOnlyList<Outcome> All) : Answer;

    /// <summary>The answer to <see cref="Query.Start"/>.</summary>
    /// <param name="Failure">Why it failed; null: it has succeeded.</param>
    public sealed record Start(Outcome.Failed? Failure) : Answer;

    /// <summary>The answer to <see cref="Query.Log"/>.</summary>
    /// <param name="Page">Null: what is <see cref="Missing"/> says why.</param>
    public sealed record Log(LogPage? Page) : Answer;

    /// <summary>The answer to <see cref="Query.Findings"/>.</summary>
    public sealed record Findings(IReadOnlyList<Finding> All) : Answer;

    /// <summary>The answer to <see cref="Query.Metrics"/>.</summary>
    /// <param name="Daemon">Null: no daemon answers.</param>
    /// <param name="Version">Of the program that answers.</param>
    public sealed record Metrics(IReadOnlyList<ProcessMetrics> All, DaemonMetrics? Daemon, string Version) : Answer;

    /// <summary>The answer to <see cref="Query.Events"/>.</summary>
    /// <param name="Page">What comes next; empty: nothing yet.</param>
    /// <param name="Last">The number of the last event that there is.</param>
    public sealed record Events(IReadOnlyList<Notice> Page, long Last) : Answer;
}
