using System.Runtime.InteropServices;
using Sentinel.Core.Daemon;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Runs the daemon in this process until it is told to end.</summary>
internal sealed class DaemonHost : IDisposable
{
    private static readonly TimeSpan SocketCheck = TimeSpan.FromSeconds(5);

    private readonly SentinelHome _home;
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly Daemon _daemon;
    private readonly StateStore _store;
    private readonly List<string> _warnings = [];

    public DaemonHost(SentinelHome home)
    {
        _home = home;
        var table = new ProcessTable();
        var handles = new LoopProcessHandles(table, _loop);
        _store = new StateStore(home, new StateFiles(), TimeProvider.System, Warn);
        var supervisor = new Supervisor(_store, table, new Spawner(table), handles, TimeProvider.System);
        _daemon = new Daemon(_store, supervisor, handles, _loop, TimeProvider.System, Log);
    }

    /// <returns>False when somebody else has the turn to write.</returns>
    public bool Run()
    {
        if (!_daemon.TryStart())
            return false;
        using var server = new RequestServer(_home.Socket, _loop, Answer);
        KeepSocket(server);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var childEnded = Environment.ProcessId == 1
            ? PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => _loop.Post(() => Orphans.Reap(_daemon.IsAwaited)))
            : null;
        ServiceManager.Tell($"READY=1\nSTATUS=Supervising {_store.Read().Processes.Count} processes");
        _loop.Run(_daemon.Failed);
        ServiceManager.Tell("STOPPING=1");
        return true;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _loop.Post(_loop.Stop);
        }
    }

    public void Dispose() => _loop.Dispose();

    private async ValueTask<Message> Answer(Message message)
    {
        switch (message)
        {
            case Message.Ask { Request: var request }:
                var outcomes = await _daemon.Do(request);
                string[] warnings = [.. _warnings];
                _warnings.Clear();
                return new Message.Done(outcomes, warnings);
            case Message.Describe:
                return new Message.Described(_daemon.Describe(Environment.ProcessId, VersionAction.Version));
            case Message.ShutDown:
                // After the reply is on its way.
                _loop.After(TimeSpan.FromMilliseconds(1), _loop.Stop);
                return new Message.Described(_daemon.Describe(Environment.ProcessId, VersionAction.Version));
            default:
                return new Message.Refused("that is nothing to ask a daemon");
        }
    }

    private void KeepSocket(RequestServer server)
    {
        server.KeepThere();
        _loop.After(SocketCheck, () => KeepSocket(server));
    }

    // Whoever asks next hears of it, and the log keeps it.
    private void Warn(string warning)
    {
        Log($"Warning: {warning}");
        if (_warnings.Count < 10)
            _warnings.Add(warning);
    }

    private static void Log(string line) => Output.Tell($"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line}");
}
