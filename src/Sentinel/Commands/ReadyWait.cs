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

    /// <summary>Before it is started: it may be ready, or gone, at once.</summary>
    public static ReadyWait Prepare(Session session) => session.Daemon is null ? new Here(session) : new ByDaemon(session);

    /// <summary>Blocks until a process is ready, or its start has failed.</summary>
    /// <returns>Why it has; null when it is ready.</returns>
    public abstract Outcome.Failed? Until(ProcessRecord started);

    public abstract void Dispose();

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

    /// <summary>Whether it is decided what became of a run, and how it failed if it did.</summary>
    protected static bool IsOver(ProcessRecord started, ProcessRecord? now, out Outcome.Failed? failure)
    {
        failure = null;
        if (now is null)
            failure = new Outcome.Failed(started.Spec.Name, started, "it was deleted before it was ready");
        else if (now.State is RunState.Running run && run.Identity == started.State.Main)
            return run.IsReady;
        else if (now.State is RunState.Stopping { Why: not null })
            return false;
        else
            failure = new Outcome.Failed(started.Spec.Name, now, now.LastRun is { } last && last.Pid == started.State.Main?.Pid
                ? $"its start failed: {(last.Why is null ? last.How : $"{last.Why} ({last.How})")}"
                : "it was stopped before it was ready");
        return true;
    }

    private sealed class ByDaemon(Session session) : ReadyWait
    {
        private readonly Inotify _watch = new();

        public override Outcome.Failed? Until(ProcessRecord started)
        {
            _watch.Add(session.Home.Folder);
            Outcome.Failed? failure;
            while (!IsOver(started, session.Store.Read().Processes.GetValueOrDefault(started.Id), out failure))
                _watch.Wait(null, null);
            return failure;
        }

        public override void Dispose() => _watch.Dispose();
    }

    private sealed class Here : ReadyWait
    {
        private readonly Session _session;
        private readonly EventLoop _loop = new(TimeProvider.System);
        private readonly Modifications _modifications;
        private ProcessRecord? _started;
        private Outcome.Failed? _failure;

        public Here(Session session)
        {
            _session = session;
            _modifications = new Modifications(_loop);
            var keeper = new HealthKeeper(new HealthTools(
                session.Home, new Probes(_loop, new Spawner(session.Table), session.Table), new LogFiles(), _modifications, _loop, Random.Shared,
                TimeProvider.System, session.Supervisor.LaunchOf, Note, session.Warn));
            var before = session.Store.Read();
            // Those that were there before are not ours to ask.
            session.Store.Saved = state => keeper.Changed(state with { Processes = state.Processes.RemoveRange(before.Processes.Keys) });
        }

        public override Outcome.Failed? Until(ProcessRecord started)
        {
            _started = started;
            using var main = new ProcessHandles(_session.Table).Open(started.State.Main!);
            using var ended = main is null
                ? _loop.After(TimeSpan.Zero, () => Ended(new Exit.Unknown("it had ended before anybody looked")))
                : _loop.WhenEnded(main, () => Ended(main.HowEnded().How));
            if (!IsOver(started, started, out _failure))
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
            if (IsOver(_started!, _session.Store.Read().Processes.GetValueOrDefault(record.Id), out _failure))
                _loop.Stop();
        }
    }
}
