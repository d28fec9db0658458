using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Which part of the logs to show.</summary>
internal sealed record LogQuery
{
    /// <summary>How many of the last lines of each stream; null: all.</summary>
    public int? Lines { get; init; }

    /// <summary>Whether to include backups.</summary>
    public bool WithBackups { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public LogPattern? Pattern { get; init; }

    public int Before { get; init; }

    public int After { get; init; }

    public bool IsFollowing { get; init; }

    public LogExcerpt Excerpt() => new(Pattern, Before, After);
}

/// <summary>Shows logs: what they hold and then, when following, what is added.</summary>
internal sealed class LogView(Session session, IReadOnlyList<(LogFile Log, ProcessRecord Process)> logs, LogQuery query, LogLook look)
{
    private readonly LogWriter _writer = LogWriter.For(session.Output, session.Style, [.. logs.Select(log => log.Log)], look);

    /// <summary>A log as far as it is shown.</summary>
    internal sealed record Part(
        LogFile Log, ProcessRecord Process, LogHistory History, LogTimes Times, LogExcerpt Excerpt, long Start, long End);

    /// <summary>Whether any line matched, if a pattern was given.</summary>
    public bool HasMatch { get; private set; }

    /// <param name="found">Called when what follows from then on is certain to be shown, if it is followed.</param>
    /// <returns>The logs that cannot be read.</returns>
    public IReadOnlyList<Outcome.Failed> Show(Action? found = null)
    {
        var number = session.Store.Read().LastEvent;
        var happened = _writer.TakesMarks && query.Pattern is null ? HappenedUpTo(number) : [];
        var failed = new List<Outcome.Failed>();
        var parts = logs.Select(log => TryFind(log.Log, log.Process, failed)).OfType<Part>().ToList();
        if (parts.Find(part => (query.Since is not null || query.Until is not null) && part.Times.IsEmpty && part.End > part.History.Start) is { } timeless)
            session.Warn($"it is not known when {timeless.Log.Process} wrote to {timeless.Log.Stream.Word()}: only a running daemon notes that");

        if (_writer.TakesOneOrder)
            new LogMerge(_writer, query, Excerpt, countsProcesses: look.IsTerminal).Show(parts, happened.ToLookup(one => one.Id));
        else
            parts.ForEach(Show);
        session.Output.Flush();
        found?.Invoke();
        if (query.IsFollowing)
            new LogFollow(session, _writer, query, look).Follow(parts, number);
        else
            parts.ForEach(part => part.History.Dispose());
        return failed;
    }

    // What comes after is for who follows.
    private IEnumerable<Event.OfProcess> HappenedUpTo(long number)
    {
        using var log = session.TryOpenLog(session.Home.Events);
        return log is null ? [] : EventLog.Read(log, log.End).OfType<Event.OfProcess>().Where(one => one.Number is null || one.Number <= number);
    }

    private Part? TryFind(LogFile log, ProcessRecord process, List<Outcome.Failed> failed)
    {
        try
        {
            return Find(log, process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failed.Add(new Outcome.Failed(process.Spec.Name, process, $"its {log.Stream.Word()} cannot be read: {e.Message}"));
            return null;
        }
    }

    private Part Find(LogFile log, ProcessRecord process)
    {
        var history = Session.OpenLog(log.Path);
        var times = query.Since is not null || query.Until is not null ? LogTimes.Read(log.Path, session.Store.Files) : LogTimes.None;
        var end = query.Until is { } until ? times.EndAt(until, history.End) : history.End;
        // An unfinished line is shown when it is finished, or at once by who takes bytes as they come.
        if (query.IsFollowing && !look.IsRaw)
            end = LogFile.EndOfWholeLines(history, history.Start, end);
        var start = query.WithBackups || query.Since is not null || query.Lines is not null ? history.Start : StartOfLive(history);
        // The output of a deleted process of the same name is shown only with --all.
        if (!query.WithBackups)
            start = LogFile.StartOfOwn(process, log.Stream, start, end);
        if (query.Since is { } since)
            start = Math.Max(start, Math.Min(end, times.StartAt(since, end)));
        if (query is { Lines: { } lines, Pattern: null })
            start = LogFile.StartOfLastLines(history, lines, start, end);
        if (query is { Since: null, Until: null } && _writer.TakesOneOrder)
            times = LogTimes.Read(log.Path, session.Store.Files, start);
        return new Part(log, process, history, times, query.Excerpt(), start, end);
    }

    // Where the log's first line begins: the log is cut off at a block, which may be within a line.
    private static long StartOfLive(LogHistory history) => history.StartOfLive is var start && LogFile.IsWhole(history, history.Start, start)
        ? start
        : LogFile.StartOfLastLines(history, 1, history.Start, start);

    private void Show(Part part)
    {
        if (look.IsRaw && query.Pattern is null)
        {
            part.History.Read(part.Start, part.End, bytes => _writer.Write(part.Log, bytes));
            return;
        }

        // What has no match needs no heading.
        if (query.Pattern is null)
            _writer.Begin(part.Log);
        foreach (var line in Excerpt(part))
            if (line is { } shown)
                _writer.Line(part.Log, shown, part.Times.Of(shown.Position));
            else
                _writer.Gap(part.Log);
    }

    private IEnumerable<LogLine?> Excerpt(Part part)
    {
        var lines = LogLines.Read(part.History, part.Start, part.End, part.Excerpt.Filter).SelectMany(part.Excerpt.Next);
        if (query.Pattern is not null)
            lines = lines.Select(line =>
            {
                HasMatch = true;
                return line;
            });
        if (query is not { Pattern: not null, Lines: { } most })
            return lines;
        // Only the last of them: each is kept until enough others follow.
        var (last, count) = (new Queue<LogLine?>(), 0);
        foreach (var line in lines)
        {
            last.Enqueue(line is { } kept ? kept with { Text = kept.Text.ToArray() } : null);
            count += line is null ? 0 : 1;
            // A gap before the first line is not shown.
            while (count > most || (last.TryPeek(out var first) && first is null))
                count -= last.Dequeue() is null ? 0 : 1;
        }

        return last;
    }
}
