using System.Runtime.InteropServices;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;
using Sentinel.Core.Home;
using Sentinel.Core.Hooks;
using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Core.Logs;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Rendering;

namespace Sentinel.Wiring;

/// <summary>Runs the daemon in this process until it is told to end.</summary>
internal sealed class DaemonHost : IDisposable
{
    // After that the code that only the start needs is done with.
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(5);

    // Some are sent SIGHUP right before their terminal is taken away.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private const long MuchMemory = 1024 * 1024;
    private const long SomeMemory = 256 * 1024;
    private const long LongLog = 1024 * 1024;

    private readonly SentinelHome _home;
    private readonly OwnLog _ownLog;
    private readonly Spawner _spawner;
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly Modifications _modifications;
    private readonly Modifications _readyLogs;
    private readonly Errands _errands;
    private readonly CompressionErrands _compressions;
    private readonly Supervisor _supervisor;
    private readonly Daemon _daemon;
    private readonly OrderlyEnd _end;
    private readonly Observer _observer;
    private readonly Sampler _sampler = new(TimeProvider.System);
    private readonly StateStore _store;
    private readonly Warnings _warnings = new();
    private readonly HealthKeeper _health;
    private readonly HookKeeper _hooks;
    private readonly FolderWatches _folders;
    private readonly WatchKeeper _watches;
    private readonly DemandKeeper _demand;
    private RequestServer? _server;
    private OnDemand? _api;
    private long _givenBackAt;
    private long _lookedAt;
    private LogRung? _rung;
    private readonly ProcessTable _table = new();

    public DaemonHost(SentinelHome home)
    {
        _home = home;
        _ownLog = new OwnLog(home.DaemonLog);
        Descriptors.Raise();
        ThreadStacks.KeepSmall();
        _spawner = new Spawner(_table);
        _spawner.Prepare();
        var handles = new LoopProcessHandles(_table, _loop);
        _store = Parts.Store(home, _table, Warn);
        _modifications = new Modifications(_loop);
        _errands = new Errands(_loop, _spawner, _table);
        _compressions = new CompressionErrands(_errands, LogCompressions.LaunchOf, log => LogCompressions.Begin(log, Warn), Warn);
        var starts = new StartWaits(_store, _loop, TimeProvider.System);
        _supervisor = Parts.Supervisor(
            _store, _table, _spawner, handles, Warn, new LogTools(new LogFiles(), _compressions.Begin), starts);
        _observer = Parts.Observer(
            _store, _table, starts, () => DoctorErrand.Do(_errands, home), isWatched: () => true, time => handles.WaitAny([], time), _sampler, Measure);
        var logs = new LogKeeper(home, new LogFiles(), _modifications, _loop, TimeProvider.System, happened => _store.Tell(happened), _compressions.Begin, Warn);
        _readyLogs = new Modifications(_loop);
        _health = Parts.Health(_store, _table, _supervisor, _loop, new Probes(_loop, _errands, _table), _readyLogs, Note, Warn);
        _hooks = new HookKeeper(_store, new HookErrands(_errands, home), _loop, TimeProvider.System, new HookLog(home, _store.Files, Warn).Write, Warn);
        _folders = new FolderWatches(_loop);
        _watches = Parts.Watches(_store, _supervisor, _loop, _folders, _errands, (changes, way) => _daemon!.RestartChanged(changes, way), Note, e => _daemon!.Failed(e));
        _demand = new DemandKeeper(new DemandTools(
            _loop, TimeProvider.System, _supervisor.OpenSockets, _loop.OnReadable, SocketTraffic.Of,
            id => _daemon!.DoUnasked(() => _supervisor.RunDemanded(id)), ids => _daemon!.DoUnasked(() => _supervisor.StopIdle(ids)), Warn));
        _end = new OrderlyEnd(_loop, async options => await _daemon!.Do(new Request.Stop(new Selection.All(), options)), e => _daemon!.Failed(e));
        _daemon = new Daemon(
            _store, _supervisor, handles, _loop, TimeProvider.System, Log, [logs, _health, _watches, starts, _end, _hooks, _demand, new SocketsKeeper(_supervisor.CloseSockets), new ScheduleKeeper(new WallClock(_loop), TimeProvider.System, by => _daemon!.DoUnasked(() => _supervisor.RunScheduled(by)))],
            [KeepListening, _table.BeginWatchingMemory, _sampler.DropOld, GiveBackMemory, BoundLog, MendReaders], _warnings);
    }

    /// <summary>How the process ended with which the daemon did; null: it did not end with one.</summary>
    public Exit? EndedWith => _end.How;

