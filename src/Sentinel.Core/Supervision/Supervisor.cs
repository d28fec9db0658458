using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Does what commands ask for. The lock is held while something is decided, written down or started, and never while something is
/// waited for.
/// </summary>
public sealed class Supervisor : ISupervisor
{
    private readonly StateStore _store;
    private readonly IProcessTable _table;
    private readonly TimeProvider _time;
    private readonly Reconciliation _reconciliation;
    private readonly Choosing _choosing;
    private readonly LeaseRules _leases;
    private readonly PortBook _ports;
    private readonly GroupBook _groups;
    private readonly Launching _launching;
    private readonly StopCommands _stopCommands;
    private readonly Stopping _stopping;
    private readonly UserStops _stops;
    private readonly Starting _starting;
    private readonly Restarting _restarting;
    private readonly Handovers _handovers;
    private readonly Registry _registry;
    private readonly Changing _changing;
    private readonly Rolling _rolling;
    private readonly Replacing _replacing;
    private readonly Noting _noting;
    private readonly DemandedRuns _demand;
    private readonly IHeldSockets _sockets;
    private readonly Action<string> _warn;
    private readonly Signalling _signalling;
    private readonly Rerunning _rerunning;
    private readonly Applying _applying;
    private readonly LogBook _logs;
    private readonly ScheduledRuns _scheduled;
    private readonly HookBook _hooks;

    public Supervisor(SupervisorTools tools)
    {
        (_store, _table, _time) = (tools.Store, tools.Table, tools.Time);
        var environments = new ProcessEnvironments(_store.Home, tools.Files, tools.Accounts);
        _reconciliation = new Reconciliation(_store.Home, _time, new PidFiles(tools.Files));
        _choosing = new Choosing(_store, _table, _reconciliation);
        _leases = new LeaseRules(_table, _time);
        _ports = new PortBook(_store, tools.Ports, tools.Random, _time);
        _groups = new GroupBook(_store, environments, state => _reconciliation.Look(state, new Snapshot(_table)));
        _launching = new Launching(tools, environments, _ports);
        _stopCommands = new StopCommands(tools, _launching);
        _stopping = new Stopping(tools, _choosing, _stopCommands);
        _stops = new UserStops(_store, _stopping);
        _starting = new Starting(tools, _choosing, _leases, _launching, _stopping);
        _restarting = new Restarting(tools, _leases, _launching, _ports, _reconciliation, _starting, _stopping);
        _handovers = new Handovers(_store, _table, _time, _reconciliation, _starting);
        _registry = new Registry(tools, _leases, _launching, _ports, _reconciliation, _starting, _stopping);
        _changing = new Changing(tools, _choosing, _launching, _ports);
        _replacing = new Replacing(tools, _choosing, _leases, _starting, _stopping);
        _rolling = new Rolling(_store, tools.Starts, _restarting, _replacing);
        _noting = new Noting(tools, _choosing, _reconciliation, _starting, _stopping, _replacing);
        _demand = new DemandedRuns(_choosing, _starting, _stopping);
        _sockets = tools.Sockets;
        _warn = tools.Warn;
        _signalling = new Signalling(tools, _choosing);
        _rerunning = new Rerunning(_store, _registry, _changing, _starting, _restarting);
        _applying = new Applying(tools, environments, _registry, _ports, _starting, _restarting);
        _scheduled = new ScheduledRuns(tools, _choosing, _starting, _restarting);
        _hooks = new HookBook(_store);
        _logs = new LogBook(_store, tools.Logs, tools.Warn);
    }

