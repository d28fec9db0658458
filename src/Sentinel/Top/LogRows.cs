using System.Text;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Screen;

namespace Sentinel.Top;

/// <summary>Lines that were read as the screen shows them.</summary>
internal static class LogRows
{
    // Nobody reads a line this long on a screen.
    private const int LongestLine = 4 * 1024;

    private const int TabStop = 8;

    /// <param name="marks">What somebody put between them, with the place that is after it.</param>
    /// <param name="isOne">Whether all are of one process, which need not be named.</param>
    /// <param name="isAtEnd">Whether no line comes after them yet.</param>
    public static List<LogRow> Of(IEnumerable<ReadLine> lines, IEnumerable<(LogCursor At, DateTimeOffset Time)> marks, bool isOne, bool isAtEnd)
    {
        var (rows, left) = (new List<LogRow>(), new Queue<(LogCursor At, DateTimeOffset Time)>(marks));
        foreach (var line in lines)
        {
            // What is before the first line is above the screen.
            while (left.TryPeek(out var mark) && line.Position >= (mark.At[line.Process.Id, line.Log.Stream] ?? long.MaxValue))
            {
                if (rows.Count > 0)
                    rows.Add(Mark(mark.Time));
                left.Dequeue();
            }

            rows.Add(new LogRow(isOne ? null : line.Process.Spec.Name, line.Log.Stream == LogStream.Stderr, line.Time, TextOf(line.Bytes)));
        }

        if (isAtEnd)
            rows.AddRange(left.Select(mark => Mark(mark.Time)));
        return rows;

        static LogRow Mark(DateTimeOffset time) => new(null, false, time, $"{time.ToLocalTime():HH:mm:ss}", IsMark: true);
    }

    /// <summary>A line as it is shown.</summary>
    public static string TextOf(byte[] line)
    {
        var text = Encoding.UTF8.GetString(ShownText.Cut(ShownText.WithEscapes(line), LongestLine, out var left).Span) + ShownText.Rest(left);
        if (!text.Contains('\t'))
            return text;
        var parts = text.Split('\t');
        var shown = new StringBuilder(parts[0]);
        foreach (var part in parts.Skip(1))
            shown.Append(' ', TabStop - (Rendering.Text.Width(Pane.Bare(shown.ToString())) % TabStop)).Append(part);
        return shown.ToString();
    }
}
