using Sentinel.Core.Checks;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Supervision;
using Sentinel.Linux;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Waits until what was started is ready. Where no daemon finds that out, this does.</summary>
internal abstract class ReadyWait : IDisposable
{
    private const int LastLines = 10;

    // Of what nothing is known but that it runs.
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

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

    /// <summary>Shows on standard error what a process wrote last, in the run that it is in, or was in last.</summary>
    public static void ShowLastLines(Session session, ProcessRecord process)
    {
        if (process.State.CurrentRun is null && process.LastRun is { How: Exit.NotStarted })
            return;
        var starts = process.State.CurrentRun?.LogStarts ?? process.LastRun?.LogStarts ?? default;
        foreach (var (path, name, began) in new[]
        {
            (session.Home.StdoutOf(process), "stdout", starts.Stdout), (session.Home.StderrOf(process), "stderr", starts.Stderr),
        })
        {
            if (!File.Exists(path))
                continue;
            using var history = Session.OpenLog(path);
            var end = history.End;
            // One that was emptied meanwhile holds nothing else.
            var start = began is { } from && from <= end ? Math.Max(history.Start, from) : history.StartOfLive;
            var text = new MemoryStream();
            history.Read(LogFile.StartOfLastLines(history, LastLines, start, end), end, block => text.Write(block.Span));
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
        else if (now.State is RunState.Running run && run.Identity == started.State.Main)
        {
            if (!run.IsReady)
                return null;
            if (!serves)
                return TimeSpan.Zero;
            if (now.Spec.Health is null)
                return now.Spec.Readiness is not null || run.Since + LeastLife - DateTimeOffset.UtcNow is not { Ticks: > 0 } left ? TimeSpan.Zero : left;
            if (run.Health is null)
                return null;
            if (!run.Health.IsHealthy)
                failure = new Outcome.Failed(started.Spec.Name, now, $"it is unhealthy: {run.Health.Why}");
        }
        else if (now.State is RunState.Stopping { Why: not null })
            return null;
        else
            failure = new Outcome.Failed(started.Spec.Name, now, now.LastRun is { } last && last.Pid == started.State.Main?.Pid
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
            using var main = new ProcessHandles(_session.Table).Open(started.State.Main!);
            using var ended = main is null
                ? _loop.After(TimeSpan.Zero, () => Ended(new Exit.Unknown("it had ended before anybody looked")))
                : _loop.WhenEnded(main, () => Ended(main.HowEnded().How));
            _loop.After(TimeSpan.Zero, Look);
            _loop.Run(e => _session.Warn(e.Message));
            return _failure;
        }

        public override void Dispose()
        {
            _session.Store.Saved = null;
            _modifications.Dispose();
            _loop.Dispose();
        }

        private void Ended(Exit how) => Note(_started!, new ProcessEvent.Ended(how, Witnessed: how is not Exit.Unknown));

        private void Note(ProcessRecord record, ProcessEvent happened)
        {
            // Here nothing is left to be waited for: what takes time has blocked.
            _session.Supervisor.Note(record.Id, record.State.Main!, happened).AsTask().GetAwaiter().GetResult();
            Look();
        }

        private void Look()
        {
            var left = Left(_started!, _session.Store.Read().Processes.GetValueOrDefault(_started!.Id), _serves, out _failure);
            if (left == TimeSpan.Zero)
                _loop.Stop();
            else if (left is { } time)
                _loop.After(time, Look);
        }
    }
}
