using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Model;

namespace Sentinel.Core.Store;

/// <summary>
/// What happened, one line of JSON each, in the order in which it was noticed. Whoever has the turn to write the state also
/// writes here, and nobody else.
/// </summary>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
public sealed class EventLog(SentinelHome home, IHomeFiles files, Action<string> warn)
{
    /// <summary>When a file is this long, in bytes, the next one begins; one older file is kept.</summary>
    public const long LongestFile = 2 * 1024 * 1024;

    /// <summary>Records what happened. If that fails, nothing else fails with it.</summary>
    public void Append(IEnumerable<Event> events)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var happened in events)
            EventDocument.Write(lines, happened);
        if (lines.WrittenCount == 0)
            return;
        try
        {
            using var file = Open();
            // A full disk may have left half a line at the end: begin a new one.
            var end = RandomAccess.GetLength(file);
            if (end > 0 && !EndsWithLine(file, end))
                RandomAccess.Write(file, "\n"u8, end++);
            RandomAccess.Write(file, lines.WrittenSpan, end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"cannot record events in {home.Events}: {e.Message.TrimEnd('.')}");
        }
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
}
