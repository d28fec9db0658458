using Sentinel.Core.Environments;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>What the caller wants to run.</summary>
/// <param name="IsNamed">Whether the name is the user's choice; otherwise another is made of it where it is taken.</param>
/// <param name="MakesGroup">Whether the group is made when there is none of that name.</param>
/// <param name="Environment">The one that the spec names.</param>
/// <param name="Instances">How many of it, as a set of the name; null: one, which is no set.</param>
/// <param name="Origin">Who wants it, if that is known.</param>
/// <param name="Surroundings">
/// What the caller lives in and cannot hand on to another's child, such as namespaces: the one who starts it has to live there, too.
/// </param>
public sealed record RunRequest(
    ProcessSpec Spec, bool IsNamed, bool MakesGroup, EnvironmentBlock Environment, int? Instances = null, Origin? Origin = null, string? Surroundings = null);

/// <summary>
/// Does what commands ask for. The lock is held while something is decided, written down or started, and never while
/// something is waited for.
/// </summary>
public sealed partial class Supervisor(
    StateStore store,
    IProcessTable table,
    ISpawner spawner,
    IProcessHandles handles,
    IPorts ports,
    IRegularFiles files,
    IAccounts accounts,
    Random random,
    TimeProvider time,
    Action<string> warn) : ISupervisor
{
    private readonly Reconciliation _reconciliation = new(store.Home, time, new PidFiles(files));
    private readonly TreeEnding _ending = new(table, handles, time);
    private readonly ProcessEnvironments _environments = new(store.Home, files, accounts);
    private readonly PortBook _ports = new(store, ports, random, time);

    private GroupBook Groups => field ??= new GroupBook(store, _environments, state => _reconciliation.Look(state, new Snapshot(table)));

    public async ValueTask<IReadOnlyList<Outcome>> Do(Request request) => request switch
    {
        Request.Run run => await Run(run.What),
        Request.Scale scale => await Scale(scale.Set, scale.Count, scale.IsRelative),
        Request.ChangeSpec change => [Change(change.Id, change.Before, change.After)],
        Request.Start start => await Start(start.Selection, start.Renewal),
        Request.Stop stop => await Stop(stop.Selection, stop.Options),
        Request.Restart restart => await Restart(restart.Selection, restart.Options, restart.Renewal),
        Request.Delete delete => await Delete(delete.Selection, delete.Options, delete.WithLogs),
        Request.Clean clean => Clean(clean.WithLogs),
        Request.Reset reset => Reset(reset.Selection),
        Request.CreateGroup create => [Groups.Create(create.Group)],
        Request.ChangeGroup change => [Groups.Change(change.Group, change.Change)],
        Request.DeleteGroup delete => [Groups.Delete(delete.Group)],
        Request.AddToGroup add => Groups.Add(add.Group, add.Selection),
        Request.RemoveFromGroup remove => Groups.Remove(remove.Group, remove.Selection),
        Request.AllocatePort allocate => [_ports.Allocate(allocate.Port, allocate.Name)],
        Request.FreePorts free => _ports.Free(free.Targets),
        Request.EndLeases end => await EndLeases(end.Session),
        Request.RestartDue => await RestartDue(),
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    /// <summary>Registers a process, or all instances of a set, and starts them; what cannot be started is not registered.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Run(RunRequest request)
    {
        List<Outcome> outcomes;
        using (var transaction = store.Begin())
            outcomes = Register(transaction, request);
        return await AllOrNone(outcomes);
    }

    private List<Outcome> Register(StateTransaction transaction, RunRequest request)
    {
        var state = transaction.State;
        var name = request.IsNamed ? request.Spec.Name : ProcessName.Unique(request.Spec.Name, taken => state.HolderOf(taken) is not null);
        if ((NotFree(state, name) ?? DoubleOf(transaction, name)) is { } taken)
            return [taken];
        state = transaction.State;
        if (request.Spec.Group is { } group && !state.Groups.ContainsKey(group) && !request.MakesGroup)
            return [GroupBook.Missing(state, group, "--create-group makes it") with { Target = name }];

        var asked = request.Instances is { } count
            ? Enumerable.Range(1, count).Select(number => OfSet(request.Spec, name, number)).ToList()
            : [request.Spec with { Name = name }];
        // A run that failed leaves nothing, and uses up no number.
        var before = state;
        state = state.With(request.Environment);
        if (request.Spec.Group is { } made && !state.Groups.ContainsKey(made))
            state = state.With(new Group(made, time.GetUtcNow()));
        return Register(transaction, state, before, asked, request.Origin, request.Surroundings);
    }

    // Either each of them could be started, as far as can be told, or nothing is done.
    private List<Outcome> Register(
        StateTransaction transaction, State state, State otherwise, List<ProcessSpec> specs, Origin? origin, string? surroundings = null)
    {
        var records = new List<ProcessRecord>();
        var names = state.Names().ToHashSet();
        foreach (var spec in specs)
        {
            if (spec.Instance is not null && (names.Contains(spec.Name) || !ProcessName.IsValid(spec.Name)))
                return [NotFree(state, spec.Name)!];
            var id = state.FreeId;
            records.Add(new ProcessRecord
            {
                Id = id,
                Spec = spec,
                Cookie = state.NewCookie(),
                LogName = SentinelHome.LogName(spec.Name, id),
                State = new RunState.Stopped(time.GetUtcNow()),
                Origin = origin,
            });
            if (LogHistory.EndsOf(records[^1], store.Home, store.Files) is var logs && logs is not { Stdout: null or 0, Stderr: null or 0 })
                records[^1] = records[^1] with { LogsFrom = logs };
            if (WhyOver(records[^1]) is { } over)
                return [new Outcome.Failed(spec.Name, null, over)];
            if (spec.Lease?.Owner is { } owner && table.IsElsewhere(owner.Identity))
                return [new Outcome.Failed(spec.Name, null, $"{owner} is in another pid namespace, so nobody here would see its end; run it there, without a daemon that is here")];
            state = state.AfterIds(1).With(records[^1]);
        }

        if (records.Select((record, i) => WhyNot(record, state, i == 0 ? CannotStart : spawner.WhyNot)).FirstOrDefault(why => why is not null) is { } reason)
            return [new Outcome.Failed(specs[0].Instance?.Set ?? specs[0].Name, null, reason)];

        transaction.State = records.Aggregate(state, _ports.Give);
        var outcomes = StartAll(transaction, records, new ProcessEvent.StartRequested());
        var failed = outcomes.OfType<Outcome.Failed>().Select(failure => failure.Process!.Id).ToList();
        if (failed.Count > 0)
        {
            transaction.State = failed.Count == records.Count ? otherwise : transaction.State.Without(failed);
            transaction.Save();
        }

        return outcomes;

        string? CannotStart(Launch launch) => spawner.WhyNot(launch) ?? spawner.CannotInherit(launch, surroundings);
    }

    // What could not be told before it was tried.
    private async ValueTask<IReadOnlyList<Outcome>> AllOrNone(List<Outcome> outcomes)
    {
        var failed = outcomes.OfType<Outcome.Failed>().ToList();
        var started = outcomes.OfType<Outcome.Started>().ToList();
        if (failed.Count == 0 || started.Count == 0)
            return outcomes;
        var undone = await Delete(Selection.Of(started.Select(one => one.Process.Id)), StopOptions.Default, withLogs: false);
        return [.. failed.Select(failure => failure with { Why = $"{failure.Why}; so the others were ended again" }), .. undone.OfType<Outcome.Failed>()];
    }

    private static Outcome.Failed? NotFree(State state, string name) => (ProcessName.IsValid(name), state.HolderOf(name)) switch
    {
        (false, _) => new Outcome.Failed(name, null, $"'{name}' cannot be a name: {ProcessName.Rule}"),
        (_, { } holder) => new Outcome.Failed(name, null, holder.Spec.Name == name
            ? $"the name '{name}' is taken by process {holder.Id} ({holder.State.Word}: {holder.Spec.Command.Text}); "
                + $"choose another, or 'sentinel delete {holder.Id}' first"
            : $"the name '{name}' is that of a set, {holder.Spec.Name} and others; choose another, or 'sentinel delete {name}' first"),
        _ => null,
    };

    /// <summary>Starts what does not run. Who names one gives it the whole time of its lease again.</summary>
    /// <param name="selection">Which; in bulk, all that do not run and whose lease is not over.</param>
    /// <param name="renewal">Takes the place of what they have of their caller; null leaves it.</param>
    public ValueTask<IReadOnlyList<Outcome>> Start(Selection selection, Renewal? renewal) =>
        StartAlone(
            (transaction, snapshot) =>
            {
                // One that crashes again and again may run just now: its next attempt is to have the new environment, too.
                var chosen = Select(transaction, snapshot, selection, record =>
                    (IsNotRunning(record) || (renewal is not null && record.State is RunState.Running)) && WhyOver(record) is null);
                return selection is Selection.Named ? Renewed(transaction, chosen) : chosen;
            },
            new ProcessEvent.StartRequested(),
            renewal);

    /// <summary>Ends whole trees. In bulk: of all that run.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Stop(Selection selection, StopOptions options)
    {
        var (ended, outcomes) = await EndTreesAnyway(selection, options, _ => true, _ => new ProcessEvent.StopRequested());
        foreach (var tree in ended)
            if (tree.Failure is { } failure)
                outcomes.Add(failure);
            else if (tree.WasActive || tree.ProcessesEnded > 0)
                outcomes.Add(new Outcome.Stopped(tree.Name, tree.Record));
            else if (selection is Selection.Named)
                outcomes.Add(new Outcome.NotRunning(tree.Name, tree.Record));
        if (selection is Selection.All)
            await EndStrays(options, outcomes);
        return outcomes;
    }

    /// <summary>
    /// Ends whole trees, then starts them again. In bulk: all but what the user stopped, and whose lease is over. It is written down
    /// first that they are to run again: should whoever is at it be killed, the next to look or the next daemon goes on.
    /// </summary>
    /// <param name="renewal">Takes the place of what they have of their caller; null leaves it.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Restart(Selection selection, StopOptions options, Renewal? renewal)
    {
        // What could not be started again goes on as it is.
        var (found, outcomes, written) = BeginToEnd(
            selection,
            record => record.State is not RunState.Stopped && WhyOver(record) is null,
            _ => new ProcessEvent.RestartRequested(),
            (record, state) => WhyNotByLease(record) ?? WhyNot(record, state) ?? _ports.WhyNotAgain(state, record, IsStrangerTo(record, state)),
            renewal);
        var ends = await End(found, written, options);
        var starts = await StartAlone(
            (transaction, snapshot) =>
            {
                var ended = NoteEnds(transaction, found, ends);
                outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());
                // That they ended is an event of its own.
                transaction.Note();
                return StillToRestart(transaction, snapshot, ended.Where(tree => tree.Failure is null).Select(tree => tree.Record));
            },
            new ProcessEvent.StartRequested(),
            later: (transaction, snapshot, waiting) => StillToRestart(transaction, snapshot, found.Where(record => waiting.Contains(record.Id))));
        var pids = found.ToDictionary(record => record.Id, record => record.State.Main?.Pid);
        outcomes.AddRange(starts.Select(outcome => outcome switch
        {
            Outcome.Started started => new Outcome.Restarted(started.Target, started.Process, pids[started.Process.Id], started.Pid),
            Outcome.AlreadyRunning running => new Outcome.Restarted(running.Target, running.Process, pids[running.Process.Id], running.Pid),
            _ => outcome,
        }));
        return outcomes;
    }

    // Others had their turns since it was ended.
    private (List<ProcessRecord> Found, List<Outcome> Missing) StillToRestart(
        StateTransaction transaction, Snapshot snapshot, IEnumerable<ProcessRecord> ended)
    {
        var found = new List<ProcessRecord>();
        var missing = new List<Outcome>();
        foreach (var before in ended)
        {
            if (transaction.State.Processes.GetValueOrDefault(before.Id) is not { } current)
            {
                missing.Add(new Outcome.Failed(before.Spec.Name, null, "it was deleted meanwhile"));
                continue;
            }

            // Another command may have started it first, or have been killed while it did: what it started is the successor.
            var record = _reconciliation.Settle(current, snapshot);
            transaction.State = transaction.State.With(record);
            if (record.State is RunState.Stopping or RunState.Stopped)
                missing.Add(new Outcome.Failed(record.Spec.Name, record, "another command stopped it meanwhile"));
            else
                found.Add(record);
        }

        return (found, missing);
    }

    /// <summary>Ends whole trees and forgets the processes.</summary>
    /// <param name="withLogs">Whether their log files are deleted, too.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Delete(Selection selection, StopOptions options, bool withLogs)
    {
        var (ended, outcomes) = await EndTrees(selection, options);
        outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());
        outcomes.AddRange(Forget([.. ended.Where(tree => tree.Failure is null).Select(tree => tree.Record.Id)], withLogs));
        return outcomes;
    }

    /// <summary>Forgets all that do not run and are not to be restarted; one whose tree lives on is kept.</summary>
    /// <param name="withLogs">Whether their log files are deleted, too.</param>
    public IReadOnlyList<Outcome> Clean(bool withLogs)
    {
        var snapshot = new Snapshot(table);
        var over = _reconciliation.Look(store.Read(), snapshot).Processes.Values.Where(IsOver).ToList();
        var remains = ProcessTrees.Find(over.ConvertAll(TreeRoot.Of), snapshot);
        var (left, gone) = (new List<ProcessRecord>(), new List<int>());
        foreach (var record in over)
            if (remains.ContainsKey(record.Id) || table.IsPopulated(record.Cookie) == true)
                left.Add(record);
            else
                gone.Add(record.Id);
        var outcomes = left.ConvertAll(record => (Outcome)new Outcome.Failed(
            record.Spec.Name, record,
            $"it has ended, but {Processes(remains.GetValueOrDefault(record.Id, []))} that it started still runs; 'sentinel delete {record.Id}' ends and forgets all"));
        outcomes.AddRange(Forget(gone, withLogs));
        return outcomes;
    }

    /// <summary>Forgets how often processes failed; what was given up is stopped.</summary>
    public IReadOnlyList<Outcome> Reset(Selection selection)
    {
        using var transaction = store.Begin();
        var (found, outcomes) = Select(transaction, new Snapshot(table), selection, _ => true);
        foreach (var record in found)
        {
            var reset = Lifecycle.Decide(record, new ProcessEvent.ResetRequested(), time.GetUtcNow()).Record;
            transaction.State = transaction.State.With(reset);
            outcomes.Add(new Outcome.Reset(reset.Spec.Name, reset));
        }

        transaction.Save();
        return outcomes;
    }

    /// <summary>Starts what is due to be restarted.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public ValueTask<IReadOnlyList<Outcome>> RestartDue() => StartDue((transaction, snapshot) =>
    {
        transaction.State = _reconciliation.SettleAllButEnding(transaction.State, snapshot);
        return transaction.State.Processes.Values.Where(IsDue);
    });

    /// <summary>Takes note of runs that have ended by themselves, and starts again what is due at once.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public ValueTask<IReadOnlyList<Outcome>> Ended(IReadOnlyCollection<EndedMain> runs) => StartDue((transaction, snapshot) =>
    {
        var ended = new List<ProcessRecord>();
        foreach (var run in runs)
        {
            if (transaction.State.Processes.GetValueOrDefault(run.Id) is not { State: RunState.Running running } record
                || running.Identity != run.Main)
                continue;
            var how = new ProcessEvent.Ended(
                Reconciliation.Explained(run.End?.How, record.Cookie, table) ?? new Exit.Unknown("nobody was watching when it ended"), Witnessed: run.End is not null, run.End?.PeakMemoryBytes);
            ended.Add(_reconciliation.After(record, how, snapshot));
            transaction.State = transaction.State.With(ended[^1]);
        }

        return ended.Where(IsDue);
    });

    /// <summary>Restarts what has outgrown its memory limit.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> RestartOutgrown()
    {
        var limited = store.Read().Processes.Values
            .Where(record => record is { Spec.MaxMemoryBytes: not null, State: RunState.Running })
            .ToList();
        if (limited.Count == 0)
            return [];
        var trees = ProcessTrees.Find(limited.ConvertAll(TreeRoot.Of), new Snapshot(table));
        var outgrown = limited
            .Select(record => new Event.OutgrewMemory(
                time.GetUtcNow(),
                record.Id,
                record.Spec.Name,
                trees.GetValueOrDefault(record.Id)?.Sum(process => process.MemoryBytes) ?? 0,
                record.Spec.MaxMemoryBytes!.Value))
            .Where(happened => happened.MemoryBytes > happened.LimitBytes)
            .ToList();
        if (outgrown.Count == 0)
            return [];
        store.Events.Append(outgrown);
        return await Restart(Selection.Of(outgrown.Select(happened => happened.Id)), StopOptions.Default, renewal: null);
    }

    /// <summary>Brings everything that is written down up to what is: the daemon's first act.</summary>
    public void TakeOver()
    {
        using var transaction = store.Begin();
        transaction.State = _reconciliation.Settle(transaction.State, new Snapshot(table));
        transaction.Save();
    }

    /// <summary>Whether some process waits to be started and the time for it has come, or may have: whoever was to start it may have failed.</summary>
    public bool IsAnyDue => store.Read().Processes.Values.Any(record =>
        IsDue(record) || record.State is RunState.Starting or RunState.Stopping { ThenStart: true } || HasEndedElsewhere(record));

    /// <summary>What of what is written down can be seen at this moment.</summary>
    public ValueTask<IReadOnlyList<ProcessView>> See()
    {
        var snapshot = new Snapshot(table);
        var processes = _reconciliation.Look(store.Read(), snapshot).Processes.Values.ToList();
        return new Overview(table, time, span => handles.WaitAny([], span)).Look(processes, snapshot, processes);
    }

    /// <summary>What of the state can be watched and ended from here.</summary>
    public State Here(State state)
    {
        var elsewhere = state.Processes.Values.Where(IsElsewhere).Select(record => record.Id).ToList();
        return elsewhere.Count == 0 ? state : state with { Processes = state.Processes.RemoveRange(elsewhere) };
    }

    private bool IsElsewhere(ProcessRecord record) => Reconciliation.IsElsewhere(record, table);

    private bool HasEndedElsewhere(ProcessRecord record) => IsElsewhere(record) && !_reconciliation.MayRunElsewhere(record, table);

    private List<Outcome> Forget(IReadOnlyCollection<int> ids, bool withLogs)
    {
        var outcomes = new List<Outcome>();
        if (ids.Count == 0)
            return outcomes;
        using var transaction = store.Begin();
        foreach (var record in ids.Select(id => transaction.State.Processes.GetValueOrDefault(id)).OfType<ProcessRecord>())
        {
            if (!IsOver(_reconciliation.Settle(record, new Snapshot(table))))
            {
                outcomes.Add(new Outcome.Failed(record.Spec.Name, record, "it was started again meanwhile"));
                continue;
            }

            transaction.State = transaction.State.Without([record.Id]);
            outcomes.Add(new Outcome.Deleted(record.Spec.Name, record));
            spawner.CleanUp(record.Cookie);
        }

        transaction.Save();
        if (withLogs && Directory.Exists(store.Home.Logs))
            foreach (var deleted in outcomes.OfType<Outcome.Deleted>())
            {
                foreach (var file in LogRotation.FilesOf(store.Home.StdoutOf(deleted.Process)).Concat(LogRotation.FilesOf(store.Home.StderrOf(deleted.Process))))
                    File.Delete(file);
            }

        return outcomes;
    }

    private (List<ProcessRecord> Found, List<Outcome> Missing) Select(
        StateTransaction transaction, Snapshot snapshot, Selection selection, Func<ProcessRecord, bool> inBulk)
    {
        if (selection is not Selection.Named)
            transaction.State = _reconciliation.Settle(transaction.State, snapshot);
        var (found, missing) = selection.In(transaction.State, inBulk);
        for (var i = 0; i < found.Count; i++)
        {
            found[i] = _reconciliation.Settle(found[i], snapshot);
            transaction.State = transaction.State.With(found[i]);
        }

        // What we cannot see is neither ours to end nor to start a second time.
        missing.AddRange(found.Where(IsElsewhere).Select(NotHere));
        found.RemoveAll(IsElsewhere);
        return (found, missing);
    }

    private Outcome.Failed NotHere(ProcessRecord record) => new(
        record.Spec.Name,
        record,
        $"it runs {new RunState.Elsewhere(record.State).Place}; "
            + (store.IsHeld ? "stop the daemon, which is not there, and do it there" : "do it there"));

    private Func<int, bool> IsStrangerTo(ProcessRecord record, State state)
    {
        var own = new Lazy<HashSet<int>>(() => [..
            ProcessTrees.Find([TreeRoot.Of(record)], new Snapshot(table), state.Processes.Values.Select(TreeRoot.Of))
                .GetValueOrDefault(record.Id, []).Select(member => member.Pid)]);
        return pid => !own.Value.Contains(pid) && table.Look(pid) is not null;
    }

    private bool IsDue(ProcessRecord record) => record.State.IsDue(time.GetUtcNow());

    private static bool IsNotRunning(ProcessRecord record) =>
        record.State is not (RunState.Running or RunState.Stopping or RunState.Starting or RunState.Elsewhere);

    private static bool IsOver(ProcessRecord record) => IsNotRunning(record) && record.State is not RunState.Backoff;

    private static string Processes(List<Sighting> processes) =>
        processes.Count == 0 ? "something"
        : processes.Count == 1 ? $"a process (pid {processes[0].Pid})" : $"{processes.Count} processes (pids {string.Join(", ", processes.Select(p => p.Pid))})";
}

/// <summary>A main process that has ended.</summary>
/// <param name="Id">Of its record.</param>
/// <param name="Main">The process.</param>
/// <param name="How">Null when nobody was there.</param>
public sealed record EndedMain(int Id, ProcessIdentity Main, ProcessEnd? End);
