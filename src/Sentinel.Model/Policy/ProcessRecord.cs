using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>A process as Sentinel knows it: what was asked for, and what happened to it.</summary>
public sealed record ProcessRecord
{
    /// <summary>Ids increase; only when the highest has been given are free ones used again, see <see cref="State.FreeId"/>.</summary>
    public required int Id { get; init; }

    public required ProcessSpec Spec { get; init; }

    /// <summary>What the cookies of all its runs begin with, see <see cref="Policy.RunCookie"/>; a secret that serves only to find them.</summary>
    public required string Cookie { get; init; }

    /// <summary>
    /// The number of the run that is under way or was the last. 0: there was none, or a Sentinel started it that did not number runs.
    /// </summary>
    public int RunNumber { get; init; }

    /// <summary>
    /// The cookie of that run: in the environment of every process of its tree, and of no other, and in the name of its control group.
    /// </summary>
    public string RunCookie => Policy.RunCookie.Of(Cookie, RunNumber);

    /// <summary>What the names of its log files begin with.</summary>
    public required string LogName { get; init; }

    /// <summary>Where the logs of an earlier process of the same name ended when this one was registered. Null: there were none.</summary>
    public LogEnds? LogsFrom { get; init; }

    public required RunState State { get; init; }

    /// <summary>The run that goes on beside the current one until that is ready; null: there is none.</summary>
    public Predecessor? Predecessor { get; init; }

    /// <summary>What the run is doing that is to take the place of the current one; only <see cref="Serving"/> has it, and it is never written.</summary>
    public RunState? Successor { get; init; }

    /// <summary>Whether its predecessor still does its work.</summary>
    public bool IsBeingReplaced => Predecessor is not null && State is RunState.Starting or RunState.Running { IsReady: false } or RunState.Stopping { Why: not null, Run.IsReady: false };

    /// <summary>The same as those see it whom it serves: in the run before the current one, as long as that one is not ready.</summary>
    public ProcessRecord Serving => IsBeingReplaced ? AsPredecessor with { Successor = State } : this;

    /// <summary>Whether a run that has ended was the one before the current one, and had to end because that was ready.</summary>
    public bool HasReplaced(EndedRun ended) => !IsBeingReplaced && Predecessor?.Run is { } run && run.Identity.Pid == ended.Pid;

    /// <summary>The same in the run before the current one.</summary>
    public ProcessRecord AsPredecessor => this with { State = Predecessor!.Run, RunNumber = Predecessor.Number, Predecessor = null };

    /// <summary>When its current run is ready; null: as soon as it is executed.</summary>
    public Readiness? Readiness => Spec.Readiness ?? (Predecessor is null ? null : Readiness.ByAge);

    /// <summary>Whether it is a task that has ended with success.</summary>
    public bool IsDone => Spec.IsTask && State is RunState.Exited && LastRun is { } run && Spec.ExitCodes.IsSuccess(run.How);

    /// <summary>The word for what it does that users see: one of <see cref="RunState.Words"/>.</summary>
    public string Word => IsDone ? RunState.Done : State.Word;

    /// <summary>How often it was restarted because it had ended by itself.</summary>
    public int Restarts { get; init; }

    /// <summary>How many runs in a row, up to now, were too short to count as stable.</summary>
    public int ShortRuns { get; init; }

    /// <summary>When it was restarted automatically, latest first; no more of them than its restart limit needs.</summary>
    public IReadOnlyList<DateTimeOffset> RecentRestarts { get; init; } = [];

    public EndedRun? LastRun { get; init; }

    /// <summary>Why it is to be started again; says nothing where it is not.</summary>
    public RestartReason Again { get; init; }

    /// <summary>How far it is on its schedule; null: nobody has looked yet, or it has none.</summary>
    public ScheduleMark? Schedule { get; init; }

    public Tally Tally { get; init; } = Tally.None;

    /// <summary>The last change of files for which something was done; null: there was none.</summary>
    public FileChange? Changed { get; init; }

    /// <summary>The change of files for which its current run began; null: it began for another reason.</summary>
    public FileChange? RestartedFor => Changed is { Run: { } run } change && run == RunNumber && State.IsUnderWay ? change : null;

    /// <summary>Null: its files are watched as they should be, or are not to be.</summary>
    public WatchTrouble? WatchTrouble { get; init; }

    /// <summary>Null: not recorded.</summary>
    public Origin? Origin { get; init; }

    /// <summary>Why its lease is over, once it was ended for that; null until then.</summary>
    public string? LeaseOver { get; init; }

    /// <summary>The same with another spec; of another schedule, no time has been seen to.</summary>
    public ProcessRecord With(ProcessSpec spec) => this with
    {
        Spec = spec,
        Schedule = (spec.Schedule?.Cron, spec.Schedule?.Every, spec.Schedule?.Zone) == (Spec.Schedule?.Cron, Spec.Schedule?.Every, Spec.Schedule?.Zone) ? Schedule : null,
    };

    /// <summary>The same with what it is to have of another caller; null: of none.</summary>
    public ProcessRecord With(Renewal? renewal) => renewal is null ? this : this with
    {
        Spec = Spec with { Environment = renewal.Environment.Key, Inherited = renewal.Inherited ?? Spec.Inherited },
    };
}

/// <summary>A run that is over.</summary>
/// <param name="Pid">Null when the program could not be executed.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When it ended or, if not <paramref name="Witnessed"/>, when that was noticed.</param>
/// <param name="Witnessed">Whether somebody saw it end.</param>
/// <param name="How">How it ended.</param>
/// <param name="PeakMemoryBytes">The most resident memory that its main process ever had; null: not known.</param>
/// <param name="Why">What was wrong, if it was ended for that or its end is a failure; null: nothing but how it ended.</param>
public sealed record EndedRun(
    int? Pid, DateTimeOffset StartedAt, DateTimeOffset EndedAt, bool Witnessed, Exit How, long? PeakMemoryBytes = null, string? Why = null)
{
    /// <summary>Where its logs ended when it began; null: not known.</summary>
    public LogEnds? LogStarts { get; init; }
}
