using System.Text;
using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>Reads logs a page at a time, through rotation.</summary>
internal sealed class LogPages(SentinelHome home, ILogFiles files)
{
    private const int MostLines = 1000;

    // What a page holds at most, so that it fits into a message.
    private const int MostCharacters = 256 * 1024;

    /// <exception cref="IOException">The log cannot be read.</exception>
    public LogPage Read(ProcessRecord record, Query.Log query)
    {
        var log = LogFile.Of(record, home).Single(log => log.Stream == query.Stream);
        using var history = new LogHistory(log.Path, files);
        var end = history.End;
        var start = LogFile.StartOfOwn(record, query.Stream, history.Start, end);
        var most = Math.Clamp(query.Lines, 1, MostLines);
        if (query.After is { } after)
            return Page(Math.Clamp(after, start, end), end, keepsFirst: true);
        var before = Math.Clamp(query.Before ?? end, start, end);
        return Page(LogFile.StartOfLastLines(history, most, start, before), before, keepsFirst: false);

        LogPage Page(long from, long to, bool keepsFirst)
        {
            var lines = new Queue<LogPageLine>();
            var times = LogTimes.Read(log.Path, files.Home, from);
            var (characters, next) = (0, from);
            foreach (var line in LogLines.Read(history, from, to))
            {
                var text = TextOf(line);
                if (keepsFirst && lines.Count > 0 && (lines.Count == most || characters + text.Length > MostCharacters))
                    break;
                // Only the last line of a log can be unfinished.
                var lineEnd = line.Position + line.Text.Length;
                var isWhole = lineEnd < to;
                lines.Enqueue(new LogPageLine(line.Position, text, times.Of(line.Position), isWhole));
                next = isWhole ? lineEnd + 1 : line.Position;
                characters += text.Length;
                while (!keepsFirst && lines.Count > 1 && characters > MostCharacters)
                    characters -= lines.Dequeue().Text.Length;
            }

            return new LogPage(
                record.Id, record.Spec.Name, query.Stream, [.. lines], lines.TryPeek(out var first) ? first.Position : from, next, start);
        }
    }

    private static string TextOf(LogLine line)
    {
        var shown = ShownText.Cut(ShownText.Of(line.Text), ShownText.LongestLine, out var left);
        return Encoding.UTF8.GetString(shown.Span) + ShownText.Rest(left);
    }
}
