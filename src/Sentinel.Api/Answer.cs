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

    /// <summary>The answer to <see cref="Query.Stories"/>.</summary>
    public sealed record Stories(IReadOnlyList<Story> All) : Answer;
}
