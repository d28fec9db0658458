using Sentinel.Api;
using Sentinel.Core.Logs;
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
    public Outcome.Failed? Until(ProcessRef started, bool serves = false)
    {
        _watch.Add(session.Home.Folder);
        while (true)
        {
            var now = Read();
            var left = Left(started, now, serves, out var failure);
            if (left == TimeSpan.Zero)
                return failure;
            if (_asking is not null)
            {
                _asking.Await(now!, () => Left(started, Read(), serves, out _));
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
    public static void ShowLeft(Session session, int id)
    {
        foreach (var process in session.Ask<Answer.Processes>(new Query.Processes(Selection.Of([id]))).All.Where(process => process.LeftOver.Count > 0))
        {
            Output.Tell($"  {LeftOvers.Sentence(process)}");
            if (LeftOvers.Advice(process) is { } advice)
                Output.Tell($"  {advice}");
        }
    }

    /// <summary>Shows on standard error what a process wrote last, in its current or its last run.</summary>
    public static void ShowLastLines(Session session, int id)
    {
        if (session.Store.Read().Processes.GetValueOrDefault(id) is { } process)
            ShowLastLines(session, process);
    }

    /// <inheritdoc cref="ShowLastLines(Session, int)"/>
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
    private static TimeSpan? Left(ProcessRef started, ProcessRecord? now, bool serves, out Outcome.Failed? failure)
    {
        failure = null;
        if (now is null)
            failure = new Outcome.Failed(started.Name, started, "it was deleted before it was ready", FailureCode.NotFound);
        else if (now.State is RunState.Running run && now.RunNumber == started.Run)
        {
            if (!run.IsReady || run.Handover is not null)
                return null;
            // A process that has a pid file, and has not handed over yet, may be about to.
            var mayHandOver = now.Spec.PidFile is not null && now.Spec.Readiness is null && run.Identity.Pid == started.Pid;
            if (!serves && !mayHandOver)
                return TimeSpan.Zero;
            if (now.Spec.Health is null || !serves)
                return now.Spec.Readiness is not null || run.Since + LeastLife - DateTimeOffset.UtcNow is not { Ticks: > 0 } left ? TimeSpan.Zero : left;
            if (run.Health is null)
                return null;
            if (!run.Health.IsHealthy)
                failure = new Outcome.Failed(started.Name, now, $"it is unhealthy: {run.Health.Why}", FailureCode.NotReady);
        }
        else if (now.State is RunState.Stopping { Why: not null })
            return null;
        else
            failure = new Outcome.Failed(started.Name, now, now.LastRun is { } last && (now.RunNumber == started.Run || last.Pid == started.Pid)
                ? $"its start failed: {(last.Why is null ? last.How : $"{last.Why} ({last.How})")}"
                : "it was stopped before it was ready", FailureCode.NotReady);
        return TimeSpan.Zero;
    }
}
