namespace Sentinel.Core.Logs;

/// <summary>A line of a log, without its end.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Text">Its bytes, whatever they are; valid until the next line is requested.</param>
public readonly record struct LogLine(long Position, ReadOnlyMemory<byte> Text);

/// <summary>Whole lines of a log.</summary>
public static class LogLines
{
    private const int BlockBytes = 256 * 1024;

    // Anything longer is cut into pieces: it is not a line, and memory is finite.
    private const int LongestLine = 256 * 1024 * 1024;

    /// <param name="start">Where a line begins.</param>
    /// <param name="pattern">Only lines that it matches; null: all.</param>
    public static IEnumerable<LogLine> Read(LogHistory log, long start, long end, LogPattern? pattern = null)
    {
        var buffer = new byte[BlockBytes];
        var filled = 0;
        // The position of the first byte in the buffer.
        var position = start;
        while (true)
        {
            var next = position + filled;
            var asked = next;
            var read = log.Read(ref next, end, buffer.AsSpan(filled));
            // The missing part is a hole, or was rotated out meanwhile: no line goes across it.
            if (next != asked)
            {
                foreach (var (from, length) in Lines(buffer.AsMemory(0, filled), pattern))
                    yield return new LogLine(position + from, buffer.AsMemory(from, length));
                (position, buffer, filled) = (next, buffer[filled..(filled + read)], 0);
            }

            filled += read;
            var isLast = read == 0;
            var whole = isLast || filled == LongestLine ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            foreach (var (from, length) in Lines(buffer.AsMemory(0, whole), pattern))
                yield return new LogLine(position + from, buffer.AsMemory(from, length));
            if (isLast)
                yield break;

            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            (position, filled) = (position + whole, filled - whole);
            if (filled == buffer.Length || buffer.Length < BlockBytes)
                Array.Resize(ref buffer, Math.Max(BlockBytes, Math.Min(LongestLine, buffer.Length * 2)));
        }
    }

    private static IEnumerable<(int From, int Length)> Lines(ReadOnlyMemory<byte> text, LogPattern? pattern)
    {
        for (var at = 0; at < text.Length;)
        {
            if (pattern is not null)
                // Go to the first line that may match, without looking at those before it.
                at = pattern.Candidate(text.Span, at);
            if (at < 0)
                yield break;
            var length = text.Span[at..].IndexOf((byte)'\n') is >= 0 and var end ? end : text.Length - at;
            if (pattern is null || pattern.IsMatch(text.Slice(at, length)))
                yield return (at, length);
            at += length + 1;
        }
    }
}
