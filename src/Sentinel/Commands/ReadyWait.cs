using Sentinel.Core.Checks;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Waits until what was started is ready. Where no daemon finds that out, this does.</summary>
internal abstract class ReadyWait : IDisposable
{
    private const int LastLines = 10;

    // Of what nothing is known but that it runs.
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Before it is started: it may be ready, or gone, at once.</summary>
    /// <param name="id">Of what is started; where no daemon asks the processes, this asks those with this id and later ones.</param>
    public static ReadyWait Prepare(Session session, int id) => session.Daemon is null ? new Here(session, id) : new ByDaemon(session);

    /// <summary>Blocks until a process is ready, or its start has failed.</summary>
    /// <param name="serves">
    /// Waits until it serves: where there is a health check, until that says so; where nothing tells, until it has lived for a second.
    /// </param>
    /// <returns>Why its start failed; null when it is ready.</returns>
    public abstract Outcome.Failed? Until(ProcessRecord started, bool serves = false);

    public abstract void Dispose();

    /// <summary>Says on standard error what one has left running whose start failed, if that is so.</summary>
    public static void ShowLeft(Session session, ProcessRecord process)
    {
        var (state, snapshot) = (session.Store.Read(), new Snapshot(session.Table));
        if (state.Processes.GetValueOrDefault(process.Id) is not { } record
            || !LeftBehind.Find([record], snapshot, state.Processes.Values, TimeProvider.System).TryGetValue(record.Id, out var left))
            return;
        Output.Tell($"  {LeftOvers.Sentence(record, left)}");
        if (LeftOvers.Advice(record, left) is { } advice)
            Output.Tell($"  {advice}");
    }

    /// <summary>Shows on standard error what a process wrote last.</summary>
    public static void ShowLastLines(Session session, ProcessRecord process)
    {
        foreach (var (path, name) in new[] { (session.Home.StdoutOf(process), "stdout"), (session.Home.StderrOf(process), "stderr") })
        {
            if (!File.Exists(path))
                continue;
            using var history = Session.OpenLog(path);
            var end = history.End;
            var text = new MemoryStream();
            history.Read(LogFile.StartOfLastLines(history, LastLines, history.Start, end), end, block => text.Write(block.Span));
            foreach (var line in Text.Lines(System.Text.Encoding.UTF8.GetString(text.ToArray())).Where(line => line.Length > 0))
                Output.Tell($"  {name} | {Text.Printable(line)}");
        }
    }

    /// <summary>What became of a run up to now.</summary>
    /// <param name="failure">How it failed; null when it did not.</param>
    /// <returns>How long to wait until it may be decided without anything happening, zero when it is; null: nobody knows.</returns>
    private static TimeSpan? Left(ProcessRecord started, ProcessRecord? now, bool serves, out Outcome.Failed? failure)
    {
        failure = null;
        if (now is null)
            failure = new Outcome.Failed(started.Spec.Name, started, "it was deleted before it was ready");
        else if (now.State is RunState.Running run && (run.Identity == started.State.Main || now.LastRun == started.LastRun))
        {
            if (!run.IsReady || run.Handover is not null)
                return null;
            // One that has a pid file, and has not handed over yet, may be about to.
            var mayHandOver = now.Spec.PidFile is not null && now.Spec.Readiness is null && run.Identity == started.State.Main;
            if (!serves && !mayHandOver)
                return TimeSpan.Zero;
            if (now.Spec.Health is null || !serves)
                return now.Spec.Readiness is not null || run.Since + LeastLife - DateTimeOffset.UtcNow is not { Ticks: > 0 } left ? TimeSpan.Zero : left;
            if (run.Health is null)
                return null;
            if (!run.Health.IsHealthy)
                failure = new Outcome.Failed(started.Spec.Name, now, $"it is unhealthy: {run.Health.Why}");
        }
        else if (now.State is RunState.Stopping { Why: not null })
            return null;
        else
            failure = new Outcome.Failed(started.Spec.Name, now, now.LastRun is { } last && last.StartedAt == started.State.CurrentRun?.Since
                ? $"its start failed: {(last.Why is null ? last.How : $"{last.Why} ({last.How})")}"
                : "it was stopped before it was ready");
        return TimeSpan.Zero;
    }

