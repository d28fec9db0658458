using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Sockets;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Waits for starts while a command runs.</summary>
internal sealed class ReadyWaits(Session session) : IStartWaits
{
    public IStartWait Prepare(int id) => new ReadyWait(session, other => other == id);
}

/// <summary>Waits until a started process is ready: asks the daemon or, where there is none, finds out.</summary>
/// <param name="isStarted">Whether a process may be started, by its id.</param>
internal sealed class ReadyWait(Session session, Func<int, bool> isStarted) : IStartWait
{
    private const int LastLines = 10;

    // A daemon that keeps hanging up is not worth asking.
    private const int MostAttempts = 100;

    private static readonly TimeSpan AttemptInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>After this long without news, check whether the daemon is alive.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(5);

    private Asking? _asking = session.Daemon is null ? new Asking(session, isStarted) : null;

    /// <summary>Blocks until it is decided.</summary>
    public ValueTask<Outcome.Failed?> Until(ProcessRef started, bool serves)
    {
        while (true)
            if (_asking is null)
            {
                if (AskDaemon(started, serves) is { } answer)
                    return ValueTask.FromResult(answer.Failure);
                _asking = new Asking(session, other => other == started.Id);
            }
            else
            {
                var now = session.Store.Read().Processes.GetValueOrDefault(started.Id);
                var verdict = Judge(now);
                if (verdict.IsDecided)
                    return ValueTask.FromResult(verdict.Failure);
                _asking.Await(now!, () => Judge(session.Store.Read().Processes.GetValueOrDefault(started.Id)).Left);
                // Undecided: a daemon decides from now on.
                if (session.FindDaemon() is not null)
                    Dispose();
            }

        StartVerdict Judge(ProcessRecord? now) => StartVerdict.Of(started, now, serves, DateTimeOffset.UtcNow);
    }

    public void Dispose()
    {
        _asking?.Dispose();
        _asking = null;
    }

    // Null when no daemon is running any more.
    private Answer.Start? AskDaemon(ProcessRef started, bool serves)
    {
        var attempts = 0;
        while (session.FindDaemon() is { } daemon)
            try
            {
                return (Answer.Start)daemon.Ask(new Query.Start(started, serves));
            }
            catch (DaemonGoneException) when (++attempts < MostAttempts)
            {
                // Another may follow, or this one takes a moment to be gone for good.
                Thread.Sleep(AttemptInterval);
            }
            catch (DaemonException e)
            {
                return new Answer.Start(new Outcome.Failed(started.Name, started, e.Message, e.Code));
            }

        return null;
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
}
