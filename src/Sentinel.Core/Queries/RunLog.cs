using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>What the runs of a process wrote to one stream.</summary>
internal sealed class RunLog(LogHistory? log, ProcessRecord record, List<Event.Ended> ends, LogStream stream) : IDisposable
{
    private const long MostBytes = 256 * 1024;

    private readonly (long Start, long End) _kept = log is null ? (0, 0) : (log.Start, log.End);

    /// <returns>Also whether the log still reaches back to that run.</returns>
    public (IReadOnlyList<string> Lines, bool IsKept) LastLines(int i, int lines)
    {
        var (start, length) = _kept;
        var end = ends[i];
        // A start that nobody noted is where the run before ended.
        var from = end.Run.LogStarts is { } began ? began.Of(stream) ?? 0 : (i > 0 ? ends[i - 1].Logs.Of(stream) : null) ?? record.LogsFrom?.Of(stream) ?? 0;
        // A reader in between may have written the last lines a moment after the end.
        var next = i + 1 < ends.Count ? ends[i + 1].Run.LogStarts : record.State.CurrentRun?.LogStarts;
        var to = next?.Of(stream) ?? (i == ends.Count - 1 ? length : end.Logs.Of(stream) ?? 0);
        // A log that was emptied since, while nobody was there to note it, begins again at lower positions.
        var isEmptied = from > length || to > length || end.Logs.Of(stream) > length
            || ends.Skip(i + 1).Select(later => later.Run.LogStarts).Append(record.State.CurrentRun?.LogStarts).Any(later => later?.Of(stream) < from);
        return (isEmptied || from >= to ? [] : Read(Math.Max(from, start), to, lines), !isEmptied && (to > start || from == to));
    }

    /// <summary>Of the run that is under way.</summary>
    public IReadOnlyList<string> CurrentLines(int lines)
    {
        var (start, length) = _kept;
        var from = record.State.CurrentRun?.LogStarts is { } began ? began.Of(stream) ?? 0 : ends.LastOrDefault()?.Logs.Of(stream) ?? record.LogsFrom?.Of(stream) ?? 0;
        // What is there after the log was emptied was written since.
        return Read(from > length ? start : Math.Max(from, start), length, lines);
    }

    private IReadOnlyList<string> Read(long from, long to, int lines)
    {
        var bytes = new MemoryStream();
        log?.Read(LogFile.StartOfLastLines(log, lines, Math.Max(from, to - MostBytes), to), to, block => bytes.Write(block.Span));
        return ShownText.Lines(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    public void Dispose() => log?.Dispose();
}
