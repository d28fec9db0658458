using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Model;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Shows several logs in one order: that of time, as far as it is known.</summary>
/// <param name="excerpt">The lines of a part to show; null stands for lines that were left out in between.</param>
/// <param name="countsProcesses">Whether as many lines as are asked for are those of a process, and not of each of its streams.</param>
internal sealed class LogMerge(LogWriter writer, LogQuery query, Func<LogView.Part, IEnumerable<LogLine?>> excerpt, bool countsProcesses)
{
    // A line shows the last of them: how the run before ended, and that another began.
    private const int MostMarks = 2;

    private readonly PriorityQueue<Source, (DateTimeOffset, int)> _queue = new();
    private readonly Dictionary<Event.OfProcess, List<Source>> _waiting = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(LogFile Log, Event.OfProcess Happened)> _marks = new();
    private readonly HashSet<int> _ranBefore = [];
    private Dictionary<int, int> _surplus = [];
    private bool _isAnyShown;

    /// <param name="happened">What happened to each process, by its id.</param>
    public void Show(IReadOnlyList<LogView.Part> parts, ILookup<int, Event.OfProcess> happened)
    {
        if (parts.Count(part => part.Start < part.End && part.Times.Of(part.Start) is null) > 1)
            writer.Unordered();
        else if (countsProcesses && query is { Lines: { } most, Pattern: null })
            _surplus = parts.GroupBy(part => part.Process.Id).ToDictionary(
                process => process.Key, process => process.Count() == 1 ? 0 : process.Sum(part => excerpt(part).Count()) - most);
        var marks = parts.Select(part => Marks(part, happened[part.Process.Id]).ToList()).ToList();
        var arrivals = marks.SelectMany(all => all).GroupBy(mark => mark.Happened, ReferenceEqualityComparer.Instance)
            .ToDictionary(group => group.Key!, group => group.Count(), ReferenceEqualityComparer.Instance);
        foreach (var (i, part) in parts.Index())
            Advance(new Source(i, part, Items(new(marks[i]), excerpt(part)).GetEnumerator()));
        while (_queue.TryDequeue(out var source, out _))
        {
            if (source.Next.Mark is { } mark)
            {
                Wait(source, mark, arrivals[mark]);
                continue;
            }

            if (source.Next.Line is { } line)
                Write(source.Part, line);
            else
                writer.Gap(source.Part.Log);
            Advance(source);
        }

        WriteMarks();
    }

    // A line without a time stands after the line, or the mark, before it.
    private void Advance(Source source)
    {
        if (!source.Items.MoveNext())
        {
            source.Items.Dispose();
            return;
        }

        var time = source.Next switch
        {
            { Mark: { } mark } => mark.Time,
            { Line: { } line } => source.Part.Times.Of(line.Position),
            _ => null,
        };
        if (time > source.Time)
            source.Time = time.Value;
        _queue.Enqueue(source, (source.Time, source.Index));
    }

    // What a run wrote to both of its logs is known to stand before its end; when exactly, is not.
    private void Wait(Source source, Event.OfProcess mark, int arrivals)
    {
        if (!_waiting.TryGetValue(mark, out var waiting))
            _waiting.Add(mark, waiting = []);
        waiting.Add(source);
        if (waiting.Count < arrivals)
            return;
        _marks.Enqueue((source.Part.Log, mark));
        _waiting.Remove(mark);
        waiting.ForEach(Advance);
    }

    private static IEnumerable<Item> Items(Queue<(long Position, Event.OfProcess Happened)> marks, IEnumerable<LogLine?> lines)
    {
        foreach (var line in lines)
        {
            while (line is { } next && marks.TryPeek(out var mark) && mark.Position <= next.Position)
                yield return new Item(null, marks.Dequeue().Happened);
            yield return new Item(line, null);
        }

        while (marks.TryDequeue(out var mark))
            yield return new Item(null, mark.Happened);
    }

    // Where they happened: a run begins where the one before ended.
    private IEnumerable<(long Position, Event.OfProcess Happened)> Marks(LogView.Part part, IEnumerable<Event.OfProcess> happened)
    {
        var position = part.Process.LogsFrom?.Of(part.Log.Stream) ?? part.History.Start;
        foreach (var one in happened.Where(one => one is Event.Started or Event.Ended))
        {
            if (one is Event.Ended ended)
                position = ended.Logs.Of(part.Log.Stream) ?? position;
            if (position >= part.Start && position <= part.End && !(one.Time < query.Since) && !(one.Time > query.Until))
                yield return (position, one);
        }
    }

    private void Write(LogView.Part part, LogLine line)
    {
        if (_surplus.GetValueOrDefault(part.Process.Id) is > 0 and var surplus)
        {
            _surplus[part.Process.Id] = surplus - 1;
            return;
        }

        WriteMarks();
        writer.Line(part.Log, line, part.Times.Of(line.Position));
        _isAnyShown = true;
    }

    // Of a process that is silent while it is restarted again and again, the last restart is enough.
    private void WriteMarks()
    {
        var skipped = query.Lines is null ? 0 : _marks.Count - MostMarks;
        if (skipped > 0 && _isAnyShown)
            writer.Gap(_marks.Peek().Log);
        while (_marks.TryDequeue(out var mark))
        {
            if (skipped-- <= 0)
                writer.Mark(mark.Log, mark.Happened, isAgain: _ranBefore.Contains(mark.Happened.Id));
            _ranBefore.Add(mark.Happened.Id);
        }
    }

    /// <summary>A line or, if it is null, lines that were left out; or what happened.</summary>
    private readonly record struct Item(LogLine? Line, Event.OfProcess? Mark);

    private sealed class Source(int index, LogView.Part part, IEnumerator<Item> items)
    {
        public int Index => index;

        public LogView.Part Part => part;

        public IEnumerator<Item> Items => items;

        public Item Next => items.Current;

        /// <summary>When the next item was written, as far as is known: not before those in front of it.</summary>
        public DateTimeOffset Time { get; set; }
    }
}
