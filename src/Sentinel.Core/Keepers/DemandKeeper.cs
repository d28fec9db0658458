using System.Runtime.InteropServices;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>What starting by need takes.</summary>
/// <param name="Open">Opens the sockets of a process.</param>
/// <param name="WhenConnected">Calls something when somebody waits to be let in at a socket.</param>
/// <param name="Connections">Who is connected to sockets.</param>
/// <param name="Start">Starts processes, by their ids.</param>
/// <param name="Stop">Stops processes that nobody needs, by their ids.</param>
/// <param name="Warn">Told, in a sentence, what the user should know.</param>
public sealed record DemandTools(
    ILoop Loop,
    TimeProvider Time,
    Func<ProcessRecord, OpenSockets> Open,
    Func<SafeHandle, Action, IDisposable> WhenConnected,
    Func<IReadOnlyList<ListenSocket>, Connections> Connections,
    Action<int> Start,
    Action<IReadOnlyList<int>> Stop,
    Action<string> Warn);

/// <summary>Who is connected to some sockets.</summary>
/// <param name="IsAny">Whether anybody is.</param>
/// <param name="Over">Names of connections that are over, of which the kernel keeps each for a minute.</param>
public sealed record Connections(bool IsAny, IReadOnlySet<string> Over);

/// <summary>Starts processes when somebody connects to their sockets, and stops them when nobody has been connected for long enough.</summary>
public sealed class DemandKeeper(DemandTools tools) : IKeeper, IDisposable
{
    // One that ends at once, and leaves those waiting who made it start, is started no more often.
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);

    // How long to wait before trying again to open what could not be opened.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // How often to look who is connected: ten times within the shortest time that matters, within these bounds.
    private static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(0.5), LongestLook = TimeSpan.FromSeconds(10);
    private const int Looks = 10;

    private readonly Dictionary<int, Listener> _listeners = [];
    private readonly Dictionary<int, Busy> _busy = [];
    private IReadOnlyList<ProcessRecord> _idling = [];
    private IDisposable? _look;

    public void Changed(State state)
    {
        foreach (var (id, listener) in _listeners.ToList())
            if (state.Processes.GetValueOrDefault(id) is not { State: RunState.Scheduled { OnDemand: true } } now || now.State != listener.State || now.Spec.Sockets != listener.Sockets)
            {
                listener.Dispose();
                _listeners.Remove(id);
            }

        foreach (var record in state.Processes.Values)
            if (record.State is RunState.Scheduled { OnDemand: true } && !_listeners.ContainsKey(record.Id))
                Listen(record);
        _idling = [.. state.Processes.Values.Where(record => record is { Spec: { OnDemand: true, IdleTimeout: not null }, State: RunState.Running, Predecessor: null })];
        foreach (var gone in _busy.Keys.Except(_idling.Select(record => record.Id)).ToList())
            _busy.Remove(gone);
        if (_idling.Count > 0 && _look is null)
            LookLater();
    }

    public void Dispose()
    {
        foreach (var listener in _listeners.Values)
            listener.Dispose();
        _listeners.Clear();
        _look?.Dispose();
    }

    private void Listen(ProcessRecord record)
    {
        var listener = _listeners[record.Id] = new Listener(record.State, record.Spec.Sockets);
        var wait = record.LastRun is { } last && last.EndedAt - last.StartedAt < ShortestLife ? last.EndedAt + ShortestLife - tools.Time.GetUtcNow() : TimeSpan.Zero;
        if (wait > TimeSpan.Zero)
            listener.Held.Add(tools.Loop.After(wait < ShortestLife ? wait : ShortestLife, Begin));
        else
            Begin();

        void Begin()
        {
            try
            {
                var open = tools.Open(record);
                listener.Held.Add(open);
                foreach (var socket in open.Passed)
                    listener.Held.Add(tools.WhenConnected(socket.Handle, Connected));
            }
            catch (Exception e) when (e is SpawnException or Environments.EnvironmentException or IOException)
            {
                tools.Warn($"{record.Spec.Name}: nobody can connect to it: {e.Message}");
                listener.Held.Add(tools.Loop.After(Pause, Begin));
            }
        }

        // Once: it is not said again while it starts. If it still listens later, it could not even be tried.
        void Connected()
        {
            listener.Dispose();
            listener.Held.Add(tools.Loop.After(Pause, Begin));
            tools.Start(record.Id);
        }
    }

    private void LookLater()
    {
        var shortest = _idling.Min(record => record.Spec.IdleTimeout!.Value) / Looks;
        _look = tools.Loop.After(shortest < ShortestLook ? ShortestLook : shortest > LongestLook ? LongestLook : shortest, Look);
    }

    private void Look()
    {
        _look = null;
        var now = tools.Time.GetUtcNow();
        var idle = new List<int>();
        foreach (var record in _idling)
        {
            var seen = tools.Connections(Sockets.Of(record.Spec));
            var run = (RunState.Running)record.State;
            var before = _busy.GetValueOrDefault(record.Id);
            // Somebody has come and gone since the last look.
            var isBusy = before is null || seen.IsAny || !run.IsReady || !seen.Over.IsSubsetOf(before.Over);
            var since = isBusy ? now : before!.Since;
            _busy[record.Id] = new Busy(since, seen.Over);
            if (now - since >= record.Spec.IdleTimeout)
                idle.Add(record.Id);
        }

        if (idle.Count > 0)
            tools.Stop(idle);
        if (_idling.Count > 0)
            LookLater();
    }

    /// <param name="Since">When somebody was last known to be connected.</param>
    private sealed record Busy(DateTimeOffset Since, IReadOnlySet<string> Over);

    private sealed record Listener(RunState State, IReadOnlyList<ListenSocket> Sockets) : IDisposable
    {
        public List<IDisposable> Held { get; } = [];

        public void Dispose()
        {
            Held.ForEach(held => held.Dispose());
            Held.Clear();
        }
    }
}
