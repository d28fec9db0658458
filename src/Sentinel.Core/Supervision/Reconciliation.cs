using System.Diagnostics.CodeAnalysis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using MembersOf = System.Func<Sentinel.Model.Policy.ProcessRecord, System.Collections.Generic.List<Sentinel.Core.Host.Sighting>>;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Brings the state as written up to date with what is: while no daemon runs, nobody watches, and every command begins by looking.
/// </summary>
/// <param name="home">Where the logs are: a process that writes to them lives, even if it cannot be seen.</param>
/// <param name="pidFiles">Null: pid files are not read.</param>
public sealed class Reconciliation(SentinelHome home, TimeProvider time, PidFiles? pidFiles = null)
{
    // Another command takes milliseconds from recording that it starts a process to starting it.
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(5);

    /// <summary>The state that matches what can be seen now, for a reader who does not hold the lock.</summary>
    /// <param name="state">The state as written.</param>
    public State Look(State state, Snapshot snapshot) => Each(state, snapshot, (record, membersOf) => record.State switch
    {
        var state when MayRunElsewhere(record, snapshot.Table) => record with { State = new RunState.Elsewhere(state) },
        RunState.Starting starting when IsRecent(starting.Since) && membersOf(record).Count == 0 => record,
        // The stop is not over until the whole tree has ended, whatever became of the main process.
        RunState.Stopping stopping when IsLeft(record, snapshot, membersOf) && Settle(record, snapshot, membersOf) is var settled && settled != record =>
            settled with { State = stopping with { Run = null } },
        _ => Settle(record, snapshot, membersOf).Serving,
    });

    /// <summary>The same, for the holder of the lock: nobody else is changing anything.</summary>
    public State Settle(State state, Snapshot snapshot) =>
        Each(state, snapshot, (record, membersOf) => Settle(record, snapshot, membersOf));

    /// <summary>The same, but a tree that another process is ending is left to that process until all of it has ended.</summary>
    public State SettleAllButEnding(State state, Snapshot snapshot) => Each(state, snapshot, (record, membersOf) =>
        record.State is RunState.Stopping && IsLeft(record, snapshot, membersOf) ? record : Settle(record, snapshot, membersOf));

    /// <inheritdoc cref="Settle(State, Snapshot)"/>
    public ProcessRecord Settle(ProcessRecord record, Snapshot snapshot) => Settle(record, snapshot, Trees([record], snapshot));

    /// <summary>
    /// Whether a recorded process is in another pid namespace: it is not ours to end, and what /proc shows here does not tell whether it
    /// has ended.
    /// </summary>
    public static bool IsElsewhere(ProcessRecord record, IProcessTable table) =>
        record.State.Main is { } main ? table.IsElsewhere(main)
        : record.State is RunState.Starting { PidNamespace: { } space } && space != table.PidNamespace;

    /// <summary>The same, unless it has certainly ended there: then nobody has its logs open any more.</summary>
    public bool MayRunElsewhere(ProcessRecord record, IProcessTable table) =>
        IsElsewhere(record, table) && (table.MayBeWritten(home.StdoutOf(record)) || table.MayBeWritten(home.StderrOf(record)));

    /// <summary>What becomes of a process whose main process has ended.</summary>
    public Decision After(ProcessRecord record, ProcessEvent.Ended ended, Snapshot snapshot) =>
        Lifecycle.Decide(record, pidFiles?.After(record, ended, snapshot) ?? ended, time.GetUtcNow());

    // If the clock was set back, nobody knows; whoever takes the lock finds out.
    private bool IsRecent(DateTimeOffset since) => time.GetUtcNow() - since is var age && age >= TimeSpan.Zero && age < Start;

    private ProcessRecord Settle(ProcessRecord record, Snapshot snapshot, MembersOf membersOf)
    {
        var now = time.GetUtcNow();
        return record.State switch
        {
            _ when MayRunElsewhere(record, snapshot.Table) => record,
            RunState.Starting starting => Lifecycle.Decide(record, FindStarted(membersOf(record), starting, snapshot.Table), now).Record,
            { Main: { } identity } when HowEnded(identity, record.RunCookie, snapshot) is { } how =>
                After(record, new ProcessEvent.Ended(how, Witnessed: false), snapshot).Record,
            RunState.Running { IsReady: false } => Lifecycle.Decide(record, HasBegun(record, snapshot.Table) ? new ProcessEvent.Ready() : new ProcessEvent.Tick(), now).Record,
            _ when record.Predecessor is { Run.Identity: var before } && HowEnded(before, record.AsPredecessor.RunCookie, snapshot) is { } how =>
                Lifecycle.Decide(record, new ProcessEvent.PredecessorEnded(how, Witnessed: false), now).Record,
            RunState.Stopping { Run: null } when !IsLeft(record, snapshot, membersOf) =>
                Lifecycle.Decide(record, new ProcessEvent.Ended(new Exit.Unknown("it was never seen"), false), now).Record,
            _ => record,
        };
    }