    /// <param name="withProcesses">Whether a signal that ends the daemon first stops all processes.</param>
    /// <param name="exitWith">The id of the process with whose end everything ends; null: none.</param>
    /// <returns>False when someone else holds the lock.</returns>
    public bool Run(bool withProcesses, int? exitWith)
    {
        _end.With = exitWith;
        // A command holds the lock for milliseconds; a daemon holds it and listens.
        for (var begun = TimeProvider.System.GetTimestamp(); !_daemon.TryStart(); Thread.Sleep(PollInterval))
            if (DaemonClient.Find(_home, Warn) is not null || TimeProvider.System.GetElapsedTime(begun) > LockTimeout)
                return false;
        _store.Tell(new Event.DaemonUp(DateTimeOffset.UtcNow, Environment.ProcessId, BuildVersion.Text));
        using var pidFile = new DaemonPidFile(_home.DaemonPid, Warn);
        using var server = _server = new RequestServer(_home.Socket, _loop, Answer, _daemon.Failed, feed: new EventFeed(_store));
        using var api = _api = ServeProgram.Find() is { } program ? new OnDemand(_home.ApiSocket, _loop, _errands, () => ServeProgram.OnDemand(program, _home), Warn) : null;
        if (_modifications.WhyNot is { } blind)
            Log($"Warning: files cannot be watched ({blind}): logs are checked twice a second instead, and line times are less exact");
        _loop.After(StartTime, OwnMemory.LetGoOfCode);
        var isOfTerminal = Terminal.IsOfTerminal;
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, withProcesses ? End : HangUp);
        Orphans.Adopt();
        _loop.BeforeWaiting = ReapOrphans;
        ServiceManager.Tell($"READY=1\nSTATUS=Supervising {_store.Read().Processes.Count} processes");
        _loop.Run(_daemon.Failed);
        ServiceManager.Tell("STOPPING=1");
        _health.Dispose();
        _hooks.Dispose();
        _watches.Dispose();
        _demand.Dispose();
        _compressions.Dispose();
        _store.Tell(new Event.DaemonDown(DateTimeOffset.UtcNow, Environment.ProcessId));
        return true;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _loop.Post(withProcesses ? _end.Begin : _loop.Stop);
        }

        // In a terminal, SIGHUP may mean that the terminal was closed. Anything else asks to reload.
        void HangUp(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _loop.Post(() =>
            {
                if (EndWithTerminal())
                    return;
                Reload();
                _loop.After(ClosingTime, () => EndWithTerminal());
            });
        }

        bool EndWithTerminal()
        {
            if (!isOfTerminal || Terminal.IsOfTerminal)
                return false;
            _loop.Stop();
            return true;
        }
    }

    public void Dispose()
    {
        _modifications.Dispose();
        _readyLogs.Dispose();
        _folders.Dispose();
        _loop.Dispose();
    }

    private async ValueTask<Message> Answer(Message message)
    {
        switch (message)
        {
            case Message.Ask { Request: var request }:
                var warnings = _warnings.Collect();
                var outcomes = await _daemon.Do(request);
                // While this lasts, everyone who changes something should know.
                if (_store.WhyUnsaved is { } unsaved)
                    _warnings.Add(unsaved);
                return new Message.Done(outcomes, warnings);
            case Message.Inquire { Query: var query }:
                _daemon.NoteEnded();
                return new Message.Answered(await _observer.Ask(query));
            case Message.Hello:
                return new Message.Welcome(_daemon.Describe(Environment.ProcessId, BuildVersion.Text));
            default:
                return new Message.Refused("not a request that a daemon understands", FailureCode.NotUnderstood);
        }
    }

    private DaemonMetrics Measure() => new(
        _table.Look(Environment.ProcessId)?.MemoryBytes ?? 0, _loop.WakeUps, _store.Saves, _store.SaveTime.TotalSeconds);

    // Takes up what others have changed.
    private void Reload()
    {
        List<string> news = [];
        var isWhole = true;
        Try(() => _ownLog.Reopen() ? $"{_home.DaemonLog} was moved or deleted, and is a new file" : null);
        Try(() => _daemon.Reread() ? $"{_home.State} was changed, and this daemon goes on with it" : null);
        Try(() => Descriptors.Raise() is { } most ? $"{most} files may be open" : null);
        _spawner.ForgetFileSystems();
        _rung = null;
        _daemon.LookAgain();
        Log($"{(isWhole ? "reloaded" : "reloaded in part")}: {(news.Count > 0 ? string.Join("; ", news) : "nothing has changed")}");

        void Try(Func<string?> takeUp)
        {
            try
            {
                if (takeUp() is { } what)
                    news.Add(what);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or StateException)
            {
                isWhole = false;
                Warn(e.Message);
            }
        }
    }

    // The first sweep comes before there is a server.
    private void KeepListening()
    {
        _server?.KeepThere();
        _api?.KeepThere();
    }

    private void MendReaders() =>
        LogReaders.Mend(_store.Read().Processes.Values.Where(process => process.Spec.LogPipe || HasReaders), _home, _table, Warn);

    // Whether the file system requires a log reader for every process; found out once.
    private bool HasReaders
    {
        get
        {
            if (_rung is null && Directory.Exists(_home.Logs))
                _rung = new LogRotation(new LogFiles()).RungOf(_home.Logs);
            return _rung == LogRung.Reader;
        }
    }

    // The daemon appends to its log, so it continues at the new start.
    private void BoundLog()
    {
        if (_store.Files.LengthOf(_home.DaemonLog) is not > LongLog)
            return;
        using var log = _store.Files.OpenToChange(_home.DaemonLog);
        _store.Files.Copy(_home.DaemonLog, _home.OlderDaemonLog);
        if (log is not null)
            RandomAccess.SetLength(log, 0);
    }

    // Does not keep the memory of a burst of work through the quiet after it.
    private void GiveBackMemory()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var (sinceGivenBack, lately) = (allocated - _givenBackAt, allocated - _lookedAt);
        _lookedAt = allocated;
        // During a burst most of it is given back; the rest when the burst is over.
        if (sinceGivenBack < (lately < SomeMemory ? SomeMemory : MuchMemory))
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        OwnMemory.LetGoOfCode();
        _givenBackAt = allocated;
    }

    private void ReapOrphans() => Orphans.Reap(pid => _daemon.IsAwaited(pid) || _errands.IsAwaited(pid));

    private void Note(ProcessRecord record, ProcessEvent happened) => _daemon.Note(record, happened);

    // The client that made the request is told, and the log keeps it.
    private void Warn(string warning)
    {
        Log($"Warning: {warning}");
        _warnings.Add(warning);
    }

    private static void Log(string line)
    {
        try
        {
            Output.Tell($"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line}");
        }
        catch (IOException)
        {
            // A full disk may be the very thing to report.
        }
    }
}
