using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <content>How processes are started, alone or many at a time.</content>
public sealed partial class Supervisor
{
    // So many are started in one turn at least, and then as many as take about so long: others wait for their turns meanwhile.
    private const int FewestStarts = 20;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    // A turn also looks at the machine and writes the state, which costs the more the more processes there are. The starts take
    // longer than that, or whoever starts very many would do little else.
    private const int StartsToLook = 4;

    private async ValueTask<IReadOnlyList<Outcome>> StartDue(Func<StateTransaction, Snapshot, IEnumerable<ProcessRecord>> choose)
    {
        var outcomes = await StartAlone((transaction, snapshot) => ([.. choose(transaction, snapshot)], []), new ProcessEvent.Tick());
        return [.. outcomes.Select(outcome => outcome is Outcome.Started started
            ? new Outcome.Restarted(started.Target, started.Process, started.Process.LastRun?.Pid, started.Pid)
            : outcome)];
    }

    // What a process left behind when it ended by itself would be in its successor's way: a port taken, a lock held. It is ended
    // before, and not while we have the lock.
    /// <param name="later">Which of those that had to wait are still to be started; null: all of them.</param>
    private async ValueTask<IReadOnlyList<Outcome>> StartAlone(
        Func<StateTransaction, Snapshot, (List<ProcessRecord> Found, List<Outcome> Missing)> choose,
        ProcessEvent happened,
        Renewal? renewal = null,
        Func<StateTransaction, Snapshot, IReadOnlySet<int>, (List<ProcessRecord> Found, List<Outcome> Missing)>? later = null)
    {
        var outcomes = new List<Outcome>();
        var stuck = new Dictionary<int, string>();
        for (var starts = FewestStarts; ;)
        {
            State written;
            Remains kept;
            List<int> left;
            bool isAnyFree;
            using (var transaction = store.Begin())
            {
                var begun = time.GetTimestamp();
                var snapshot = new Snapshot(table);
                var (found, missing) = choose(transaction, snapshot);
                outcomes.AddRange(missing);
                // Another may have seen to it meanwhile.
                if (happened is ProcessEvent.Tick)
                    found = found.FindAll(IsDue);
                var now = found.Take(starts).ToList();
                left = [.. found.Skip(starts).Select(record => record.Id)];
                var doubtful = now.FindAll(record => MayHaveLeft(record) && !stuck.ContainsKey(record.Id));
                var remains = Left(doubtful, snapshot, transaction.State);
                var looked = time.GetElapsedTime(begun);
                kept = Sort(remains, transaction, happened);
                outcomes.AddRange(StartAll(transaction, now.FindAll(record => !remains.ContainsKey(record.Id)), happened, renewal, stuck));
                isAnyFree = remains.Count < now.Count;
                written = transaction.State;
                var isShort = time.GetElapsedTime(begun) < Turn + (StartsToLook * looked);
                starts = isShort ? starts * 2 : Math.Max(FewestStarts, starts / 2);
            }

            if (left.Count == 0 && kept.InTheWay.Count == 0 && kept.InDoubt.Count == 0)
                return outcomes;
            if (left.Count > 0 && isAnyFree)
                await handles.WaitAny([], TimeSpan.Zero);
            else if (kept.InTheWay.Count > 0)
            {
                // When no other can be started: it may take long.
                foreach (var (id, end) in await _ending.End(kept.InTheWay, StopOptions.Default, () => StartedAgain(kept.InTheWay, written)))
                    if (end.Survivors.Count > 0)
                        stuck[id] = CouldNotEnd(end);
                store.Events.Append([.. kept.ToTell.Where(ended => !stuck.ContainsKey(ended.Id))]);
            }
            else if (kept.InDoubt.Count > 0)
                await WaitUntilDecided(kept.InDoubt);

            // Meanwhile others had their turns.
            HashSet<int> waiting = [.. left, .. kept.InTheWay.Select(root => root.Id), .. kept.InDoubt.Select(doubt => doubt.Id)];
            choose = (transaction, snapshot) => later is null
                ? Select(transaction, snapshot, Selection.Of(waiting), IsNotRunning)
                : later(transaction, snapshot, waiting);
        }
    }

