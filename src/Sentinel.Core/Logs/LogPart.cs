using System.Diagnostics;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Logs;

/// <summary>A line that was read, with where the next one begins.</summary>
/// <param name="Time">When it was written; null: not known.</param>
public sealed record ReadLine(LogFile Log, ProcessRecord Process, long Position, long End, byte[] Bytes, DateTimeOffset? Time);

/// <summary>One log, read a page at a time, however long it is.</summary>
public sealed class LogPart : IDisposable
{
    // A search looks at this much at once: in the end, at as much as may be read in its time.
    private const long FirstWindow = 1024 * 1024, WindowOfSecond = 64 * 1024 * 1024;

    private readonly ILogFiles _files;
    private readonly LogHistory _history;
    private readonly TimeSpan _patience;

    /// <param name="patience">After this time a search answers with what it has, and the caller asks on from there.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public LogPart(LogFile log, ProcessRecord process, ILogFiles files, TimeSpan patience)
    {
        (Log, Process, _files, _patience) = (log, process, files, patience);
        _history = new LogHistory(log.Path, files);
        End = _history.End;
        Start = LogFile.StartOfOwn(process, log.Stream, _history.Start, End);
    }

    public LogFile Log { get; }

    public ProcessRecord Process { get; }

    public long Start { get; private set; }

    public long End { get; private set; }

    /// <summary>Where a last line begins that is not finished, or the end.</summary>
    public long EndOfLines => LogFile.EndOfWholeLines(_history, Start, End);

    /// <summary>Leaves out what was written before or after a time, as far as that is known.</summary>
    public void Limit(DateTimeOffset? since, DateTimeOffset? until)
    {
        if (until is { } last)
            End = Math.Max(Start, AllTimes.EndAt(last, End));
        if (since is { } first)
            Start = Math.Max(Start, Math.Min(End, AllTimes.StartAt(first, End)));
    }

    /// <summary>The last lines before a position.</summary>
    /// <returns>The lines, the oldest first, and up to where everything was looked at.</returns>
    public (List<ReadLine> Lines, long From) Before(long position, int most, LogPattern? pattern)
    {
        position = Math.Clamp(position, Start, End);
        if (pattern is null)
        {
            var from = LogFile.StartOfLastLines(_history, most, Start, position);
            return ([.. Lines(from, position, TimesFrom(from))], from);
        }

        var (found, to, begun) = (new List<ReadLine>(), position, Stopwatch.GetTimestamp());
        for (var window = FirstWindow; to > Start && found.Count < most && (to == position || Stopwatch.GetElapsedTime(begun) < _patience); window = Larger(window))
        {
            var from = LogFile.StartOfLastLines(_history, 1, Start, Math.Max(Start, to - window));
            found.InsertRange(0, Lines(from, to, AllTimes, pattern));
            to = from;
        }

        var left = Math.Max(0, found.Count - most);
        return (found[left..], left > 0 ? found[left].Position : to);
    }

    /// <summary>The first lines from a position on; one that is not finished comes again.</summary>
    /// <returns>The lines, and up to where everything was looked at.</returns>
    public (List<ReadLine> Lines, long To) After(long position, int most, LogPattern? pattern)
    {
        var (found, begun, last, times) = (new List<ReadLine>(), Stopwatch.GetTimestamp(), Math.Clamp(position, Start, End), TimesFrom(position));
        for (var window = FirstWindow; last < End; window = Larger(window))
        {
            // Up to the beginning of a line.
            var to = pattern is not null && last + window < End ? LineAt(last + window) : End;
            foreach (var line in Lines(last, to, times, pattern))
            {
                if (found.Count == most)
                    return (found, found[^1].End);
                found.Add(line);
            }

            last = to;
            if (last < End && (found.Count == most || Stopwatch.GetElapsedTime(begun) > _patience))
                return (found, last);
        }

        return (found, Math.Max(found.Count > 0 ? found[^1].End : position, EndOfLines));
    }

    /// <summary>The first line that begins at a position or after it.</summary>
    public long LineAt(long position)
    {
        position = Math.Clamp(position, Start, End);
        return position == Start ? position : LogLines.Read(_history, LogFile.StartOfLastLines(_history, 1, Start, position), End).Select(line => line.Position)
            .FirstOrDefault(begin => begin >= position, End);
    }

    public void Dispose() => _history.Dispose();

    private long Larger(long window) => Math.Min(window * 2, Math.Max(FirstWindow, (long)(WindowOfSecond * _patience.TotalSeconds)));

    private LogTimes AllTimes => field ??= TimesFrom(long.MinValue);

    // They are noted twice a second: of a long log, a page needs few.
    private LogTimes TimesFrom(long position) => LogTimes.Read(Log.Path, _files.Home, position);

    private IEnumerable<ReadLine> Lines(long from, long to, LogTimes times, LogPattern? pattern = null) => LogLines.Read(_history, from, to, pattern).Select(line =>
        new ReadLine(Log, Process, line.Position, Math.Min(to, line.Position + line.Text.Length + 1), line.Text.ToArray(), times.Of(line.Position)));
}