    public async ValueTask<IReadOnlyList<Outcome>> Do(Request request) => request switch
    {
        Request.Run run => await Run(run.What),
        Request.Scale scale => await Scale(scale.Set, scale.Count, scale.IsRelative),
        Request.ChangeSpecs change => Change(change.Changes),
        Request.Start start => await Start(start.Selection, start.Renewal, start.IsAlone),
        Request.Stop stop => await Stop(stop.Selection, stop.Options, stop.WithDependents),
        Request.Restart { Way: RestartWay.Together } restart => await Restart(restart.Selection, restart.Options, restart.Renewal),
        Request.Restart restart => await _rolling.Restart(restart.Way, restart.Selection, restart.Options, restart.Renewal),
        Request.Delete delete => await Delete(delete.Selection, delete.Options, delete.WithLogs, delete.IfExists),
        Request.Clean clean => Clean(clean.WithLogs),
        Request.Trigger trigger => await _scheduled.Trigger(trigger.Selection),
        Request.Reset reset => Reset(reset.Selection),
        Request.Signal signal => _signalling.Send(signal.Selection, signal.Number, signal.IsTree),
        Request.Apply apply => await _applying.Apply(apply),
        Request.AddHook add => [_hooks.Add(add.Hook)],
        Request.DeleteHooks delete => _hooks.Delete(delete.Names),
        Request.CreateGroup create => [_groups.Create(create.Group)],
        Request.ChangeGroup change => [_groups.Change(change.Group, change.Change)],
        Request.DeleteGroup delete => [_groups.Delete(delete.Group)],
        Request.AddToGroup add => _groups.Add(add.Group, add.Selection),
        Request.RemoveFromGroup remove => _groups.Remove(remove.Group, remove.Selection),
        Request.AllocatePort allocate => [_ports.Allocate(allocate.Port, allocate.Name)],
        Request.FreePorts free => _ports.Free(free.Targets),
        Request.RotateLogs rotate => _logs.Rotate(rotate.Selection),
        Request.ClearLogs clear => _logs.Clear(clear.Selection, clear.Stream),
        Request.EndLeases end => await EndLeases(end.Session),
        Request.RestartDue => await RestartDue(),
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    /// <inheritdoc cref="Request.Run"/>
    public ValueTask<IReadOnlyList<Outcome>> Run(RunRequest request) => _rerunning.Run(request);

    /// <inheritdoc cref="Request.Scale"/>
    public ValueTask<IReadOnlyList<Outcome>> Scale(string set, int count, bool isRelative) => _registry.Scale(set, count, isRelative);

    /// <inheritdoc cref="Request.ChangeSpecs"/>
    public IReadOnlyList<Outcome> Change(IReadOnlyList<SpecChange> changes) => _changing.Change(changes);

    /// <inheritdoc cref="Request.Delete"/>
    public ValueTask<IReadOnlyList<Outcome>> Delete(Selection selection, StopOptions options, bool withLogs, bool ifExists = false) =>
        _registry.Delete(selection, options, withLogs, ifExists);

    /// <inheritdoc cref="Request.Clean"/>
    public IReadOnlyList<Outcome> Clean(bool withLogs) => _registry.Clean(withLogs);

    /// <inheritdoc cref="Request.Start"/>
    public ValueTask<IReadOnlyList<Outcome>> Start(Selection selection, Renewal? renewal, bool isAlone = false) => _starting.Start(selection, renewal, isAlone);

    /// <inheritdoc cref="Request.Stop"/>
    public ValueTask<IReadOnlyList<Outcome>> Stop(Selection selection, StopOptions options, bool withDependents = false) =>
        _stops.Stop(selection, options, withDependents);

    /// <inheritdoc cref="Request.Restart"/>
    public ValueTask<IReadOnlyList<Outcome>> Restart(Selection selection, StopOptions options, Renewal? renewal) =>
        _restarting.Restart(selection, options, renewal);

    /// <inheritdoc cref="Request.Reset"/>
    public IReadOnlyList<Outcome> Reset(Selection selection)
    {
        using var transaction = _store.Begin();
        var (found, outcomes) = _choosing.Choose(transaction, new Snapshot(_table), selection, _ => true);
        foreach (var record in found)
        {
            var reset = Lifecycle.Decide(record, new ProcessEvent.ResetRequested(), _time.GetUtcNow()).Record;
            transaction.State = transaction.State.With(reset);
            outcomes.Add(new Outcome.Reset(reset.Spec.Name, reset));
        }

        transaction.Save();
        return outcomes;
    }

    /// <inheritdoc cref="Request.EndLeases"/>
    public ValueTask<IReadOnlyList<Outcome>> EndLeases(string? session)
    {
        var why = new Dictionary<int, string>();
        return EndLeased(new Selection.All(), why, record => _leases.WhyToEnd(record, session) is { } over && why.TryAdd(record.Id, over));
    }

    /// <summary>Ends those whose leases are newly over: the daemon's work, each time that it hears of one.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> EndLeasesOver()
    {
        var why = new Dictionary<int, string>();
        foreach (var record in _store.Read().Processes.Values.Where(record => record.IsHeldByLease() && !_choosing.IsElsewhere(record)))
            if (_leases.WhyOver(record) is { } over)
                why.Add(record.Id, over);
        return why.Count == 0 ? [] : await EndLeased(Selection.Of(why.Keys), why, _ => true);
    }

    /// <inheritdoc cref="Request.RestartDue"/>
    public ValueTask<IReadOnlyList<Outcome>> RestartDue() => _starting.StartDue((transaction, snapshot) =>
    {
        transaction.State = _reconciliation.SettleAllButEnding(transaction.State, snapshot);
        return transaction.State.Processes.Values;
    });

    /// <inheritdoc cref="Noting.Ended"/>
    public ValueTask<IReadOnlyList<Outcome>> Ended(IReadOnlyCollection<EndedMain> runs) => _noting.Ended(runs);

    /// <summary>Restarts what must be, for something that it needs was restarted or has ended.</summary>
    public ValueTask<IReadOnlyList<Outcome>> RestartDependents() => _restarting.RestartDependents();

    /// <summary>Starts what a time of its schedule has come for.</summary>
    /// <param name="clockSetBy">By how much somebody has set the clock; null: nobody has.</param>
    public ValueTask<IReadOnlyList<Outcome>> RunScheduled(TimeSpan? clockSetBy) => _scheduled.Run(clockSetBy);

    /// <inheritdoc cref="DemandedRuns.Start"/>
    public ValueTask<IReadOnlyList<Outcome>> RunDemanded(int id) => _demand.Start(id);

    /// <inheritdoc cref="DemandedRuns.Stop"/>
    public ValueTask<IReadOnlyList<Outcome>> StopIdle(IReadOnlyList<int> ids) => _demand.Stop(ids);

    /// <inheritdoc cref="Launching.OpenSockets"/>
    public OpenSockets OpenSockets(ProcessRecord record) => _launching.OpenSockets(record, _store.Read());

    /// <summary>Restarts processes for files that have changed.</summary>
    /// <param name="changes">By the ids of the processes.</param>
    public ValueTask<IReadOnlyList<Outcome>> RestartChanged(IReadOnlyDictionary<int, FileChange> changes, RestartWay way) => way != RestartWay.Together
        ? _rolling.Restart(way, Selection.Of(changes.Keys), StopOptions.Default, renewal: null, RestartReason.Watch, changes)
        : _restarting.Restart(Selection.Of(changes.Keys), StopOptions.Default, renewal: null, RestartReason.Watch, changes);

    /// <summary>Sends a process a signal.</summary>
    public IReadOnlyList<Outcome> Signal(int id, int number) => _signalling.Send(Selection.Of([id]), number, isTree: false);

    /// <summary>Restarts what has outgrown its memory limit.</summary>
    public ValueTask<IReadOnlyList<Outcome>> RestartOutgrown() => _restarting.RestartOutgrown();

    /// <summary>Looks again whether another process has taken the place of a main process that has ended, and starts again what is due where none has.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public ValueTask<IReadOnlyList<Outcome>> FollowHandovers() => _handovers.Follow();

    /// <summary>Which of those that have just ended may have gone into the background; that shows a moment later.</summary>
    public IReadOnlyList<int> MayBeInBackground(IEnumerable<int> ids) => _handovers.MayBeInBackground(ids);

    /// <summary>Takes note of those that went into the background.</summary>
    public void NoteBackground(IEnumerable<int> ids) => _handovers.NoteBackground(ids);

    /// <inheritdoc cref="Noting.Note"/>
    public ValueTask Note(int id, ProcessIdentity main, ProcessEvent happened) => _noting.Note(id, main, happened);

    /// <inheritdoc cref="Noting.EndFailed"/>
    public ValueTask EndFailed() => _noting.EndFailed();

    /// <summary>Goes on ending runs whose place others have taken, where the one who was ending them was killed.</summary>
    public ValueTask EndPredecessors() => _replacing.GoOn();

    /// <summary>Closes the sockets of processes that do not run any more.</summary>
    public void CloseSockets()
    {
        try
        {
            _sockets.Keep(() => Sockets.Wanted(_store.Read()));
        }
        catch (IOException e)
        {
            _warn($"sockets of processes that do not run cannot be closed: {e.Message}");
        }
    }

    /// <summary>Brings everything that is written down up to what is: the daemon's first act.</summary>
    public void TakeOver()
    {
        using var transaction = _store.Begin();
        transaction.State = _reconciliation.Settle(transaction.State, new Snapshot(_table));
        transaction.Save();
    }

    /// <summary>Whether a process waits to be started and it is time, or may be: the one who was to start it may have failed.</summary>
    public bool IsAnyDue => _store.Read().Processes.Values is var all && (Dependencies.Due(all, all, _time.GetUtcNow()).Any() || all.Any(record =>
        record.State is RunState.Starting or RunState.Stopping { ThenStart: true } || _choosing.HasEndedElsewhere(record)));

    /// <inheritdoc cref="Choosing.Here"/>
    public State Here(State state) => _choosing.Here(state);

    /// <inheritdoc cref="LogBook.RotateLarge"/>
    public void RotateLargeLogs() => _logs.RotateLarge();

    /// <summary>Whether we wait for the end of a process that is not the main process of any record.</summary>
    public bool IsAwaited(int pid) => _stopCommands.IsAwaited(pid);

    /// <summary>What <see cref="Request.Apply"/> would change.</summary>
    public Plan PlanFor(State state, ProjectRequest wanted) => _applying.PlanFor(state, wanted);

    /// <summary>How a process would be started now.</summary>
    /// <exception cref="EnvironmentException">Its environment cannot be put together.</exception>
    public Launch LaunchOf(ProcessRecord record) => _launching.LaunchOf(record, _store.Read());

    /// <summary>Why a process could not be started now, as far as that can be told before; null: it could.</summary>
    public string? WhyNotStart(ProcessRecord record, State state) => _launching.WhyNot(record, state);

    private async ValueTask<IReadOnlyList<Outcome>> EndLeased(Selection selection, Dictionary<int, string> why, Func<ProcessRecord, bool> inBulk)
    {
        var (ended, outcomes) = await _stopping.EndTreesAnyway(
            selection, StopOptions.Default, inBulk, record => new ProcessEvent.LeaseEnded(why[record.Id]));
        foreach (var tree in ended)
            if (tree.Failure is { } failure)
                outcomes.Add(failure);
            else if (tree.WasThere)
                outcomes.Add(new Outcome.LeaseEnded(tree.Name, tree.Record, why[tree.Record.Id]));
        return outcomes;
    }
}
