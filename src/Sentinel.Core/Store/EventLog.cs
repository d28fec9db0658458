using System.Buffers;
using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Model;

namespace Sentinel.Core.Store;

/// <summary>
/// What happened, one line of JSON each, in the order in which it was noticed. Only the one whose turn it is to write the state
/// writes here; anybody may read.
/// </summary>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
public sealed class EventLog(SentinelHome home, IHomeFiles files, Action<string> warn)
{
    /// <summary>When a file is this long, in bytes, the next one begins; one older file is kept.</summary>
    public const long LongestFile = 2 * 1024 * 1024;

    private const int BlockBytes = 64 * 1024;
    private const int TailBytes = 4 * 1024;

    private static ReadOnlySpan<byte> BeforeNumber => "{\"number\":"u8;

    /// <summary>Records what happened. If that fails, nothing else fails with it.</summary>
    /// <returns>Whether all of it is recorded.</returns>
    public bool Append(IEnumerable<Event> events)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var happened in events)
            EventDocument.Write(lines, happened);
        if (lines.WrittenCount == 0)
            return true;
        try
        {
            using var file = Open();
            // A full disk may have left half a line at the end: begin a new one.
            var end = RandomAccess.GetLength(file);
            if (end > 0 && !EndsWithLine(file, end))
                RandomAccess.Write(file, "\n"u8, end++);
            RandomAccess.Write(file, lines.WrittenSpan, end);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"cannot record events in {home.Events}: {e.Message.TrimEnd('.')}");
            return false;
        }
    }

    /// <summary>The number of the last event in the log; 0: none there has a number, or the log cannot be read.</summary>
    public long LastNumber()
    {
        try
        {
            return LastNumber(home.Events) ?? LastNumber(home.OlderEvents) ?? 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The events after a number, the oldest first, while another process may be appending or beginning the next file.</summary>
    /// <param name="mostBytes">How much of the log to read at most, but at least one event.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public IReadOnlyList<Event> After(long number, int mostBytes)
    {
        var events = new List<Event>();
        // In this order: if the newer file becomes the older one meanwhile, it is read twice instead of not at all.
        using var newer = files.OpenToRead(home.Events);
        if (newer is null || FirstNumber(newer) is not { } first || first > number + 1)
            using (var older = files.OpenToRead(home.OlderEvents))
                if (older is not null)
                    Read(older);
        if (newer is not null)
            Read(newer);
        return events;

        void Read(SafeFileHandle file) => ReadLines(file, line =>
        {
            if (NumberIn(line.Span) > number && EventDocument.Read(line) is { Number: { } next } happened && next > number)
            {
                events.Add(happened);
                number = next;
                mostBytes -= line.Length;
            }

            return mostBytes > 0;
        });
    }

    /// <summary>All events kept up to a position of the log, oldest first. Lines that cannot be understood are skipped.</summary>
    public static IReadOnlyList<Event> Read(LogHistory log, long end)
    {
        var lines = new MemoryStream();
        log.Read(log.Start, end, block => lines.Write(block.Span));
        return [.. Parse(lines.GetBuffer().AsMemory(0, (int)lines.Length))];
    }

    /// <summary>A whole line, as it stands in the file.</summary>
    public static byte[] Line(Event happened)
    {
        var line = new ArrayBufferWriter<byte>();
        EventDocument.Write(line, happened);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>A line that stands for events that are missing.</summary>
    public static byte[] Line(Notice.Gap gap)
    {
        var line = new ArrayBufferWriter<byte>();
        EventDocument.Write(line, gap);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>The events in some lines. Lines that cannot be understood are skipped.</summary>
    public static IEnumerable<Event> Parse(ReadOnlyMemory<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var length = lines.Span.IndexOf((byte)'\n') is var end and >= 0 ? end : lines.Length;
            if (EventDocument.Read(lines[..length]) is { } happened)
                yield return happened;
            lines = lines[Math.Min(length + 1, lines.Length)..];
        }
    }

    private SafeFileHandle Open()
    {
        var file = files.OpenOrMake(home.Events);
        if (RandomAccess.GetLength(file) < LongestFile)
            return file;
        file.Dispose();
        File.Move(home.Events, home.OlderEvents, overwrite: true);
        return files.OpenOrMake(home.Events);
    }

    private static bool EndsWithLine(SafeFileHandle file, long end)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file, last, end - 1) == 1 && last[0] == '\n';
    }

    // Looks at ever longer ends of the file: usually the last line has a number.
    private long? LastNumber(string path)
    {
        using var file = files.OpenToRead(path);
        var length = file is null ? 0 : RandomAccess.GetLength(file);
        for (var size = Math.Min(length, TailBytes); size > 0; size = Math.Min(length, size * 8))
        {
            var tail = new byte[size];
            ReadOnlyMemory<byte> lines = tail.AsMemory(0, RandomAccess.Read(file!, tail, length - size));
            while (!lines.IsEmpty)
            {
                var start = lines.Span.LastIndexOf((byte)'\n') + 1;
                if (NumberOf(lines[start..]) is { } number)
                    return number;
                lines = lines[..Math.Max(0, start - 1)];
            }

            if (size == length)
                break;
        }

        return null;
    }

    private static long? FirstNumber(SafeFileHandle file)
    {
        long? first = null;
        ReadLines(file, line => (first = NumberOf(line)) is null);
        return first;
    }

    // To parse a line that is no event takes an exception, and there may be very many.
    private static long? NumberOf(ReadOnlyMemory<byte> line) => NumberIn(line.Span) is null ? null : EventDocument.NumberOf(line);

    // Without parsing the rest of the line.
    private static long? NumberIn(ReadOnlySpan<byte> line) =>
        line.StartsWith(BeforeNumber) && Utf8Parser.TryParse(line[BeforeNumber.Length..], out long number, out _) ? number : null;

    /// <param name="take">Gets each line; returns whether to go on.</param>
    private static void ReadLines(SafeFileHandle file, Func<ReadOnlyMemory<byte>, bool> take)
    {
        var block = new byte[BlockBytes];
        var filled = 0;
        for (long offset = 0; ;)
        {
            var read = RandomAccess.Read(file, block.AsSpan(filled), offset);
            offset += read;
            filled += read;
            var start = 0;
            while (block.AsSpan(start, filled - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                if (!take(block.AsMemory(start, length)))
                    return;
                start += length + 1;
            }

            if (read == 0)
            {
                // The last line may have no end yet.
                take(block.AsMemory(start, filled - start));
                return;
            }

            block.AsSpan(start, filled - start).CopyTo(block);
            filled -= start;
            if (filled == block.Length)
                Array.Resize(ref block, block.Length * 2);
        }
    }
}