    // Nothing but the steps before it kept it from being ready.
    private static bool HasBegun(ProcessRecord record, IProcessTable table) =>
        record is { Spec.HasSteps: true, Readiness: null, State.Main: { } main } && table.IsHere(main) && !StartSteps.AreUnderWay(table, main.Pid);

    // As far as one look can tell; the kernel knows better if the tree has a control group.
    private static bool IsLeft(ProcessRecord record, Snapshot snapshot, MembersOf membersOf) =>
        membersOf(record).Count > 0 || snapshot.Table.IsPopulated(record.RunCookie) == true;

    private static State Each(State state, Snapshot snapshot, Func<ProcessRecord, MembersOf, ProcessRecord> look)
    {
        var membersOf = Trees(state.Processes.Values, snapshot);
        // One pass serves them all.
        if (state.Processes.Values.Any(process => process.State.Main is not null))
            _ = snapshot.All;
        foreach (var record in state.Processes.Values)
        {
            var seen = look(record, membersOf);
            if (!ReferenceEquals(seen, record))
                state = state.With(seen);
        }

        return state;
    }

    /// <summary>How a run ended, given what the control group of its tree knows: when memory runs out, all in it are killed.</summary>
    /// <param name="how">Null when nobody saw it.</param>
    [return: NotNullIfNotNull(nameof(how))]
    public static Exit? Explained(Exit? how, string cookie, IProcessTable table) =>
        how is null or Exit.Signal { Number: SignalName.Kill } && table.LookAtGroup(cookie) is { RanOutOfMemory: true }
            ? new Exit.Signal(SignalName.Kill, CoreDumped: false, OutOfMemory: true)
            : how;

    // Null: it has not ended.
    private static Exit? HowEnded(ProcessIdentity identity, string cookie, Snapshot snapshot)
    {
        if (identity.BootId != snapshot.Table.BootId)
            return new Exit.Unknown("the machine was restarted");
        if (snapshot.Table.IsElsewhere(identity))
            return new Exit.Unknown("it ended in another pid namespace");
        return snapshot.Look(identity) switch
        {
            null when snapshot.Table.IsHidden(identity) => null,
            null => Explained(null, cookie, snapshot.Table) ?? new Exit.Unknown("nobody was watching when it ended"),
            { HasEnded: true } zombie => Explained(Exit.FromWaitStatus(zombie.WaitStatus), cookie, snapshot.Table),
            _ => null,
        };
    }

    // Whoever was starting it was killed meanwhile: the process is there, or it is not.
    private static ProcessEvent FindStarted(List<Sighting> members, RunState.Starting starting, IProcessTable table)
    {
        var main = members
            .Where(member => member.Pid == member.Session)
            .OrderBy(member => member.StartTicks)
            .ToList();
        if (main.Count > 0)
            return new ProcessEvent.Spawned(table.IdentityOf(main[0]));
        return new ProcessEvent.SpawnFailed(
            $"its start at {starting.Since.ToLocalTime():HH:mm:ss} was interrupted",
            IsInterrupted: true);
    }

    // The trees of processes whose main process is not known, or may be the least part of them. What another run has left is not what is
    // being started. They are searched for together, when the first is asked for: a daemon that is killed while it starts a thousand
    // processes leaves a thousand of them.
    private static MembersOf Trees(IEnumerable<ProcessRecord> records, Snapshot snapshot)
    {
        var found = new Lazy<Dictionary<int, List<Sighting>>>(() => ProcessTrees.Find(
            [.. records.Where(record => record.State is RunState.Starting or RunState.Stopping)
                .Select(record => record.State is RunState.Starting ? TreeRoot.OfRun(record) : TreeRoot.OfEnding(record))],
            snapshot,
            records.Select(TreeRoot.Of)));
        return record => found.Value.GetValueOrDefault(record.Id) ?? [];
    }
}
