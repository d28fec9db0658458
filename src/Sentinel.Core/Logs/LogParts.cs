using Sentinel.Core.Host;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Logs;

/// <summary>A page of several logs: its lines, the oldest first, and the places where it begins and ends.</summary>
public sealed record ReadPage(IReadOnlyList<ReadLine> Lines, LogCursor Before, LogCursor After);

/// <summary>Several logs, read a page at a time in the order of time, however long they are.</summary>
public sealed class LogParts : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly List<LogPart> _parts = [];

    /// <param name="patience">See <see cref="LogPart(LogFile, ProcessRecord, ILogFiles, TimeSpan)"/>; null: a second.</param>
    /// <exception cref="IOException">One cannot be read.</exception>
    public LogParts(IEnumerable<(LogFile Log, ProcessRecord Process)> logs, ILogFiles files, TimeSpan? patience = null)
    {
        try
        {
            foreach (var (log, process) in logs)
                _parts.Add(new LogPart(log, process, files, patience ?? Patience));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<LogPart> All => _parts;

    public long Size => _parts.Sum(part => part.End - part.Start);

    /// <inheritdoc cref="LogPart.Limit"/>
    public void Limit(DateTimeOffset? since, DateTimeOffset? until) => _parts.ForEach(part => part.Limit(since, until));

    /// <summary>The last lines before a place; null: before the end.</summary>
    public ReadPage Previous(LogCursor? before, int limit, LogPattern? pattern)
    {
        var (lines, first, next) = Read(part =>
        {
            var to = before?[part.Process.Id, part.Log.Stream] ?? part.End;
            var (found, from) = part.Before(to, limit, pattern);
            return (found, from, Math.Max(to, found.Count > 0 ? found[^1].End : to));
        });
        // What does not fit any more comes with the page before.
        foreach (var left in lines.SkipLast(limit).GroupBy(line => line.Log).Select(of => of.Last()))
            first.Set(left.Process.Id, left.Log.Stream, left.End);
        return new ReadPage([.. lines.TakeLast(limit)], first, next);
    }

    /// <summary>The first lines from a place on.</summary>
    public ReadPage Next(LogCursor after, int limit, LogPattern? pattern)
    {
        var (lines, first, next) = Read(part =>
        {
            var from = after[part.Process.Id, part.Log.Stream] ?? part.Start;
            var (found, to) = part.After(from, limit, pattern);
            return (found, from, to);
        });
        foreach (var left in lines.Skip(limit).GroupBy(line => line.Log).Select(of => of.First()))
            next.Set(left.Process.Id, left.Log.Stream, left.Position);
        return new ReadPage([.. lines.Take(limit)], first, next);
    }

    /// <summary>The place at this share of each, from 0 to 1.</summary>
    public LogCursor At(double share)
    {
        var cursor = new LogCursor();
        foreach (var part in _parts)
            cursor.Set(part.Process.Id, part.Log.Stream, part.LineAt(part.Start + (long)(share * (part.End - part.Start))));
        return cursor;
    }

    /// <summary>Which share of all lies before a place.</summary>
    public double ShareOf(LogCursor cursor) =>
        Size is var size && size == 0 ? 0 : Math.Round(_parts.Sum(part => (double)((cursor[part.Process.Id, part.Log.Stream] ?? part.Start) - part.Start)) / size, 6);

    public bool IsStart(LogCursor cursor) => _parts.TrueForAll(part => cursor[part.Process.Id, part.Log.Stream] <= part.Start);

    /// <summary>Whether there is no line after it yet.</summary>
    public bool IsEnd(LogCursor cursor) => _parts.TrueForAll(part => cursor[part.Process.Id, part.Log.Stream] >= part.EndOfLines);

    public void Dispose() => _parts.ForEach(part => part.Dispose());

    // Lines of all in order, and where what was looked at begins and ends.
    private (List<ReadLine> Lines, LogCursor First, LogCursor Next) Read(Func<LogPart, (List<ReadLine> Lines, long From, long To)> read)
    {
        var (first, next, all) = (new LogCursor(), new LogCursor(), new List<ReadLine>());
        foreach (var part in _parts)
        {
            var (lines, from, to) = read(part);
            all.AddRange(lines);
            first.Set(part.Process.Id, part.Log.Stream, from);
            next.Set(part.Process.Id, part.Log.Stream, to);
        }

        return (InOrder(all), first, next);
    }

    // By time, as far as it is known; a line without one stands after the line before it.
    private static List<ReadLine> InOrder(List<ReadLine> lines)
    {
        var timed = new List<(ReadLine Line, DateTimeOffset Time)>();
        foreach (var log in lines.GroupBy(line => line.Log))
        {
            var last = DateTimeOffset.MinValue;
            foreach (var line in log)
                timed.Add((line, last = line.Time > last ? line.Time.Value : last));
        }

        return [.. timed.OrderBy(line => line.Time).Select(line => line.Line)];
    }
}
