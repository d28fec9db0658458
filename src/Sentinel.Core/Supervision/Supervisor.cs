using Sentinel.Core.Events;
using Sentinel.Core.Host;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;

namespace Sentinel.Core.Supervision;

/// <summary>What the caller wants to run.</summary>
/// <param name="IsNamed">Whether the name is the user's choice; otherwise another is made of it where it is taken.</param>
/// <param name="Environment">The one that the spec names.</param>
public sealed record RunRequest(ProcessSpec Spec, bool IsNamed, EnvironmentBlock Environment);

/// <summary>
/// Does what commands ask for. The lock is held while something is decided, written down or started, and never while
/// something is waited for.
/// </summary>
public sealed class Supervisor(
    StateStore store, IProcessTable table, ISpawner spawner, IProcessHandles handles, TimeProvider time) : ISupervisor
{
    // So many are started in one turn at first, and then as many as take about so long: others wait for their turns meanwhile.
    private const int FirstStarts = 20;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    private readonly Reconciliation _reconciliation = new(time);
    private readonly TreeEnding _ending = new(table, handles, time);

    public async ValueTask<IReadOnlyList<Outcome>> Do(Request request) => request switch
    {
        Request.Run run => [Run(run.What)],
        Request.Start start => await Start(start.Selection, start.Environment),
        Request.Stop stop => await Stop(stop.Selection, stop.Options),
        Request.Restart restart => await Restart(restart.Selection, restart.Options, restart.Environment),
        Request.Delete delete => await Delete(delete.Selection, delete.Options, delete.WithLogs),
        Request.Clean clean => Clean(clean.WithLogs),
        Request.Reset reset => Reset(reset.Selection),
        Request.RestartDue => await RestartDue(),
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    /// <summary>Registers a process and starts it; when that fails nothing is registered.</summary>
    public Outcome Run(RunRequest request)
    {
        using var transaction = store.Begin();
        var state = transaction.State;
        var name = request.IsNamed ? request.Spec.Name : ProcessName.Unique(request.Spec.Name, taken => state.Find(taken) is not null);
        if (state.Find(name) is { } holder)
            return new Outcome.Failed(name, null,
                $"the name '{name}' is taken by process {holder.Id} ({holder.State.Word}: {holder.Spec.Command.Text}); "
                + $"choose another, or 'sentinel delete {holder.Id}' first");

        var record = new ProcessRecord
        {
            Id = state.NextId,
            Spec = request.Spec with { Name = name },
            Cookie = Guid.NewGuid().ToString("N"),
            LogName = SentinelHome.LogName(name, state.NextId),
            State = new RunState.Stopped(time.GetUtcNow()),
        };
        state = state.With(request.Environment);
        if (spawner.WhyNot(LaunchOf(record, request.Environment)) is { } reason)
            return new Outcome.Failed(name, null, reason);

        transaction.State = state.With(record) with { NextId = state.NextId + 1 };
        var outcome = StartAll(transaction, [record], new ProcessEvent.StartRequested())[0];
        if (outcome is Outcome.Failed)
        {
            transaction.State = transaction.State.Without([record.Id]);
            transaction.Save();
        }

        return outcome;
    }

    /// <summary>Starts what does not run.</summary>
    /// <param name="selection">Which; in bulk, all that do not run.</param>
    /// <param name="environment">Takes the place of the environment they have; null leaves it.</param>
    public ValueTask<IReadOnlyList<Outcome>> Start(Selection selection, EnvironmentBlock? environment) =>
        StartAlone(
            (transaction, snapshot) => Select(transaction, snapshot, selection, IsNotRunning), new ProcessEvent.StartRequested(), environment);

    /// <summary>Ends whole trees. In bulk: of all that run.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Stop(Selection selection, StopOptions options)
    {
        var (ended, outcomes) = await EndTrees(selection, options, _ => true);
        foreach (var tree in ended)
            if (tree.Failure is { } failure)
                outcomes.Add(failure);
            else if (tree.WasActive || tree.ProcessesEnded > 0)
                outcomes.Add(new Outcome.Stopped(tree.Name, tree.Record));
            else if (selection is Selection.Named)
                outcomes.Add(new Outcome.NotRunning(tree.Name, tree.Record));
        return outcomes;
    }

    /// <summary>Ends whole trees, then starts them again. In bulk: all but what the user stopped.</summary>
    /// <param name="environment">Takes the place of the environment they have; null leaves it.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Restart(Selection selection, StopOptions options, EnvironmentBlock? environment)
    {
        var (ended, outcomes) = await EndTrees(selection, options, record => record.State is not RunState.Stopped);
        outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());

        using var transaction = store.Begin();
        var snapshot = new Snapshot(table);
        var toStart = new List<ProcessRecord>();
        foreach (var tree in ended.Where(tree => tree.Failure is null))
        {
            if (transaction.State.Processes.GetValueOrDefault(tree.Record.Id) is not { } written)
            {
                outcomes.Add(new Outcome.Failed(tree.Name, null, "it was deleted meanwhile"));
                continue;
            }

            // Another command may have started it first, or have been killed while it did: what it started is the successor.
            var record = _reconciliation.Settle(written, snapshot);
            transaction.State = transaction.State.With(record);
            if (record.State is RunState.Stopping)
                outcomes.Add(new Outcome.Failed(tree.Name, record, "another command is stopping it"));
            else if (record.State is RunState.Running running)
                outcomes.Add(new Outcome.Restarted(tree.Name, record, tree.Pid, running.Identity.Pid));
            else
                toStart.Add(record);
        }

        var pids = ended.ToDictionary(tree => tree.Name, tree => tree.Pid);
        var starts = StartAll(transaction, toStart, new ProcessEvent.StartRequested(), environment);
        outcomes.AddRange(starts.Select(outcome => outcome is Outcome.Started started
            ? new Outcome.Restarted(started.Target, started.Process, pids[started.Target], started.Pid)
            : outcome));
        return outcomes;
    }

    /// <summary>Ends whole trees and forgets the processes.</summary>
    /// <param name="withLogs">Whether their log files are deleted, too.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Delete(Selection selection, StopOptions options, bool withLogs)
    {
        var (ended, outcomes) = await EndTrees(selection, options, _ => true);
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
        var outcomes = over.Where(record => remains.ContainsKey(record.Id)).Select(record => (Outcome)new Outcome.Failed(
            record.Spec.Name, record,
            $"it has ended, but {Processes(remains[record.Id])} that it started still runs; 'sentinel delete {record.Id}' ends and forgets all")).ToList();
        outcomes.AddRange(Forget([.. over.Where(record => !remains.ContainsKey(record.Id)).Select(record => record.Id)], withLogs));
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
        transaction.State = _reconciliation.Settle(transaction.State, snapshot);
        return transaction.State.Processes.Values.Where(IsDue);
    });

    /// <summary>Takes note of runs that have ended by themselves, and starts again what is due at once.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public ValueTask<IReadOnlyList<Outcome>> Ended(IReadOnlyCollection<EndedMain> runs) => StartDue((transaction, _) =>
    {
        var ended = new List<ProcessRecord>();
        foreach (var run in runs)
        {
            if (transaction.State.Processes.GetValueOrDefault(run.Id) is not { State: RunState.Running running } record
                || running.Identity != run.Main)
                continue;
            var how = new ProcessEvent.Ended(
                run.End?.How ?? new Exit.Unknown("nobody was watching when it ended"), Witnessed: run.End is not null, run.End?.PeakMemoryBytes);
            ended.Add(Lifecycle.Decide(record, how, time.GetUtcNow()).Record);
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
        return await Restart(Selection.Of(outgrown.Select(happened => happened.Id)), StopOptions.Default, environment: null);
    }

    /// <summary>Brings everything that is written down up to what is: the daemon's first act.</summary>
    public void TakeOver()
    {
        using var transaction = store.Begin();
        transaction.State = _reconciliation.Settle(transaction.State, new Snapshot(table));
        transaction.Save();
    }

    /// <summary>Whether some process waits to be started and the time for it has come.</summary>
    public bool IsAnyDue => store.Read().Processes.Values.Any(IsDue);

    private async ValueTask<IReadOnlyList<Outcome>> StartDue(Func<StateTransaction, Snapshot, IEnumerable<ProcessRecord>> choose)
    {
        var outcomes = await StartAlone((transaction, snapshot) => ([.. choose(transaction, snapshot)], []), new ProcessEvent.Tick());
        return [.. outcomes.Select(outcome => outcome is Outcome.Started started
            ? new Outcome.Restarted(started.Target, started.Process, started.Process.LastRun?.Pid, started.Pid)
            : outcome)];
    }

    private sealed record EndedTree(ProcessRecord Record, int? Pid, bool WasActive, int ProcessesEnded, Outcome? Failure)
    {
        public string Name => Record.Spec.Name;
    }

    private async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTrees(
        Selection selection, StopOptions options, Func<ProcessRecord, bool> inBulk)
    {
        List<ProcessRecord> found;
        List<Outcome> missing;
        State written;
        using (var transaction = store.Begin())
        {
            (found, missing) = Select(transaction, new Snapshot(table), selection, inBulk);
            transaction.State = found.Aggregate(transaction.State, (state, record) => state.With(
                Lifecycle.Decide(record, new ProcessEvent.StopRequested(), time.GetUtcNow()).Record));
            transaction.Save();
            written = transaction.State;
        }

        var roots = found.ConvertAll(TreeRoot.Of);
        var ends = await _ending.End(roots, options, () => StartedAgain(roots, written), [.. written.Processes.Values.Select(TreeRoot.Of)]);

        using (var transaction = store.Begin())
        {
            foreach (var record in found.Where(record => ends[record.Id].Survivors.Count == 0))
            {
                // It may have been stopped by another command as well, started again since, or deleted.
                if (transaction.State.Processes.GetValueOrDefault(record.Id) is not { State: RunState.Stopping now } current
                    || now.Run?.Identity != record.State.Main)
                    continue;
                var how = ends[record.Id].Main ?? new Exit.Unknown("it ended before it could be stopped");
                var ended = new ProcessEvent.Ended(how, Witnessed: ends[record.Id].Main is not null);
                transaction.State = transaction.State.With(Lifecycle.Decide(current, ended, time.GetUtcNow()).Record);
                spawner.CleanUp(record.Cookie);
            }

            transaction.Save();
            return ([.. found.Select(record => new EndedTree(
                transaction.State.Processes.GetValueOrDefault(record.Id) ?? record,
                record.State.Main?.Pid,
                !IsOver(record),
                ends[record.Id].Ended,
                ends[record.Id].Survivors.Count > 0
                    ? new Outcome.Failed(record.Spec.Name, record, CouldNotEnd(ends[record.Id]))
                    : null))], missing);
        }
    }

    // What a process left behind when it ended by itself would be in its successor's way: a port taken, a lock held. It is ended
    // before, and not while we have the lock.
    private async ValueTask<IReadOnlyList<Outcome>> StartAlone(
        Func<StateTransaction, Snapshot, (List<ProcessRecord> Found, List<Outcome> Missing)> choose,
        ProcessEvent happened,
        EnvironmentBlock? environment = null)
    {
        var outcomes = new List<Outcome>();
        var stuck = new Dictionary<int, string>();
        for (var starts = FirstStarts; ;)
        {
            State written;
            List<TreeRoot> inTheWay;
            List<int> later;
            bool isAnyFree;
            using (var transaction = store.Begin())
            {
                var begun = time.GetTimestamp();
                var snapshot = new Snapshot(table);
                var (found, missing) = choose(transaction, snapshot);
                outcomes.AddRange(missing);
                var now = found.Take(starts).ToList();
                later = [.. found.Skip(starts).Select(record => record.Id)];
                var doubtful = now.Where(record => MayHaveLeft(record) && !stuck.ContainsKey(record.Id));
                var remains = ProcessTrees.Find([.. doubtful.Select(TreeRoot.Of)], snapshot);
                outcomes.AddRange(StartAll(transaction, now.FindAll(record => !remains.ContainsKey(record.Id)), happened, environment, stuck));
                isAnyFree = remains.Count < now.Count;
                written = transaction.State;
                inTheWay = [.. remains.Keys.Select(id => TreeRoot.Of(written.Processes[id]))];
                starts = time.GetElapsedTime(begun) < Turn ? starts * 2 : Math.Max(1, starts / 2);
            }

            if (later.Count == 0 && inTheWay.Count == 0)
                return outcomes;
            if (later.Count > 0 && isAnyFree)
                await handles.WaitAny([], TimeSpan.Zero);
            else
                // When no other can be started: it may take long.
                foreach (var (id, end) in await _ending.End(inTheWay, StopOptions.Default, () => StartedAgain(inTheWay, written)))
                    if (end.Survivors.Count > 0)
                        stuck[id] = CouldNotEnd(end);
            // Meanwhile others had their turns.
            var waiting = Selection.Of([.. later, .. inTheWay.Select(root => root.Id)]);
            choose = (transaction, snapshot) => Select(transaction, snapshot, waiting, IsNotRunning);
        }
    }

    // Since something was written, other commands had their turns.
    private HashSet<int> StartedAgain(IReadOnlyCollection<TreeRoot> roots, State written)
    {
        var processes = store.Read().Processes;
        return [.. roots.Select(root => root.Id).Where(id =>
            processes.GetValueOrDefault(id)?.State is { } now
            && written.Processes[id].State is var then
            && now != then
            && (now is RunState.Starting || (now.Main is { } main && main != then.Main)))];
    }

    private (List<ProcessRecord> Found, List<Outcome> Missing) Select(
        StateTransaction transaction, Snapshot snapshot, Selection selection, Func<ProcessRecord, bool> inBulk)
    {
        if (selection is Selection.All)
            transaction.State = _reconciliation.Settle(transaction.State, snapshot);
        var (found, missing) = selection.In(transaction.State, inBulk);
        for (var i = 0; i < found.Count; i++)
        {
            found[i] = _reconciliation.Settle(found[i], snapshot);
            transaction.State = transaction.State.With(found[i]);
        }

        return (found, missing);
    }

    private List<Outcome> StartAll(
        StateTransaction transaction,
        IReadOnlyCollection<ProcessRecord> wanted,
        ProcessEvent happened,
        EnvironmentBlock? environment = null,
        IReadOnlyDictionary<int, string>? stuck = null)
    {
        var outcomes = new List<Outcome>();
        var toSpawn = new List<ProcessRecord>();
        if (environment is not null)
            transaction.State = transaction.State.With(environment);
        foreach (var asked in wanted)
        {
            var record = environment is null ? asked : asked with { Spec = asked.Spec with { Environment = environment.Key } };
            var (starting, effect) = Lifecycle.Decide(record, happened, time.GetUtcNow());
            if (effect == Effect.Spawn)
            {
                toSpawn.Add(starting);
                transaction.State = transaction.State.With(starting);
            }
            else if (happened is ProcessEvent.StartRequested)
            {
                outcomes.Add(record.State is RunState.Running running
                    ? new Outcome.AlreadyRunning(record.Spec.Name, record, running.Identity.Pid)
                    : new Outcome.Failed(record.Spec.Name, record, "it is being stopped, and not all of it has ended yet"));
            }
        }

        // Written down first: should this command be killed after a process is made and before that is known, the next
        // command finds the process by its cookie. After a loss of power there is none to find. The daemon saves the time: what
        // it restarts is on the disk as one that is to run, so whoever comes after it finds the process in the way of a successor.
        if (happened is ProcessEvent.Tick && store.IsHeld)
            transaction.Note();
        else if (toSpawn.Count > 0)
            transaction.SaveForNow();

        foreach (var starting in toSpawn)
        {
            ProcessEvent spawned;
            try
            {
                if (stuck?.GetValueOrDefault(starting.Id) is { } why)
                    throw new SpawnException(why);
                spawned = new ProcessEvent.Spawned(spawner.Spawn(
                    LaunchOf(starting, transaction.State.Environments[starting.Spec.Environment])));
            }
            catch (SpawnException e)
            {
                spawned = new ProcessEvent.SpawnFailed(e.Message);
                spawner.CleanUp(starting.Cookie);
            }

            var record = Lifecycle.Decide(starting, spawned, time.GetUtcNow()).Record;
            transaction.State = transaction.State.With(record);
            outcomes.Add(spawned is ProcessEvent.Spawned started
                ? new Outcome.Started(record.Spec.Name, record, started.Identity.Pid)
                : new Outcome.Failed(record.Spec.Name, record, ((ProcessEvent.SpawnFailed)spawned).Why));
        }

        transaction.Save();
        return outcomes;
    }

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
                File.Delete(store.Home.StdoutOf(deleted.Process));
                File.Delete(store.Home.StderrOf(deleted.Process));
            }

        return outcomes;
    }

    private Launch LaunchOf(ProcessRecord record, EnvironmentBlock environment) => new(
        record.Spec.Command,
        record.Spec.WorkingDirectory,
        environment,
        record.Spec.Umask,
        store.Home.StdoutOf(record),
        store.Home.StderrOf(record),
        record.Cookie);

    private bool IsDue(ProcessRecord record) => record.State.IsDue(time.GetUtcNow());

    private static bool IsNotRunning(ProcessRecord record) =>
        record.State is not (RunState.Running or RunState.Stopping or RunState.Starting);

    private bool MayHaveLeft(ProcessRecord record) => record.State is not RunState.Running
        && (record.LastRun is not null || record.State is RunState.Stopping)
        && !table.IsGone(record.Cookie);

    private static bool IsOver(ProcessRecord record) => IsNotRunning(record) && record.State is not RunState.Backoff;

    private static string CouldNotEnd(TreeEnd end) => $"could not end {string.Join("; ", end.Survivors)}";

    private static string Processes(List<Sighting> processes) =>
        processes.Count == 1 ? $"a process (pid {processes[0].Pid})" : $"{processes.Count} processes (pids {string.Join(", ", processes.Select(p => p.Pid))})";
}

/// <summary>A main process that has ended.</summary>
/// <param name="Id">Of its record.</param>
/// <param name="Main">The process.</param>
/// <param name="How">Null when nobody was there.</param>
public sealed record EndedMain(int Id, ProcessIdentity Main, ProcessEnd? End);
