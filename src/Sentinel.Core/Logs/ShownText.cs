using System.Globalization;
using System.Text;

namespace Sentinel.Core.Logs;

/// <summary>What a terminal would show of a line: no escape sequences and, if text was drawn over other text, what is left in the end.</summary>
public static class ShownText
{
    /// <summary>Where people read, a line longer than this, in bytes, is cut.</summary>
    public const int LongestLine = 16 * 1024;

    // For lines of a process's last words.
    private const int LongestWords = 2 * 1024;

    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> line)
    {
        if (IsDrawnOver(line.Span) && DrawnLine.Of(line.Span, keepsColors: false) is { } drawn)
            return drawn;
        var text = new EscapeCutter().Cut(line, isWhole: true);
        return text[StartOf(text.Span)..EndOf(text.Span)];
    }

    /// <summary>The same, with the escape sequences that a terminal obeys.</summary>
    public static ReadOnlyMemory<byte> WithEscapes(ReadOnlyMemory<byte> line) =>
        IsDrawnOver(line.Span) && DrawnLine.Of(line.Span, keepsColors: true) is { } drawn ? drawn : line[StartOf(line.Span)..EndOf(line.Span)];

    /// <summary>The lines of a text as they are shown, cut where they are very long.</summary>
    public static IReadOnlyList<string> Lines(ReadOnlyMemory<byte> text)
    {
        var lines = new List<string>();
        text = text.Span is [.., (byte)'\n'] ? text[..^1] : text;
        while (true)
        {
            var end = text.Span.IndexOf((byte)'\n');
            lines.Add(Encoding.UTF8.GetString(Cut(Of(end < 0 ? text : text[..end]), LongestWords, out var left).Span) + Rest(left));
            if (end < 0)
                return lines;
            text = text[(end + 1)..];
        }
    }

    /// <summary>At most this much of a line, and how many bytes are left; no character is cut in two.</summary>
    public static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> line, int most, out int left)
    {
        left = 0;
        if (line.Length <= most)
            return line;
        var end = most;
        while (end > Math.Max(0, most - 4) && (line.Span[end] & 0xc0) == 0x80)
            end--;
        left = line.Length - end;
        return line[..end];
    }

    /// <summary>Says how much was left out; nothing when nothing was.</summary>
    public static string Rest(int left) => left == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ... ({left:N0} more bytes)");

    private static bool IsDrawnOver(ReadOnlySpan<byte> text) => StartOf(text) > 0;

    // A carriage return at the end draws over nothing.
    private static int EndOf(ReadOnlySpan<byte> text)
    {
        var end = text.Length;
        while (end > 0 && text[end - 1] == '\r')
            end--;
        return end;
    }

    private static int StartOf(ReadOnlySpan<byte> text) => text[..EndOf(text)].LastIndexOf((byte)'\r') + 1;
}
