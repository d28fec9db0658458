using Sentinel.Api;
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

/// <summary>
/// Starts processes, many at a time. What a process left behind when it ended by itself would be in its successor's way, so it is ended
/// first, without the lock.
/// </summary>
internal sealed class Starting(SupervisorTools tools, Choosing choosing, LeaseRules leases, Launching launching, Stopping stopping)
{
    private readonly StateStore _store = tools.Store;
    private readonly IProcessTable _table = tools.Table;
    private readonly TimeProvider _time = tools.Time;
    private readonly Deciding _deciding = new(leases, tools.Table, tools.Time);

    /// <summary>Chooses what to start, with the lock.</summary>
    public delegate Chosen Choice(StateTransaction transaction, Snapshot snapshot);

    /// <summary>Starts again what is due to be restarted.</summary>
    /// <param name="settle">Brings records up to what is and returns those that may be due.</param>
    public async ValueTask<IReadOnlyList<Outcome>> StartDue(Func<StateTransaction, Snapshot, IEnumerable<ProcessRecord>> settle)
    {
        var pids = new Dictionary<int, int?>();
        var outcomes = await Start(Choose, new ProcessEvent.Tick());
        return [.. outcomes.Select(outcome => outcome is Outcome.Started started && pids.TryGetValue(started.Process.Id, out var pid)
            ? new Outcome.Restarted(started.Target, started.Process, pid) { Ports = started.Ports }
            : outcome)];

        Chosen Choose(StateTransaction transaction, Snapshot snapshot)
        {
            var chosen = new Chosen([.. settle(transaction, snapshot)], []);
            // What waited for others to be started for the first time is not restarted.
            foreach (var record in chosen.Found.Where(record => record.State is not RunState.Waiting { Automatic: false }))
                pids[record.Id] = record.LastRun?.Pid;
            return chosen;
        }
    }

    /// <inheritdoc cref="Request.Start"/>
    public ValueTask<IReadOnlyList<Outcome>> Start(Selection selection, Renewal? renewal, bool isAlone = false) => Start(
        (transaction, snapshot) =>
        {
            // A process that crashes again and again may run just now: its next attempt gets the new environment, too.
            var chosen = choosing.Choose(transaction, snapshot, selection, record =>
                (!record.State.IsUnderWay || (renewal is not null && record.State is RunState.Running))
                && leases.WhyOver(record) is null && !record.IsDone && !(record.Spec.IsJob && record.IsArmed()) && record.State is not RunState.Scheduled { OnDemand: true });
            if (selection is not Selection.Named)
                return chosen;
            return leases.Renew(transaction, isAlone ? chosen : choosing.WithWhatTheyNeed(transaction, snapshot, chosen));
        },
        new ProcessEvent.StartRequested(isAlone),
        renewal);