    private List<Outcome> StartAll(
        StateTransaction transaction,
        IReadOnlyCollection<ProcessRecord> wanted,
        ProcessEvent happened,
        Renewal? renewal = null,
        IReadOnlyDictionary<int, string>? stuck = null)
    {
        var outcomes = new List<Outcome>();
        var toSpawn = new List<ProcessRecord>();
        // What is restarted takes the place of itself.
        var added = wanted.Where(record => record.State is not RunState.Backoff).Select(record => record.Id).ToHashSet();
        if (renewal is not null)
            transaction.State = transaction.State.With(renewal.Environment);
        foreach (var asked in wanted)
        {
            var record = Renewed(asked, renewal);
            var (starting, effect) = Lifecycle.Decide(record, happened, time.GetUtcNow());
            if (effect == Effect.Spawn && WhyOver(record) is { } over)
            {
                outcomes.Add(InsteadOfStarting(transaction, record, happened, over));
            }
            else if (effect == Effect.Spawn)
            {
                toSpawn.Add(starting with { State = ((RunState.Starting)starting.State) with { PidNamespace = table.PidNamespace } });
                transaction.State = transaction.State.With(toSpawn[^1]);
            }
            else if (happened is ProcessEvent.StartRequested)
            {
                if (record.State is RunState.Running && renewal is not null)
                    transaction.State = transaction.State.With(record);
                outcomes.Add(record.State is RunState.Running running
                    ? new Outcome.AlreadyRunning(record.Spec.Name, record, running.Identity.Pid, IsOutdated: renewal is not null)
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
                if ((stuck?.GetValueOrDefault(starting.Id) ?? (added.Contains(starting.Id) ? spawner.WhyNoMore : null)) is { } why)
                    throw new SpawnException(why);
                // Whoever waits for a line, or quotes it, begins where this run's part of the logs does.
                var logs = LogHistory.EndsOf(starting, store.Home, store.Files);
                spawned = new ProcessEvent.Spawned(Spawn(starting, transaction.State), logs);
            }
            // After a fault of ours nobody knows: it stays as one that is being started, and the next sweep, or command, finds out.
            catch (Exception e) when (e is SpawnException or EnvironmentException or IOException or UnauthorizedAccessException)
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

        try
        {
            transaction.Save();
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && outcomes.Exists(outcome => outcome is Outcome.Started))
        {
            // What runs has been started, whatever is said: on the disk it is about to be, and is found by its cookie.
            warn($"what was started cannot be written down, the next command that changes something does it: {e.Message}");
        }

        return outcomes;
    }

    private static ProcessRecord Renewed(ProcessRecord record, Renewal? renewal) => renewal is null ? record : record with
    {
        Spec = record.Spec with { Environment = renewal.Environment.Key, Inherited = renewal.Inherited ?? record.Spec.Inherited },
    };

    // Says why it could not be started now, as far as that can be told before.
    private string? WhyNot(ProcessRecord record, State state) => WhyNot(record, state, spawner.WhyNot);

    private string? WhyNot(ProcessRecord record, State state, Func<Launch, string?> ask)
    {
        if (WhyUnreachable(record, state) is { } unreachable)
            return unreachable;
        try
        {
            return ask(LaunchOf(record, _environments.Of(record, state)));
        }
        catch (EnvironmentException e)
        {
            return e.Message;
        }
    }

    // Before anything else looks at them.
    private string? WhyUnreachable(ProcessRecord record, State state) => spawner.WhyUnreachable(
    [
        record.Spec.WorkingDirectory,
        .. record.Spec.EnvironmentFiles,
        .. record.Spec.Group is { } group && state.Groups.TryGetValue(group, out var found) ? found.EnvironmentFiles : [],
    ]);

    private ProcessIdentity Spawn(ProcessRecord record, State state)
    {
        if (_ports.WhyNot(state, record) is { } why)
            throw new SpawnException(why);
        if (WhyUnreachable(record, state) is { } unreachable)
            throw new SpawnException(unreachable);
        var environment = _environments.Of(record, state);
        foreach (var warning in environment.Warnings)
            warn($"{record.Spec.Name}: {warning}");
        var launch = LaunchOf(record, environment);
        // Who runs it is refused; at a later start, which nobody may see, it is better to have it with less than not at all.
        if (spawner.CannotInherit(launch) is { } missing)
            warn($"{record.Spec.Name}: {missing}");
        return spawner.Spawn(launch);
    }

    /// <summary>How a process would be started now.</summary>
    /// <exception cref="EnvironmentException">Its environment cannot be put together.</exception>
    public Launch LaunchOf(ProcessRecord record) => LaunchOf(record, _environments.Of(record, store.Read()));

    private Launch LaunchOf(ProcessRecord record, ProcessEnvironment environment) => new(
        record.Spec.Command,
        record.Spec.WorkingDirectory,
        environment.Block,
        record.Spec.Umask,
        store.Home.StdoutOf(record),
        store.Home.StderrOf(record),
        record.Spec.LogLimits,
        record.Cookie)
    {
        LogPipe = record.Spec.LogPipe,
        Treatment = record.Spec.Treatment,
        Inherited = record.Spec.Inherited,
        IsAgain = record.LastRun is not null || record.State.Main is not null,
        Account = environment.Account,
    };

    private bool MayHaveLeft(ProcessRecord record) => record.State is not RunState.Running
        && (record.LastRun is not null || record.State is RunState.Stopping)
        && table.IsPopulated(record.Cookie) != false;

    // Those of which something is left, seen or known to the kernel.
    private Dictionary<int, List<Sighting>> Left(List<ProcessRecord> records, Snapshot snapshot, State state)
    {
        var left = ProcessTrees.Find(records.ConvertAll(TreeRoot.Of), snapshot, state.Processes.Values.Select(TreeRoot.Of));
        foreach (var record in records.Where(record => table.IsPopulated(record.Cookie) == true))
            left.TryAdd(record.Id, []);
        return left;
    }
}
