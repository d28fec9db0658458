using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>What has become of a start so far.</summary>
/// <param name="Left">How long until it may be decided without any event; zero when it is decided; null: nobody knows.</param>
/// <param name="Failure">How it failed; null when it did not.</param>
public readonly record struct StartVerdict(TimeSpan? Left, Outcome.Failed? Failure)
{
    // For a process of which we know only that it runs.
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

    private static readonly StartVerdict Undecided = new(null, null), Ready = new(TimeSpan.Zero, null);

    public bool IsDecided => Left == TimeSpan.Zero;

    /// <param name="started">What was started.</param>
    /// <param name="now">Its record now; null: it is gone.</param>
    /// <param name="serves">See <see cref="IStartWait.Until"/>.</param>
    public static StartVerdict Of(ProcessRef started, ProcessRecord? now, bool serves, DateTimeOffset time)
    {
        if (now is null)
            return Failed("it was deleted before it was ready", FailureCode.NotFound);
        // A task is up when it has done its work.
        if (now.IsDone && now.RunNumber == started.Run)
            return Ready;
        if (now.State is RunState.Running run && now.RunNumber == started.Run)
            return now.Spec.IsTask ? Undecided : Of(started, now, run, serves, time);
        if (now.State is RunState.Stopping { Why: not null })
            return Undecided;
        return Failed(now.LastRun is { } last && (now.RunNumber == started.Run || last.Pid == started.Pid)
            ? $"its start failed: {(last.Why is null ? last.How : $"{last.Why} ({last.How})")}"
            : "it was stopped before it was ready");

        StartVerdict Failed(string why, FailureCode code = FailureCode.NotReady) =>
            new(TimeSpan.Zero, new Outcome.Failed(started.Name, now is null ? started : now, why, code));
    }

    private static StartVerdict Of(ProcessRef started, ProcessRecord now, RunState.Running run, bool serves, DateTimeOffset time)
    {
        if (!run.IsReady || run.Handover is not null)
            return Undecided;
        // A process that has a pid file, and has not handed over yet, may be about to.
        var mayHandOver = now.Spec.PidFile is not null && now.Spec.Readiness is null && run.Identity.Pid == started.Pid;
        if (!serves && !mayHandOver)
            return Ready;
        if (now.Spec.Health is null || !serves)
            return now.Spec.Readiness is null && (run.ReadySince ?? run.Since) + LeastLife - time is { Ticks: > 0 } left ? new StartVerdict(left, null) : Ready;
        return run.Health switch
        {
            null => Undecided,
            { IsHealthy: true } => Ready,
            { Why: var why } => new StartVerdict(TimeSpan.Zero, new Outcome.Failed(started.Name, now, $"it is unhealthy: {why}", FailureCode.NotReady)),
        };
    }
}
