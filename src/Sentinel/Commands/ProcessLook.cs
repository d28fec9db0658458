using Sentinel.Core.Diagnosis;
using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux.Sockets;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>What <c>list</c> and <c>status</c> see. They restart what is due, and change nothing else.</summary>
internal sealed class ProcessLook
{
    private readonly Session _session;
    private readonly Snapshot _snapshot;
    private readonly long _lastEvent;
    private readonly IReadOnlyList<Outcome> _restarts;
    private readonly ILookup<int?, PortLease> _ports;
    private readonly IReadOnlyDictionary<int, ProcessView> _told;

    private ProcessLook(Session session, Selection selection)
    {
        _session = session;
        _snapshot = new Snapshot(session.Table);
        var written = session.Store.Read();
        var (state, told) = Sight.Of(written, session, _snapshot);
        _restarts = [];
        // While a daemon runs, that is its job.
        if (state.Processes.Values.Any(process => process.State.IsDue(DateTimeOffset.UtcNow) || IsToBeNoted(process, written)) && session.Daemon is null)
        {
            _restarts = Restart(session);
            _snapshot = new Snapshot(session.Table);
            written = session.Store.Read();
            (state, told) = Sight.Of(written, session, _snapshot);
        }

        _lastEvent = written.LastEvent;
        if (state.MayHaveStrays && Stray.Find(state, _snapshot) is { Count: > 0 } strays)
            session.Warn(Stray.Sentence(strays));
        foreach (var failed in _restarts.OfType<Outcome.Failed>())
            session.Warn(Outcomes.Line(failed));
        (var found, Missing) = selection.In(state, _ => true);
        _ports = state.Ports.Values.ToLookup(lease => lease.ProcessId);
        _told = told;
        var left = LeftBehind.Find(found, _snapshot, state.Processes.Values, TimeProvider.System);
        var isUnasked = found.Exists(IsStarting) && session.Daemon is null;
        var views = session.Overview.Look(found, _snapshot, state.Processes.Values).AsTask().GetAwaiter().GetResult();
        Processes = [.. views.Select(view => told.GetValueOrDefault(view.Record.Id) ?? view with
        {
            IsUnasked = isUnasked && IsStarting(view.Record),
            Left = left.GetValueOrDefault(view.Record.Id, []),
        })];
    }

    public IReadOnlyList<ProcessView> Processes { get; }

    public IReadOnlyList<Outcome> Missing { get; }

    private IReadOnlyDictionary<int, List<Sighting>> Remains =>
        field ??= Overview.Remains(Processes.Select(process => process.Record), _snapshot);

    /// <summary>Whether a process must be asked to find out whether it is ready.</summary>
    public static bool IsStarting(ProcessRecord record) => record is { State: RunState.Running { IsReady: false }, Spec.Readiness.Probe: not null };

    // The back-off counts from when the end was first noticed: unless that is recorded, each look starts it again. A handover has an
    // event.
    private static bool IsToBeNoted(ProcessRecord seen, State written) =>
        seen.State is RunState.Backoff or RunState.Failed && seen.State != written.Processes[seen.Id].State
        || (seen.State is RunState.Running run && written.Processes[seen.Id].State is RunState.Running noted
            && (run.Identity != noted.Identity || run.Handover != noted.Handover));

    // Whatever prevents the restart, what there is can still be shown.
    private static IReadOnlyList<Outcome> Restart(Session session)
    {
        try
        {
            return session.Do(new Request.RestartDue());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException or DaemonException)
        {
            session.Warn($"cannot restart the processes that are due: {e.Message}");
            return [];
        }
    }

    public static ProcessLook At(Session session, Selection selection) => new(session, selection);

    public IReadOnlyList<int> RemainsOf(ProcessRecord record) =>
        !_told.ContainsKey(record.Id) && record.State.Main is null && Remains.GetValueOrDefault(record.Id) is { } left ? left.ConvertAll(process => process.Pid) : [];

    public IEnumerable<PortLease> PortsOf(ProcessRecord record) => _ports[record.Id];

    /// <summary>What was restarted, one line each.</summary>
    public IEnumerable<string> RestartLines() => _restarts.OfType<Outcome.Restarted>().Select(restarted =>
        $"Auto-restarted {restarted.Process.Spec.Name} (old_pid: {restarted.OldPid}, new_pid: {restarted.Pid})");

    /// <param name="logs">Finds out what became of the logs of a process; null: that would take too long for all processes.</param>
    public ProcessesJson ToJson(Func<ProcessRecord, LogFaults>? logs = null) => new(
        Json.SchemaVersion,
        [.. Processes.Select(process => ProcessJson.From(
            process, RemainsOf(process.Record), PortsOf(process.Record), logs?.Invoke(process.Record), _session.Home))],
        [.. _restarts.OfType<Outcome.Restarted>().Select(restarted => new RestartJson(
            restarted.Process.Id, restarted.Process.Spec.Name, restarted.OldPid, restarted.Pid))],
        _session.Warnings)
    {
        LastEvent = _lastEvent,
    };
}
