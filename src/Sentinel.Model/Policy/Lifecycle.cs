using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What must be done now that a process is in a new state.</summary>
public enum Effect
{
    None,

    /// <summary>Execute the program.</summary>
    Spawn,

    /// <summary>End the process and all of its tree.</summary>
    EndTree,

    /// <summary>End the run before the current one.</summary>
    EndPredecessor,
}

public readonly record struct Decision(ProcessRecord Record, Effect Effect);

/// <summary>
/// Every decision about a process, as a function of what happened: nothing here touches a clock, a file or a process.
/// </summary>
public static class Lifecycle
{
    public static Decision Decide(ProcessRecord record, ProcessEvent happened, DateTimeOffset now)
    {
        var (after, effect) = Step(record, happened, now);
        if (ReferenceEquals(after, record))
            return new Decision(record, effect);
        // Only what is about to be started again has a reason for it.
        if (after.Again != default && after.State is not (RunState.Stopping or RunState.Backoff or RunState.Waiting))
            after = after with { Again = default };
        var tally = Tally.After(record, after);
        return new Decision(ReferenceEquals(tally, after.Tally) ? after : after with { Tally = tally }, effect);
    }

    private static Decision Step(ProcessRecord record, ProcessEvent happened, DateTimeOffset now) =>
        (record.State, happened) switch
        {
            (RunState.Starting or RunState.Running or RunState.Stopping, ProcessEvent.StartRequested or ProcessEvent.RunRequested) => Unchanged(record),
            // After a restart it runs; otherwise it is its times that start it.
            (RunState.Scheduled { OnDemand: true }, ProcessEvent.StartRequested) when record.Spec.OnDemand => Unchanged(record),
            (not RunState.Backoff, ProcessEvent.StartRequested) when record.Spec.OnDemand =>
                Becomes(record with { ShortRuns = 0, RecentRestarts = [], WatchTrouble = Unpaused(record) }, new RunState.Scheduled(now, OnDemand: true)),
            (not RunState.Backoff, ProcessEvent.StartRequested) when record.Spec.IsJob =>
                Becomes(record with { ShortRuns = 0, RecentRestarts = [], Schedule = new ScheduleMark(now) }, new RunState.Scheduled(now)),
            (_, ProcessEvent.StartRequested or ProcessEvent.RunRequested) =>
                new(NextRun(record, now, automatic: false) with { ShortRuns = 0, RecentRestarts = [], WatchTrouble = Unpaused(record) }, Effect.Spawn),

            (RunState.Starting, ProcessEvent.Spawned spawned) => Becomes(
                record,
                new RunState.Running(now, spawned.Identity) { IsReady = record.Readiness is null && !record.Spec.HasSteps, LogStarts = spawned.LogStarts, FilesKey = spawned.FilesKey }),
            (RunState.Starting starting, ProcessEvent.SpawnFailed failed) => NotStarted(record, starting, failed, now),

            (RunState.Running run, ProcessEvent.StopRequested) =>
                new(record with { State = new RunState.Stopping(now, run) }, Effect.EndTree),
            (RunState.Starting, ProcessEvent.StopRequested) =>
                new(record with { State = new RunState.Stopping(now, null) }, Effect.EndTree),
            (RunState.Backoff or RunState.Waiting or RunState.Scheduled or RunState.Failed or RunState.Exited { Left: not null }, ProcessEvent.StopRequested) =>
                new(record with { State = new RunState.Stopped(now) }, Effect.EndTree),
            // It is no longer to be restarted.
            (RunState.Stopping stopping, ProcessEvent.StopRequested) =>
                new(record with { State = stopping with { Why = null, ThenStart = false, IsIdle = false } }, Effect.EndTree),
            // Its times no longer start it, either.
            (RunState.Exited or RunState.Crashed, ProcessEvent.StopRequested) when record.Spec.Schedule is not null =>
                new(record with { State = new RunState.Stopped(now) }, Effect.EndTree),
            // Whatever its main process left behind must still be ended.
            (_, ProcessEvent.StopRequested) => new(record, Effect.EndTree),

            (var state, ProcessEvent.RestartRequested wanted) => new(
                record with
                {
                    Again = wanted.Reason,
                    Changed = wanted.Change is { } change ? change with { Run = record.RunNumber + 1 } : record.Changed,
                    State = (state as RunState.Stopping ?? new RunState.Stopping(now, state.CurrentRun)) with { Why = null, ThenStart = true, IsIdle = false },
                    ShortRuns = 0,
                    RecentRestarts = [],
                },
                Effect.EndTree),

            (RunState.Running run, ProcessEvent.Idle) when record.Spec.OnDemand && record.Predecessor is null =>
                new(record with { State = new RunState.Stopping(now, run) { ThenStart = true, IsIdle = true } }, Effect.EndTree),
            (RunState.Running run, ProcessEvent.ReplaceRequested wanted) when CanBeReplaced(record) => new(
                NextRun(record, now, automatic: false) with
                {
                    Predecessor = new Predecessor(record.RunNumber, run, wanted.Reason),
                    Changed = wanted.Change is { } change ? change with { Run = record.RunNumber + 1 } : record.Changed,
                },
                Effect.Spawn),
            (_, ProcessEvent.PredecessorEnded before) when record.Predecessor is { Run: var run } => Unchanged(Alone(record, now) with
            {
                Predecessor = null,
                LastRun = End(run, new ProcessEvent.Ended(before.How, before.Witnessed), now),
            }),

            (_, ProcessEvent.FilesChanged files) => Unchanged(record with { Changed = files.Change }),
            (_, ProcessEvent.Watched watched) => Unchanged(record with { WatchTrouble = watched.Trouble }),

            (_, ProcessEvent.LeaseEnded over) => Step(record with { LeaseOver = over.Why }, new ProcessEvent.StopRequested(), now),

            (RunState.Running { IsReady: false } run, ProcessEvent.Ready) => new(
                record with { State = run with { IsReady = true, ReadySince = now, Impediment = null }, ShortRuns = record.Predecessor is null ? record.ShortRuns : 0 },
                record.Predecessor is null ? Effect.None : Effect.EndPredecessor),
            (RunState.Running { IsReady: false } run, ProcessEvent.Impeded impeded) => Becomes(record, run with { Impediment = impeded.Why }),
            (RunState.Running { IsReady: false } run, ProcessEvent.NotReady late) => Fails(record, run, late.Why, now),
            (RunState.Running run, ProcessEvent.Met met) => Becomes(record, run with { Met = run.Met.With(met.Condition) }),
            (RunState.Running run, ProcessEvent.Said said) => Becomes(record, run with { Says = said.What }),
            (RunState.Running run, ProcessEvent.Signalled sent) => Becomes(record, run with { Signalled = sent.Number }),
            (RunState.Running run, ProcessEvent.Examined examined) => Examined(record, run, examined, now),
            // Without a probe, a process that has lived long enough is ready.
            (RunState.Running { IsReady: false } run, ProcessEvent.Tick) when IsReadyByNow(record, run, now) =>
                Step(record, new ProcessEvent.Ready(), now),

            (RunState.Running run, ProcessEvent.HandedOver next) => Becomes(record, run with { Identity = next.Identity, Handover = null }),
            (RunState.Running run, ProcessEvent.Ended ended) => MayHandOver(record, run, ended, now),
            // What it left may still be serving, so nothing else may take its place.
            (RunState.Exited { Left: null } exited, ProcessEvent.FoundLeft found) when Background.Is(record, found.Left) =>
                Becomes(record, exited with { Left = Background.Words(found.Left) }),
            (RunState.Backoff, ProcessEvent.FoundLeft found) when Background.Is(record, found.Left) =>
                Becomes(record, new RunState.Exited(now) { Left = Background.Words(found.Left) }),

            (RunState.Stopping { Run: { } run, Why: { } why }, ProcessEvent.Ended ended) when record.IsBeingReplaced => new(BackToPredecessor(record, Failed(record, run, ended, why, now)), Effect.None),
            (RunState.Stopping { Run: { } run, Why: { } why }, ProcessEvent.Ended ended) => EndedByItself(record, run, ended, now, why),
            (RunState.Stopping stopping, ProcessEvent.Ended ended) => Becomes(
                record with { LastRun = stopping.Run is { } run ? End(run, ended, now) : record.LastRun, Predecessor = null },
                stopping.IsIdle ? new RunState.Scheduled(now, OnDemand: true)
                    : stopping.ThenStart ? new RunState.Backoff(now, Due: now)
                    : new RunState.Stopped(now)),

            (RunState.Waiting, ProcessEvent.MustWait) => Unchanged(record),
            (var state, ProcessEvent.MustWait) => Becomes(record, new RunState.Waiting(now, Automatic: state is RunState.Backoff)),
            (RunState.Waiting { Automatic: false }, ProcessEvent.Tick) => Step(record, new ProcessEvent.RunRequested(), now),
            (var state, ProcessEvent.Tick) when state.IsDue(now) => new(
                NextRun(record, now, automatic: true) with
                {
                    Restarts = record.Restarts + 1,
                    RecentRestarts = record.Spec.RestartLimit is { } limit ? [now, .. record.RecentRestarts.Take(limit.Restarts - 1)] : [],
                },
                Effect.Spawn),

            (var state, ProcessEvent.ResetRequested) => Unchanged(record with
            {
                State = state is RunState.Failed ? new RunState.Stopped(now) : state,
                Restarts = 0,
                ShortRuns = 0,
                RecentRestarts = [],
            }),

            _ => Unchanged(record),
        };

