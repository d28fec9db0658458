using Sentinel.Api;
using Sentinel.Core.Checks;
using Sentinel.Core.Environments;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Wiring;

/// <summary>The one place that puts a supervisor together, for a command as for the daemon.</summary>
internal static class Parts
{
    /// <param name="warn">Told, in a sentence, what the user should know.</param>
    /// <param name="hasDaemon">Whether a daemon answers; null: this is the daemon.</param>
    public static StateStore Store(SentinelHome home, ProcessTable table, Action<string> warn, Func<bool>? hasDaemon = null) =>
        new(home, new StateFiles(), TimeProvider.System, warn, PythonState(home, table), hasDaemon);

    public static Supervisor Supervisor(
        StateStore store, ProcessTable table, Spawner spawner, IProcessHandles handles, Action<string> warn, LogTools logs, IStartWaits starts) => new(
        new SupervisorTools(
            store, table, spawner, handles, new Ports(table), new RegularFiles(), new Accounts(), Random.Shared, TimeProvider.System, warn, logs, starts,
            new HeldSockets(store.Home)));

    /// <param name="examine">Does what <c>doctor</c> does.</param>
    /// <param name="isWatched">Whether a daemon watches over the processes.</param>
    /// <param name="wait">Lets time pass; null: block.</param>
    /// <param name="sampler">Knows earlier looks.</param>
    /// <param name="daemon">What this daemon measures of itself; null: it is none.</param>
    public static Observer Observer(
        StateStore store,
        ProcessTable table,
        IStartWaits starts,
        Func<ValueTask<IReadOnlyList<Finding>>> examine,
        Func<bool> isWatched,
        Func<TimeSpan, ValueTask>? wait = null,
        Sampler? sampler = null,
        Func<DaemonMetrics>? daemon = null) =>
        new(new ObserverTools(
            store,
            table,
            new OpenLogs(store.Home, table),
            new LogFiles(),
            new RegularFiles(),
            new Accounts(),
            new Ports(table),
            starts,
            examine,
            TimeProvider.System,
            () => BuildVersion.Text,
            isWatched,
            wait,
            sampler,
            daemon));

    /// <param name="tell">Told what happened to the current run of a record.</param>
    public static HealthKeeper Health(
        StateStore store,
        ProcessTable table,
        Supervisor supervisor,
        EventLoop loop,
        Probes probes,
        Modifications logs,
        Action<ProcessRecord, ProcessEvent> tell,
        Action<string> warn) => new(
        new HealthTools(
            store.Home,
            probes,
            new Answerers(new ListeningSockets(TimeProvider.System), table, store.Read, TimeProvider.System),
            new LogFiles(),
            logs,
            loop,
            Random.Shared,
            TimeProvider.System,
            supervisor.LaunchOf,
            store.Checks,
            tell,
            warn));

    /// <param name="restart">Restarts processes for changes of files.</param>
    /// <param name="note">Told what happened to a record.</param>
    public static WatchKeeper Watches(
        StateStore store,
        Supervisor supervisor,
        EventLoop loop,
        FolderWatches folders,
        Errands errands,
        Func<IReadOnlyDictionary<int, FileChange>, RestartWay, ValueTask<IReadOnlyList<Outcome>>> restart,
        Action<ProcessRecord, ProcessEvent> note,
        Action<Exception> failed) => new(
        new WatchTools(
            store.Home,
            folders,
            new WatchedFiles(),
            loop,
            TimeProvider.System,
            restart,
            (record, signal) => supervisor.Signal(record.Id, signal),
            (record, line, then) =>
            {
                try
                {
                    return CommandErrand.Begin(errands, supervisor.LaunchOf(record), line, then);
                }
                catch (Exception e) when (e is EnvironmentException or SpawnException or IOException)
                {
                    return loop.After(TimeSpan.Zero, () => then(e.Message));
                }
            },
            note,
            happened => store.Tell(happened),
            failed));

    public static PythonState PythonState(SentinelHome home, ProcessTable table) =>
        new(home, new HomeFiles(), table, Caller.EnvironmentOf, () => (Caller.Environment, Caller.Umask), TimeProvider.System);
}
