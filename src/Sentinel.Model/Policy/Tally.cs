namespace Sentinel.Model.Policy;

/// <summary>What has happened to a process since it was registered, in numbers that only grow.</summary>
public sealed record Tally
{
    public static readonly Tally None = new();

    public Counts<RestartReason> Restarts { get; init; } = Counts<RestartReason>.None;

    public Counts<EndKind> Ends { get; init; } = Counts<EndKind>.None;

    /// <summary>Counted in memory, and written when the state is written for another reason.</summary>
    public Counts<CheckResult> Checks { get; init; } = Counts<CheckResult>.None;

    /// <summary>Of starts after which it had something to wait for.</summary>
    public StartTimes Starts { get; init; } = StartTimes.None;

    /// <summary>When a task last ended with success; null: never, or it is no task.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>What it comes to when a process has taken a step.</summary>
    public static Tally After(ProcessRecord before, ProcessRecord after)
    {
        var tally = before.Tally;
        if (after.State is RunState.Starting && before.State is RunState.Backoff or RunState.Waiting { Automatic: true })
            tally = tally with { Restarts = tally.Restarts.With(before.Again) };
        // One that has taken the place of another, and not one that was to.
        if (before.Predecessor is { Reason: var reason } && before.IsBeingReplaced && after.State is RunState.Running { IsReady: true } && after.Predecessor is not null)
            tally = tally with { Restarts = tally.Restarts.With(reason) };
        if (before.State is RunState.Running { IsReady: false } && after.State is RunState.Running { IsReady: true, ReadySince: { } ready } run)
            tally = tally with { Starts = tally.Starts.After(ready - run.Since) };
        if (after.LastRun is not { } last || ReferenceEquals(last, before.LastRun))
            return tally;
        var kind = EndKinds.Of(before, last);
        return tally with
        {
            Ends = tally.Ends.With(kind),
            LastSuccess = kind == EndKind.Success && before.Spec.IsTask ? last.EndedAt : tally.LastSuccess,
        };
    }
}
