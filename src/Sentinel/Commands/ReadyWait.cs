using Sentinel.Core.Logs;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux.Loop;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Waits until a started process is ready. Where no daemon finds that out, this does.</summary>
/// <param name="id">The id of the first process that is started; later ones are asked as well.</param>
internal sealed class ReadyWait(Session session, int id) : IDisposable
{
    private const int LastLines = 10;

    /// <summary>After this long without news, check whether the daemon is alive.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(5);

    private readonly Inotify _watch = new();
    private Asking? _asking = session.Daemon is null ? new Asking(session, other => other >= id) : null;

    // For a process of which we know only that it runs.
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Call this before the process is started: it may be ready, or gone, at once.</summary>
    public static ReadyWait Prepare(Session session, int id) => new(session, id);

    /// <summary>Blocks until a process is ready, or its start has failed.</summary>
    /// <param name="serves">
    /// Wait until it serves: until its health check says so or, where nothing tells, until it has lived for a second.
    /// </param>
    /// <returns>Why its start failed; null when it is ready.</returns>
    public Outcome.Failed? Until(ProcessRecord started, bool serves = false)
    {
        _watch.Add(session.Home.Folder);
        while (true)
        {
            var left = Left(started, Read(), serves, out var failure);
            if (left == TimeSpan.Zero)
                return failure;
            if (_asking is not null)
            {
                _asking.Await(started, () => Left(started, Read(), serves, out _));
                // Undecided: a daemon decides from now on.
                if (session.FindDaemon() is not null)
                    Dispose();
                continue;
            }

            var begun = TimeProvider.System.GetTimestamp();
            _watch.Wait(null, left < SilenceLimit ? left : SilenceLimit);
            if (TimeProvider.System.GetElapsedTime(begun) >= SilenceLimit && session.FindDaemon() is null)
                _asking = new Asking(session, other => other == started.Id);
        }

        ProcessRecord? Read() => session.Store.Read().Processes.GetValueOrDefault(started.Id);
    }

    public void Dispose()
    {
        _asking?.Dispose();
        _asking = null;
    }

    /// <summary>Says on standard error what a process whose start failed has left running, if anything.</summary>
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

    /// <summary>Shows on standard error what a process wrote last, in its current or its last run.</summary>
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
            using var history = session.TryOpenLog(path);
            if (history is null)
                continue;
            var end = history.End;
            // A log that was emptied meanwhile holds nothing else.
            var start = began is { } from && from <= end ? Math.Max(history.Start, from) : history.StartOfLive;
            var text = new MemoryStream();
            history.Read(LogFile.StartOfLastLines(history, LastLines, start, end), end, block => text.Write(block.Span));
            foreach (var line in ShownText.Lines(text.ToArray()).Where(line => line.Length > 0))
                Output.Tell($"  {name} | {Text.Printable(line)}");
        }
    }

    /// <summary>What has become of a run so far.</summary>
    /// <param name="failure">How it failed; null when it did not.</param>
    /// <returns>How long until it may be decided without any event; zero when it is decided; null: nobody knows.</returns>
    private static TimeSpan? Left(ProcessRecord started, ProcessRecord? now, bool serves, out Outcome.Failed? failure)
    {
        failure = null;
        if (now is null)
            failure = new Outcome.Failed(started.Spec.Name, started, "it was deleted before it was ready", FailureCode.NotFound);
        else if (now.State is RunState.Running run && now.RunNumber == started.RunNumber)
        {
            if (!run.IsReady || run.Handover is not null)
                return null;
            // A process that has a pid file, and has not handed over yet, may be about to.
            var mayHandOver = now.Spec.PidFile is not null && now.Spec.Readiness is null && run.Identity == started.State.Main;
            if (!serves && !mayHandOver)
                return TimeSpan.Zero;
            if (now.Spec.Health is null || !serves)
                return now.Spec.Readiness is not null || run.Since + LeastLife - DateTimeOffset.UtcNow is not { Ticks: > 0 } left ? TimeSpan.Zero : left;
            if (run.Health is null)
                return null;
            if (!run.Health.IsHealthy)
                failure = new Outcome.Failed(started.Spec.Name, now, $"it is unhealthy: {run.Health.Why}", FailureCode.NotReady);
        }
        else if (now.State is RunState.Stopping { Why: not null })
            return null;
        else
            failure = new Outcome.Failed(started.Spec.Name, now, now.LastRun is { } last && last.StartedAt == started.State.CurrentRun?.Since
                ? $"its start failed: {(last.Why is null ? last.How : $"{last.Why} ({last.How})")}"
                : "it was stopped before it was ready", FailureCode.NotReady);
        return TimeSpan.Zero;
    }
}