    /// <summary>Whether a process that is not ready has nothing to wait for, and has lived for as long as it must.</summary>
    public static bool IsReadyByNow(ProcessRecord record, RunState.Running run, DateTimeOffset now) => !record.Spec.HasSteps
        && (record.Readiness is null || (record.Readiness is { Probe: null, Timeout: var timeout } && (now - run.Since >= timeout || now < run.Since)));

    private static Decision Examined(ProcessRecord record, RunState.Running run, ProcessEvent.Examined examined, DateTimeOffset now)
    {
        run = run with { Health = new Health(examined.IsHealthy, now, examined.Why) };
        return examined.IsHealthy || record.Spec.Restart == RestartRule.Never
            ? Becomes(record, run)
            : Fails(record, run, $"unhealthy: {examined.Why}", now);
    }

    private static Decision Fails(ProcessRecord record, RunState.Running run, string why, DateTimeOffset now) =>
        new(record with { State = new RunState.Stopping(now, run, why) }, Effect.EndTree);

    private const string NotReadyYet = "it ended before it was ready";

    // A process with a pid file may go on as another process, and the file may take some time to name it.
    private static Decision MayHandOver(ProcessRecord record, RunState.Running run, ProcessEvent.Ended ended, DateTimeOffset now)
    {
        var handover = run.Handover ?? new Handover(now, ended.How, ended.Witnessed, ended.PeakMemoryBytes);
        if (ended.NoSuccessor is not { } why || record.Spec.PidFile is null || !handover.MayCome)
            return EndedByItself(record, run, handover.End, now);
        if (!handover.IsOver(record.Spec, run.IsReady, now))
            return Becomes(record, run with { Handover = handover });
        var isStart = now - run.Since < RestartBackoff.StableRun + handover.Time(record.Spec, run.IsReady);
        return EndedByItself(record, run, handover.End, now, isStart ? $"its pid file names no successor: {why}" : null);
    }

