using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Logs;

/// <summary>What a process wrote to one of its streams.</summary>
/// <param name="Process">Its name.</param>
public sealed record LogFile(string Process, LogStream Stream, string Path)
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Both logs of a process.</summary>
    public static LogFile[] Of(ProcessRecord record, SentinelHome home) =>
    [
        new LogFile(record.Spec.Name, LogStream.Stdout, home.StdoutOf(record)),
        new LogFile(record.Spec.Name, LogStream.Stderr, home.StderrOf(record)),
    ];

    /// <summary>
    /// Where the last <paramref name="lines"/> lines begin. Reads backwards, in blocks: the cost depends on the length of these
    /// lines, not on that of the log.
    /// </summary>
    /// <param name="start">Where the text begins.</param>
    /// <param name="end">Where it ends.</param>
    public static long StartOfLastLines(LogHistory log, int lines, long start, long end)
    {
        if (lines == 0)
            return end;
        var block = new byte[BlockBytes];
        // A line end at the very end closes the last line and begins none.
        var last = end - 1;
        var position = end > start && log.Read(ref last, block.AsSpan(0, 1)) == 1 && block[0] == '\n' ? end - 1 : end;
        while (position > start)
        {
            var from = Math.Max(start, position - BlockBytes);
            var at = from;
            var read = Fill(log, ref at, position, block);
            for (var i = read; (i = block.AsSpan(0, i).LastIndexOf((byte)'\n')) >= 0;)
                if (--lines == 0)
                    return at + i + 1;
            // What comes before is a hole, or gone: it was rotated out meanwhile, or is damaged.
            var before = at == from ? from : log.EndBefore(at);
            if (before >= position)
                return at;
            position = before;
        }

        return start;
    }

    /// <summary>
    /// Where a process's own output begins: what a deleted process of the same name wrote before is not its own.
    /// </summary>
    /// <param name="start">Where the log begins.</param>
    /// <param name="end">Where it ends.</param>
    public static long StartOfOwn(ProcessRecord record, LogStream stream, long start, long end) =>
        record.LogsFrom?.Of(stream) is { } from && from <= end ? Math.Max(start, from) : start;

    /// <summary>Where the last line begins that is not finished; the end, if all are.</summary>
    /// <inheritdoc cref="StartOfLastLines" path="/param"/>
    public static long EndOfWholeLines(LogHistory log, long start, long end) =>
        StartOfLastLines(log, 1, start, end) is var last && IsWhole(log, last, end) ? end : last;

    /// <summary>Whether what lies between two positions ends with the end of a line, or is nothing.</summary>
    public static bool IsWhole(LogHistory log, long start, long end)
    {
        var last = end - 1;
        Span<byte> one = stackalloc byte[1];
        return end <= start || (log.Read(ref last, one) == 1 && one[0] == '\n');
    }

    // If the range is not contiguous, the last piece of it.
    private static int Fill(LogHistory log, ref long position, long end, Span<byte> buffer)
    {
        var filled = 0;
        while (true)
        {
            var next = position + filled;
            var read = log.Read(ref next, end, buffer[filled..]);
            if (read == 0)
            {
                // The range may be a hole up to its end.
                if (filled == 0)
                    position = Math.Min(next, end);
                return filled;
            }

            if (next != position + filled)
            {
                buffer.Slice(filled, read).CopyTo(buffer);
                (position, filled) = (next, 0);
            }

            filled += read;
        }
    }
}