    private sealed class ByDaemon(Session session) : ReadyWait
    {
        private readonly Inotify _watch = new();

        public override Outcome.Failed? Until(ProcessRecord started, bool serves)
        {
            _watch.Add(session.Home.Folder);
            while (true)
            {
                var left = Left(started, session.Store.Read().Processes.GetValueOrDefault(started.Id), serves, out var failure);
                if (left == TimeSpan.Zero)
                    return failure;
                _watch.Wait(null, left);
            }
        }

        public override void Dispose() => _watch.Dispose();
    }

    private sealed class Here : ReadyWait
    {
        private readonly Session _session;
        private readonly EventLoop _loop = new(TimeProvider.System);
        private readonly Modifications _modifications;
        private ProcessRecord? _started;
        private bool _serves;
        private Outcome.Failed? _failure;
        private ProcessIdentity? _watched;
        private IProcessHandle? _main;
        private IDisposable? _ended;

        public Here(Session session, int first)
        {
            _session = session;
            _modifications = new Modifications(_loop);
            var keeper = new HealthKeeper(new HealthTools(
                session.Home, new Probes(_loop, new Spawner(session.Table), session.Table), new LogFiles(), _modifications, _loop, Random.Shared,
                TimeProvider.System, session.Supervisor.LaunchOf, Note, session.Warn));
            session.Store.Saved = state => keeper.Changed(state with { Processes = state.Processes.RemoveRange(state.Processes.Keys.Where(id => id < first)) });
        }

        public override Outcome.Failed? Until(ProcessRecord started, bool serves)
        {
            (_started, _serves, _failure) = (started, serves, null);
            try
            {
                Watch(started.State.Main!);
                _loop.After(TimeSpan.Zero, Look);
                _loop.Run(e => _session.Warn(e.Message));
                return _failure;
            }
            finally
            {
                Unwatch();
            }
        }

        public override void Dispose()
        {
            _session.Store.Saved = null;
            _modifications.Dispose();
            _loop.Dispose();
        }

        private void Watch(ProcessIdentity identity)
        {
            Unwatch();
            (_watched, _main) = (identity, new ProcessHandles(_session.Table).Open(identity));
            _ended = _main is { } main
                ? _loop.WhenEnded(main, () => Ended(identity, main.HowEnded().How))
                : _loop.After(TimeSpan.Zero, () => Ended(identity, new Exit.Unknown("it had ended before anybody looked")));
        }

        private void Unwatch()
        {
            _ended?.Dispose();
            _main?.Dispose();
            (_watched, _main, _ended) = (null, null, null);
        }

        private void Ended(ProcessIdentity main, Exit how) =>
            Note(_started!.Id, main, new ProcessEvent.Ended(how, Witnessed: how is not Exit.Unknown));

        private void Note(ProcessRecord record, ProcessEvent happened) => Note(record.Id, record.State.Main!, happened);

        private void Note(int id, ProcessIdentity main, ProcessEvent happened)
        {
            // Here nothing is left to be waited for: what takes time has blocked.
            _session.Supervisor.Note(id, main, happened).AsTask().GetAwaiter().GetResult();
            Look();
        }

        private void Look()
        {
            var now = _session.Store.Read().Processes.GetValueOrDefault(_started!.Id);
            var left = Left(_started, now, _serves, out _failure);
            if (left == TimeSpan.Zero)
                _loop.Stop();
            else if (now?.State is RunState.Running { Handover: not null })
                _loop.After(Pause, Follow);
            else if (now?.State is RunState.Running run && run.Identity != _watched)
            {
                Watch(run.Identity);
                _loop.After(TimeSpan.Zero, Look);
            }
            else if (left is { } time)
                _loop.After(time, Look);
        }

        private void Follow()
        {
            _session.Supervisor.FollowHandovers().AsTask().GetAwaiter().GetResult();
            Look();
        }
    }
}