    // Nothing else would make it ready.
    private static ProcessRecord Alone(ProcessRecord record, DateTimeOffset now) => record is { State: RunState.Running { IsReady: false } run, Spec: { Readiness: null, HasSteps: false } }
        ? record with { State = run with { IsReady = true, ReadySince = now } }
        : record;

    /// <summary>Whether another run can be started beside its current one.</summary>
    public static bool CanBeReplaced(ProcessRecord record) => record is { State: RunState.Running { IsReady: true, Handover: null }, Predecessor: null };

    // All of it ends before the one before it is the current run again: its end is known by then, and kept.
    private static EndedRun Failed(ProcessRecord record, RunState.Running run, ProcessEvent.Ended ended, string why, DateTimeOffset now) =>
        record.LastRun is { } last && last.Pid == run.Identity.Pid && last.StartedAt == run.Since ? last : End(run, ended, now) with { Why = why };

    private static ProcessRecord BackToPredecessor(ProcessRecord record, EndedRun failed) => record.AsPredecessor with { LastRun = failed };

    private static Decision EndedByItself(
        ProcessRecord record, RunState.Running run, ProcessEvent.Ended ended, DateTimeOffset now, string? why = null)
    {
        var isItsOwn = why is null;
        // If nobody watched, it may have become ready in the meantime. One that only has steps before it may end as soon as it begins.
        if (!run.IsReady && record.Readiness is not null && ended.Witnessed && !IsReadyByNow(record, run, now))
            why ??= $"{NotReadyYet}{(run.Impediment is null ? "" : $": {run.Impediment}")}";
        var isStable = run.IsReady && now - run.Since >= RestartBackoff.StableRun;
        var end = End(run, ended, now);
        if (record.IsBeingReplaced)
            return new(record with { LastRun = end with { Why = why ?? NotReadyYet }, State = new RunState.Stopping(now, run, why ?? NotReadyYet) }, Effect.EndTree);
        record = record with { Predecessor = null, LastRun = why is null ? end : end with { Why = why }, ShortRuns = isStable ? 0 : record.ShortRuns + 1 };

        // The next who connects starts it again.
        if (record.Spec.OnDemand && why is null && record.Spec.ExitCodes.IsSuccess(ended.How))
            return Becomes(record, new RunState.Scheduled(now, OnDemand: true));

        // An end that nobody saw may have been a failure.
        var codes = record.Spec.ExitCodes;
        var restarts = record.Spec.Restart switch
        {
            _ when isItsOwn && codes.IsFinal(ended.How) => false,
            // It has done its work.
            _ when isItsOwn && record.Spec.IsTask && codes.IsSuccess(ended.How) => false,
            RestartRule.Always => true,
            RestartRule.OnFailure => why is not null || !codes.IsSuccess(ended.How),
            _ => false,
        };
        var again = record.State is RunState.Stopping ? (run.Health is { IsHealthy: false } ? RestartReason.Unhealthy : RestartReason.NotReady)
            : why is null && codes.IsSuccess(ended.How) ? RestartReason.Exit
            : RestartReason.Crash;
        return restarts ? WaitToRestart(record with { Again = again }, now)
            : why is null && (codes.IsSuccess(ended.How) || ended.How is Exit.Unknown) ? Becomes(record, new RunState.Exited(now))
            : Becomes(record, new RunState.Crashed(now));
    }

