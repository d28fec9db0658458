using Sentinel.Core.Host;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;

namespace Sentinel.Core.Supervision;

/// <summary>What the caller wants to run.</summary>
/// <param name="Name">Null: one is made from the program's.</param>
/// <param name="Umask">The caller's; see umask(2).</param>
public sealed record RunRequest(
    Command Command,
    string? Name,
    string WorkingDirectory,
    EnvironmentBlock Environment,
    int Umask,
    RestartRule Restart);

/// <summary>
/// Does what commands ask for. The lock is held while something is decided, written down or started, and never while
/// something is waited for.
/// </summary>
public sealed class Supervisor(
    StateStore store, IProcessTable table, ISpawner spawner, IProcessHandles handles, TimeProvider time)
{
    private readonly Reconciliation _reconciliation = new(time);
    private readonly TreeEnding _ending = new(table, handles, time);

    /// <summary>Registers a process and starts it; when that fails nothing is registered.</summary>
    public Outcome Run(RunRequest request)
    {
        using var transaction = store.Begin();
        var state = transaction.State;
        var name = request.Name ?? ProcessName.Unique(request.Command.ProgramName, taken => state.Find(taken) is not null);
        if (state.Find(name) is { } holder)
            return new Outcome.Failed(name, null,
                $"the name '{name}' is taken by process {holder.Id} ({holder.State.Word}: {holder.Spec.Command.Text}); "
                + $"choose another, or 'sentinel delete {holder.Id}' first");

        var record = new ProcessRecord
        {
            Id = state.NextId,
            Spec = new ProcessSpec
            {
                Name = name,
                Command = request.Command,
                WorkingDirectory = request.WorkingDirectory,
                Environment = request.Environment.Key,
                Umask = request.Umask,
                Restart = request.Restart,
            },
            Cookie = Guid.NewGuid().ToString("N"),
            LogName = SentinelHome.LogName(name, state.NextId),
            State = new RunState.Stopped(time.GetUtcNow()),
        };
        state = state.With(request.Environment);
        if (spawner.WhyNot(LaunchOf(record, request.Environment)) is { } reason)
            return new Outcome.Failed(name, null, reason);

        transaction.State = state.With(record) with { NextId = state.NextId + 1 };
        var outcome = StartAll(transaction, [(name, record)], new ProcessEvent.StartRequested())[0];
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
    public IReadOnlyList<Outcome> Start(Selection selection, EnvironmentBlock? environment) =>
        StartAlone(
            (transaction, snapshot) =>
            {
                var (found, outcomes) = Select(transaction, snapshot, selection, IsNotRunning);
                outcomes.AddRange(found.Where(record => record.State is RunState.Running).Select(record =>
                    new Outcome.AlreadyRunning(record.Spec.Name, record, record.State.Main!.Pid)));
                return ([.. found.Where(record => record.State is not RunState.Running)], outcomes);
            },
            new ProcessEvent.StartRequested(),
            environment);

    /// <summary>Ends whole trees. In bulk: of all that run.</summary>
    public IReadOnlyList<Outcome> Stop(Selection selection, StopOptions options)
    {
        var (ended, outcomes) = EndTrees(selection, options, _ => true);
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
    public IReadOnlyList<Outcome> Restart(Selection selection, StopOptions options, EnvironmentBlock? environment)
    {
        var (ended, outcomes) = EndTrees(selection, options, record => record.State is not RunState.Stopped);
        outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());

        using var transaction = store.Begin();
        var snapshot = new Snapshot(table);
        var toStart = new List<(string, ProcessRecord)>();
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
                toStart.Add((tree.Name, record));
        }

        var pids = ended.ToDictionary(tree => tree.Name, tree => tree.Pid);
        outcomes.AddRange(StartAll(transaction, toStart, new ProcessEvent.StartRequested(), environment).Select(outcome => outcome is Outcome.Started started
            ? new Outcome.Restarted(started.Target, started.Process, pids[started.Target], started.Pid)
            : outcome));
        return outcomes;
    }

    /// <summary>Ends whole trees and forgets the processes.</summary>
    /// <param name="withLogs">Whether their log files are deleted, too.</param>
    public IReadOnlyList<Outcome> Delete(Selection selection, StopOptions options, bool withLogs)
    {
        var (ended, outcomes) = EndTrees(selection, options, _ => true);
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

    /// <summary>Starts what is due to be restarted.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public IReadOnlyList<Outcome> RestartDue() =>
    [
        .. StartAlone(
            (transaction, snapshot) =>
            {
                transaction.State = _reconciliation.Settle(transaction.State, snapshot);
                return ([.. transaction.State.Processes.Values.Where(IsDue)], []);
            },
            new ProcessEvent.Tick())
            .Select(outcome => outcome is Outcome.Started started
                ? new Outcome.Restarted(started.Target, started.Process, started.Process.LastRun?.Pid, started.Pid)
                : outcome),
    ];

    /// <summary>Whether it is time to start a process again.</summary>
    public bool IsDue(ProcessRecord record) => record.State is RunState.Backoff backoff && backoff.IsDue(time.GetUtcNow());

    private sealed record EndedTree(ProcessRecord Record, int? Pid, bool WasActive, int ProcessesEnded, Outcome? Failure)
    {
        public string Name => Record.Spec.Name;
    }

    private (List<EndedTree> Ended, List<Outcome> Missing) EndTrees(
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
        var ends = _ending.End(roots, options, () => StartedAgain(roots, written), [.. written.Processes.Values.Select(TreeRoot.Of)]);

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
    // before, and not while we have the lock; so what is to be started is chosen anew after that.
    private List<Outcome> StartAlone(
        Func<StateTransaction, Snapshot, (List<ProcessRecord> ToStart, List<Outcome> Others)> choose,
        ProcessEvent happened,
        EnvironmentBlock? environment = null)
    {
        var stuck = new Dictionary<int, string>();
        while (true)
        {
            State written;
            List<TreeRoot> inTheWay;
            using (var transaction = store.Begin())
            {
                written = transaction.State;
                var snapshot = new Snapshot(table);
                var (toStart, outcomes) = choose(transaction, snapshot);
                var remains = ProcessTrees.Find(
                    [.. toStart.Where(record => !stuck.ContainsKey(record.Id) && HasRun(record)).Select(TreeRoot.Of)], snapshot);
                if (remains.Count == 0)
                    return [.. outcomes, .. StartAll(transaction, toStart.ConvertAll(record => (record.Spec.Name, record)), happened, environment, stuck)];
                inTheWay = [.. toStart.Where(record => remains.ContainsKey(record.Id)).Select(TreeRoot.Of)];
            }

            foreach (var (id, end) in _ending.End(inTheWay, StopOptions.Default, () => StartedAgain(inTheWay, written)))
                if (end.Survivors.Count > 0)
                    stuck[id] = CouldNotEnd(end);
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
        IReadOnlyList<(string Target, ProcessRecord Record)> wanted,
        ProcessEvent happened,
        EnvironmentBlock? environment = null,
        IReadOnlyDictionary<int, string>? stuck = null)
    {
        var outcomes = new List<Outcome>();
        var toSpawn = new List<(string Target, ProcessRecord Record)>();
        if (environment is not null)
            transaction.State = transaction.State.With(environment);
        foreach (var (target, asked) in wanted)
        {
            var record = environment is null ? asked : asked with { Spec = asked.Spec with { Environment = environment.Key } };
            var (starting, effect) = Lifecycle.Decide(record, happened, time.GetUtcNow());
            if (effect != Effect.Spawn)
            {
                outcomes.Add(new Outcome.Failed(target, record, "it is being stopped, and not all of it has ended yet"));
                continue;
            }

            toSpawn.Add((target, starting));
            transaction.State = transaction.State.With(starting);
        }

        // Written down first: should this command be killed after a process is made and before that is known, the next
        // command finds the process by its cookie. After a loss of power there is none to find.
        transaction.SaveForNow();
        foreach (var (target, starting) in toSpawn)
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
                ? new Outcome.Started(target, record, started.Identity.Pid)
                : new Outcome.Failed(target, record, ((ProcessEvent.SpawnFailed)spawned).Why));
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

    private static bool IsNotRunning(ProcessRecord record) =>
        record.State is not (RunState.Running or RunState.Stopping or RunState.Starting);

    private static bool HasRun(ProcessRecord record) => record.LastRun is not null || record.State is RunState.Stopping;

    private static bool IsOver(ProcessRecord record) => IsNotRunning(record) && record.State is not RunState.Backoff;

    private static string CouldNotEnd(TreeEnd end) => $"could not end {string.Join("; ", end.Survivors)}";

    private static string Processes(List<Sighting> processes) =>
        processes.Count == 1 ? $"a process (pid {processes[0].Pid})" : $"{processes.Count} processes (pids {string.Join(", ", processes.Select(p => p.Pid))})";
}
