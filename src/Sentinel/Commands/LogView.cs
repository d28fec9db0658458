using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Linux.Loop;
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

    // Only people are shown what happened to the processes.
    private readonly bool _hasMarks = look is { IsJson: false, IsRaw: false } && (look.HasTimes || session.Style.IsRich) && query.Pattern is null;

    private sealed record Part(LogFile Log, int ProcessId, LogHistory History, LogTimes Times, LogExcerpt Excerpt, long Start, long End);

    // Whether lines are passed on, and not bytes as they come.
    private bool IsByLine => !_writer.TakesBytes || query.Pattern is not null;

    // Only of a whole line is it known what a terminal would show.
    private bool StandsByLine => IsByLine || !look.IsRaw;

    /// <returns>The logs that cannot be read.</returns>
    public IReadOnlyList<Outcome.Failed> Show()
    {
        using var eventLog = _hasMarks ? session.TryOpenLog(session.Home.Events) : null;
        var eventsEnd = eventLog?.End ?? 0;
        var ends = eventLog is not null
            ? EventLog.Read(eventLog, eventsEnd).OfType<Event.OfProcess>().Where(happened => happened is Event.Started or Event.Ended).ToLookup(happened => happened.Id)
            : Array.Empty<Event.OfProcess>().ToLookup(happened => happened.Id);
        var failed = new List<Outcome.Failed>();
        var parts = logs.Select(log => TryFind(log.Log, log.Process, failed)).OfType<Part>().ToList();
        if (parts.Find(part => (query.Since is not null || query.Until is not null) && part.Times.IsEmpty && part.End > part.History.Start) is { } timeless)
            session.Warn($"it is not known when {timeless.Log.Process} wrote to {timeless.Log.Stream.Word()}: only a running daemon notes that");

        if (look.HasTimes)
            ShowMerged(parts, ends);
        else
            foreach (var part in parts)
                Show(part, ends[part.ProcessId]);
        session.Output.Flush();
        if (query.IsFollowing)
            Follow(parts, eventLog, eventsEnd);
        else
            parts.ForEach(part => part.History.Dispose());
        return failed;
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
        var times = look.HasTimes || look.IsJson || query.Since is not null || query.Until is not null ? LogTimes.Read(log.Path, session.Store.Files) : LogTimes.None;
        var end = query.Until is { } until ? times.EndAt(until, history.End) : history.End;
        // An unfinished line is shown when it is finished.
        if (query.IsFollowing && StandsByLine)
            end = LogFile.StartOfLastLines(history, 1, history.Start, end) is var last && IsWhole(history, last, end) ? end : last;
        var start = query.WithBackups || query.Since is not null || query.Lines is not null ? history.Start : StartOfLive(history);
        // The output of a deleted process of the same name is shown only with --all.
        if (!query.WithBackups && process.LogsFrom?.Of(log.Stream) is { } from && from <= end)
            start = Math.Max(start, from);
        if (query.Since is { } since)
            start = Math.Max(start, Math.Min(end, times.StartAt(since, end)));
        if (query is { Lines: { } lines, Pattern: null })
            start = LogFile.StartOfLastLines(history, lines, start, end);
        return new Part(log, process.Id, history, times, query.Excerpt(), start, end);
    }

    // Where the log's first line begins: the log is cut off at a block, which may be within a line.
    private static long StartOfLive(LogHistory history) => history.StartOfLive is var start && IsWhole(history, history.Start, start)
        ? start
        : LogFile.StartOfLastLines(history, 1, history.Start, start);

    private static bool IsWhole(LogHistory history, long start, long end)
    {
        var last = end - 1;
        Span<byte> one = stackalloc byte[1];
        return end <= start || (history.Read(ref last, one) == 1 && one[0] == '\n');
    }

    private void Show(Part part, IEnumerable<Event.OfProcess> happened)
    {
        _writer.Begin(part.Log);
        var marks = new Queue<(long Position, Event.OfProcess Happened)>(Marks(part, happened));
        if (!StandsByLine)
        {
            var start = part.Start;
            while (marks.TryDequeue(out var mark))
            {
                start = part.History.Read(start, mark.Position, bytes => _writer.Write(part.Log, bytes));
                _writer.Mark(part.Log, mark.Happened.Time, Events.What(mark.Happened));
            }

            part.History.Read(start, part.End, bytes => _writer.Write(part.Log, bytes));
        }
        else
        {
            foreach (var line in Excerpt(part))
            {
                while (line is { } next && marks.TryPeek(out var mark) && mark.Position <= next.Position)
                    _writer.Mark(part.Log, marks.Dequeue().Happened.Time, Events.What(mark.Happened));
                Write(part, line);
            }

            while (marks.TryDequeue(out var mark))
                _writer.Mark(part.Log, mark.Happened.Time, Events.What(mark.Happened));
        }

        if (!query.IsFollowing)
            _writer.End(part.Log);
    }

    // Where they happened: a run begins where the one before ended.
    private static IEnumerable<(long, Event.OfProcess)> Marks(Part part, IEnumerable<Event.OfProcess> happened)
    {
        long? end = null;
        foreach (var one in happened)
        {
            if (one is Event.Ended ended)
                end = ended.Logs.Of(part.Log.Stream) ?? end;
            if (end is { } position && position > part.Start && position <= part.End)
                yield return (position, one);
        }
    }

    private IEnumerable<LogLine?> Excerpt(Part part)
    {
        var lines = LogLines.Read(part.History, part.Start, part.End, part.Excerpt.Filter).SelectMany(part.Excerpt.Next);
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

    private void Write(Part part, LogLine? line)
    {
        if (line is { } shown)
            _writer.Line(part.Log, shown, part.Times.Of(shown.Position));
        else
            _writer.Gap(part.Log);
    }

    // In order of time, as far as it is known; a line without a time stands after the line before it.
    private void ShowMerged(List<Part> parts, ILookup<int, Event.OfProcess> happened)
    {
        // A start comes before lines written in the same millisecond.
        var sources = parts.DistinctBy(part => part.ProcessId).Select(part => Stamped(happened[part.ProcessId]
            .Where(one => (query.Since is null || one.Time >= query.Since) && (query.Until is null || one.Time <= query.Until))
            .Select(one => ((DateTimeOffset?)one.Time, (Action)(() => _writer.Mark(part.Log, one.Time, Events.What(one))))))).ToList();
        sources.AddRange(parts.Select(part => Stamped(Excerpt(part).Select(line =>
            (line is { } known ? part.Times.Of(known.Position) : null, (Action)(() => Write(part, line)))))));
        var queue = new PriorityQueue<IEnumerator<(DateTimeOffset Time, Action Write)>, (DateTimeOffset, int)>();
        for (var i = 0; i < sources.Count; i++)
            Enqueue(sources[i].GetEnumerator(), i);
        while (queue.TryDequeue(out var source, out var at))
        {
            source.Current.Write();
            Enqueue(source, at.Item2);
        }

        void Enqueue(IEnumerator<(DateTimeOffset Time, Action Write)> source, int i)
        {
            if (source.MoveNext())
                queue.Enqueue(source, (source.Current.Time, i));
        }
    }

    private static IEnumerable<(DateTimeOffset Time, Action Write)> Stamped(IEnumerable<(DateTimeOffset? Time, Action Write)> lines)
    {
        var last = DateTimeOffset.MinValue;
        foreach (var (time, write) in lines)
        {
            last = time > last ? time.Value : last;
            yield return (last, write);
        }
    }

    private void Follow(List<Part> parts, LogHistory? eventLog, long eventsEnd)
    {
        var states = parts.ToDictionary(part => part.Log, part => (Lines: new LineAssembler(part.End), part.Excerpt));
        var events = new LogFile("", LogStream.Stdout, session.Home.Events);
        var eventLines = new LineAssembler(eventsEnd);
        using var watch = new Inotify();
        IEnumerable<(LogFile, LogHistory, long)> followed = parts.Select(part => (part.Log, part.History, part.End));
        new LogFollower(watch, (log, bytes) =>
        {
            if (log == events)
                foreach (var happened in eventLines.Add(bytes).SelectMany(line => EventLog.Parse(line.Text)))
                    Mark(happened);
            else if (!IsByLine)
                _writer.Write(log, bytes);
            else
                foreach (var line in states[log].Lines.Add(bytes).SelectMany(states[log].Excerpt.Next))
                    WriteNow(log, line);
            session.Output.Flush();
        }, log =>
        {
            if (log != events)
                LogsCommand.WarnOfMoved(session, session.Store.Read().Processes.Values.Where(process => process.Id == parts.Find(part => part.Log == log)?.ProcessId));
        }).Follow(eventLog is not null ? followed.Append((events, eventLog, eventsEnd)) : followed);

        void WriteNow(LogFile log, LogLine? line)
        {
            if (line is { } shown)
                _writer.Line(log, shown, DateTimeOffset.UtcNow);
            else
                _writer.Gap(log);
        }

        void Mark(Event happened)
        {
            if (happened is Event.Started or Event.Ended && parts.Find(part => part.ProcessId == ((Event.OfProcess)happened).Id) is { } part)
                _writer.Mark(part.Log, happened.Time, Events.What(happened));
        }
    }
}