    // A start by the user means that its files are to be watched again.
    private static WatchTrouble? Unpaused(ProcessRecord record) => record.WatchTrouble is WatchTrouble.Loop ? null : record.WatchTrouble;

    private static ProcessRecord NextRun(ProcessRecord record, DateTimeOffset now, bool automatic) =>
        record with { State = new RunState.Starting(now, automatic), RunNumber = record.RunNumber + 1 };

    // A start that the user asked for and that fails is left to the user. An interrupted start is retried by whoever looks next.
    private static Decision NotStarted(ProcessRecord record, RunState.Starting starting, ProcessEvent.SpawnFailed failed, DateTimeOffset now)
    {
        record = record with { LastRun = new EndedRun(null, starting.Since, now, Witnessed: true, new Exit.NotStarted(failed.Why)) };
        if (record.IsBeingReplaced)
            return new(BackToPredecessor(record, record.LastRun), Effect.None);
        if (failed.IsInterrupted)
            return Becomes(record with { Again = RestartReason.Interrupted }, new RunState.Backoff(now, Due: now));
        // No process was made, so the run before may still be the last to have left something.
        record = record with { RunNumber = record.RunNumber - 1 };
        return starting.Automatic && record.Spec.Restart != RestartRule.Never
            ? WaitToRestart(record with { ShortRuns = record.ShortRuns + 1 }, now)
            : Becomes(record, new RunState.Crashed(now));
    }

    private static Decision WaitToRestart(ProcessRecord record, DateTimeOffset now) => Becomes(
        record,
        record.Spec.RestartLimit is { } limit && record.RecentRestarts.Count(restart => now - restart < limit.Window) >= limit.Restarts
            ? new RunState.Failed(now, $"it ended again after {limit.Restarts} {(limit.Restarts == 1 ? "restart" : "restarts")} within {limit.Window.TotalSeconds:0.###} s")
            : new RunState.Backoff(now, now + RestartBackoff.Delay(record)));

    private static EndedRun End(RunState.Running run, ProcessEvent.Ended ended, DateTimeOffset now) =>
        new(run.Identity.Pid, run.Since, now, ended.Witnessed, ended.How, ended.PeakMemoryBytes, WhyBySignal(run, ended.How)) { LogStarts = run.LogStarts };

    private static string? WhyBySignal(RunState.Running run, Exit how) => how is Exit.Signal { Number: var number } && number == run.Signalled
        ? $"'sentinel signal' sent {SignalName.Of(number)}"
        : null;

    private static Decision Becomes(ProcessRecord record, RunState state) => new(record with { State = state }, Effect.None);

    private static Decision Unchanged(ProcessRecord record) => new(record, Effect.None);
}