    /// <param name="choose">What is to be started.</param>
    /// <param name="happened">Why; of what is only due, another may have seen to it meanwhile.</param>
    /// <param name="renewal">Replaces what they have of their caller; null leaves that.</param>
    /// <param name="later">Which of those that had to wait are still to be started; null: all that do not run.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Start(
        Choice choose,
        ProcessEvent happened,
        Renewal? renewal = null,
        Func<StateTransaction, Snapshot, IReadOnlySet<int>, Chosen>? later = null)
    {
        var outcomes = new List<Outcome>();
        var stuck = new Dictionary<int, string>();
        var pace = new StartPace();
        while (true)
        {
            var turn = TakeTurn(choose, happened, renewal, stuck, pace, outcomes);
            if (turn.Waiting.Count == 0)
                return outcomes;
            await Wait(turn, stuck);
            // Others had their turn meanwhile.
            choose = (transaction, snapshot) => later is null
                ? choosing.Choose(transaction, snapshot, Selection.Of(turn.Waiting), record => !record.State.IsUnderWay)
                : later(transaction, snapshot, turn.Waiting);
        }
    }

    /// <summary>Starts processes that nothing is in the way of, and writes down what became of it.</summary>
    /// <param name="stuck">Why some cannot be started, by id.</param>
    public List<Outcome> StartNow(
        StateTransaction transaction,
        IReadOnlyCollection<ProcessRecord> wanted,
        ProcessEvent happened,
        Renewal? renewal = null,
        IReadOnlyDictionary<int, string>? stuck = null)
    {
        var outcomes = new List<Outcome>();
        // A process that is restarted takes its own place.
        var added = wanted.Where(record => record.State is not (RunState.Backoff or RunState.Waiting { Automatic: true })).Select(record => record.Id).ToHashSet();
        if (renewal is not null)
            transaction.State = transaction.State.With(renewal.Environment);
        var toSpawn = _deciding.Decide(transaction, wanted, happened, renewal, outcomes);

        // Written down first: if a command or daemon is killed after it starts a process and before that is known, the next one finds the
        // process by the cookie of its run. After a loss of power there is none to find. The daemon restarts what crashed on a full disk
        // as well.
        if (toSpawn.Count > 0)
            transaction.SaveForNow(mustBeWritten: happened is not ProcessEvent.Tick);

        foreach (var starting in toSpawn)
            outcomes.Add(Spawn(transaction, starting, stuck?.GetValueOrDefault(starting.Id) ?? (added.Contains(starting.Id) ? tools.Spawner.WhyNoMore : null)));
        try
        {
            transaction.Save();
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && outcomes.Exists(outcome => outcome is Outcome.Started))
        {
            // What runs has been started, whatever is said: on the disk it is about to be, and is found by its cookie.
            tools.Warn($"what was started cannot be written down, the next command that changes something does it: {e.Message}");
        }

        return outcomes;
    }

    /// <summary>What one turn with the lock left to be done.</summary>
    /// <param name="Later">Processes that this turn had no time for.</param>
    /// <param name="HasStarted">Whether anything could be started.</param>
    private sealed record Turn(IReadOnlyList<int> Later, Remains Remains, bool HasStarted)
    {
        public IReadOnlySet<int> Waiting { get; } = Later.Concat(Remains.Ids).ToHashSet();
    }

    private Turn TakeTurn(
        Choice choose, ProcessEvent happened, Renewal? renewal, Dictionary<int, string> stuck, StartPace pace, List<Outcome> outcomes)
    {
        using var transaction = _store.Begin();
        var begun = _time.GetTimestamp();
        var snapshot = new Snapshot(_table);
        var (found, missing) = choose(transaction, snapshot);
        outcomes.AddRange(missing);
        if (happened is ProcessEvent.Tick)
            found = [.. Dependencies.Due(found, transaction.State.Processes.Values, _time.GetUtcNow())];
        var now = found.Take(pace.Count).ToList();
        var doubtful = now.FindAll(record => MayHaveLeft(record) && !stuck.ContainsKey(record.Id));
        var left = Left(doubtful, snapshot, transaction.State);
        var looked = _time.GetElapsedTime(begun);
        var remains = Sort(left, snapshot, transaction, happened);
        outcomes.AddRange(StartNow(transaction, now.FindAll(record => !left.ContainsKey(record.Id)), happened, renewal, stuck));
        var turn = new Turn([.. found.Skip(pace.Count).Select(record => record.Id)], remains, left.Count < now.Count);
        pace.Adapt(_time.GetElapsedTime(begun), looked);
        return turn;
    }

    // Ending what is in the way may take long: it waits until no other process can be started.
    private async ValueTask Wait(Turn turn, Dictionary<int, string> stuck)
    {
        var (inTheWay, inDoubt, toTell) = turn.Remains;
        if (turn.Later.Count > 0 && turn.HasStarted)
            await tools.Handles.WaitAny([], TimeSpan.Zero);
        else if (inTheWay.Count > 0)
        {
            foreach (var (id, why) in await stopping.EndRemains(inTheWay))
                stuck[id] = why;
            _store.Tell([.. toTell.Where(ended => !stuck.ContainsKey(ended.Id))]);
        }
        else if (inDoubt.Count > 0)
            await WaitUntilDecided(inDoubt);
    }

    // Or until something of it has ended.
    private async ValueTask WaitUntilDecided(List<Doubt> doubts)
    {
        var held = doubts.SelectMany(doubt => doubt.Left)
            .Select(member => tools.Handles.Open(_table.IdentityOf(member))).OfType<IProcessHandle>().ToList();
        await tools.Handles.WaitAny(held, doubts.Min(doubt => doubt.Wait));
        held.ForEach(handle => handle.Dispose());
    }

    /// <param name="whyNot">Why it cannot be started; null: it is tried.</param>
    private Outcome Spawn(StateTransaction transaction, ProcessRecord starting, string? whyNot)
    {
        ProcessEvent spawned;
        try
        {
            if (whyNot is not null)
                throw new SpawnException(whyNot);
            // Waiting for a line, and quoting from a log, begins where this run's part of it does.
            var logs = LogEnd.Of(starting, _store.Home, _store.Files);
            var (main, filesKey) = launching.Spawn(starting, transaction.State);
            spawned = new ProcessEvent.Spawned(main, logs, filesKey);
        }
        // After a fault of ours nobody knows: the process stays 'starting', and the next sweep or command finds out.
        catch (Exception e) when (e is SpawnException or EnvironmentException or IOException or UnauthorizedAccessException)
        {
            spawned = new ProcessEvent.SpawnFailed(e.Message);
            tools.Spawner.CleanUp(starting.RunCookie);
        }

        var record = Lifecycle.Decide(starting, spawned, _time.GetUtcNow()).Record;
        transaction.State = transaction.State.With(record);
        return spawned is ProcessEvent.Spawned
            ? new Outcome.Started(record.Spec.Name, record) { Ports = PortRef.Of(record, transaction.State) }
            : new Outcome.Failed(record.Spec.Name, record, ((ProcessEvent.SpawnFailed)spawned).Why, FailureCode.NotStarted);
    }

    private bool MayHaveLeft(ProcessRecord record)
    {
        if (record.State is RunState.Running || (record.LastRun is null && record.State is not RunState.Stopping))
            return false;
        var isPopulated = _table.IsPopulated(record.RunCookie);
        // The next run gets a group of its own.
        if (isPopulated == false && !record.State.IsUnderWay)
            tools.Spawner.CleanUp(record.RunCookie);
        return isPopulated != false;
    }

    // What can be seen of each; an empty list where only the kernel knows that something is left.
    private Dictionary<int, List<Sighting>> Left(List<ProcessRecord> records, Snapshot snapshot, State state)
    {
        var left = ProcessTrees.Find(records.ConvertAll(TreeRoot.Of), snapshot, state.Processes.Values.Select(TreeRoot.Of));
        foreach (var record in records.Where(record => _table.IsPopulated(record.RunCookie) == true))
            left.TryAdd(record.Id, []);
        return left;
    }

    // A program that went into the background may serve, so it is not started again.
    private Remains Sort(Dictionary<int, List<Sighting>> left, Snapshot snapshot, StateTransaction transaction, ProcessEvent happened)
    {
        var (remains, now) = (new Remains([], [], []), _time.GetUtcNow());
        foreach (var (id, members) in left)
        {
            var record = transaction.State.Processes[id];
            if (happened is ProcessEvent.Tick && record.LastRun is { How: Exit.Code { Value: 0 } or Exit.Unknown } run)
            {
                var processes = LeftBehind.OfLastRun(record, snapshot, transaction.State.Processes.Values, _time);
                var isInBackground = Background.Is(record, processes);
                if (isInBackground && Background.Wait(run, processes, now) is { Ticks: > 0 } wait)
                {
                    remains.InDoubt.Add(new Doubt(id, members, wait));
                    continue;
                }

                if (isInBackground)
                {
                    // That it ended is an event of its own.
                    transaction.Note();
                    transaction.State = transaction.State.With(Lifecycle.Decide(record, new ProcessEvent.FoundLeft(processes), now).Record);
                    continue;
                }

                remains.ToTell.Add(new Event.EndedLeft(now, id, record.Spec.Name, Background.Words(processes)));
            }

            remains.InTheWay.Add(TreeRoot.Of(record));
        }

        return remains;
    }
}
