using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Serve.Links;

namespace Sentinel.Serve.Routes;

/// <summary>What processes wrote, and what they write.</summary>
internal static class LogRoutes
{
    private const int MostLines = 1000, DefaultLines = 200;
    private const string OutOnly = "stdout", ErrOnly = "stderr";

    private static readonly Parameter[] Filters =
    [
        new("stream", "string", "stdout or stderr; both without it"),
        new("grep", "string", "Only lines that match this regular expression"),
        new("ansi", "boolean", "Leave the escape sequences of colours in the text"),
    ];

    private static readonly Parameter[] Paging =
    [
        .. Filters,
        new("limit", "integer", "How many lines at most, up to 1,000"),
        new("before", "string", "The cursor 'before' of the page after it"),
        new("after", "string", "The cursor 'after' of the page before it"),
        new("at", "number", "Begin at this share of the whole, from 0 to 1"),
        new("since", "string", "Only lines written after this: 10m, or a time"),
        new("until", "string", "Only lines written before this"),
    ];

    private static readonly Parameter Names = new("names", "string", "Of these processes, separated by commas; of all without it");

    public static IEnumerable<Route> All { get; } =
    [
        new("GET", "processes/{name}/logs", "A page of its output: the last lines, or those before or after a cursor", "logPage", Page) { Parameters = Paging },
        new("GET", "logs", "The same of several processes, in the order of time", "logPage", Page) { Parameters = [.. Paging, Names] },
        new("GET", "logs/follow", "Lines as they are written, of several processes", "logLine", Follow)
        {
            IsStream = true,
            Parameters =
            [
                .. Filters, Names, new("after", "string", "A cursor; without it, and without Last-Event-ID: only what comes from now on"),
                new("recent", "boolean", "Where lines come faster than they are taken, leave out older ones, and send a 'gap' that says how many"),
            ],
        },
    ];

    private static async Task Page(Call call)
    {
        var (limit, pattern) = (Math.Max(1, call.Number("limit", DefaultLines, MostLines)), PatternOf(call));
        var logs = Find(call, call.Part("name") is null ? call.Asked("names")?.Split(',') : [call.Name]);
        var files = new LogFiles();
        var parts = logs.Select(log => new LogPart(log.Log, log.Process, files)).ToList();
        try
        {
            parts.ForEach(part => part.Limit(Time(call, "since"), Time(call, "until")));
            await call.Json(call.Asked("after") is { } after ? Next(call, parts, Cursor(after), limit, pattern)
                : call.Asked("at") is { } share ? Next(call, parts, At(share, parts), limit, pattern)
                : Previous(call, parts, call.Asked("before") is { } before ? Cursor(before) : null, limit, pattern));
        }
        finally
        {
            parts.ForEach(part => part.Dispose());
        }
    }

    private static byte[] Previous(Call call, List<LogPart> parts, LogCursor? before, int limit, LogPattern? pattern)
    {
        var (lines, first, next) = Read(parts, part =>
        {
            var to = before?[part.Process.Id, part.Log.Stream] ?? part.End;
            var (found, from) = part.Before(to, limit, pattern);
            return (found, from, Math.Max(to, found.Count > 0 ? found[^1].End : to));
        });
        // What does not fit any more comes with the page before.
        foreach (var left in lines.SkipLast(limit).GroupBy(line => line.Log).Select(of => of.Last()))
            first.Set(left.Process.Id, left.Log.Stream, left.End);
        return Document(call, parts, lines.TakeLast(limit), first, next);
    }

    private static byte[] Next(Call call, List<LogPart> parts, LogCursor after, int limit, LogPattern? pattern)
    {
        var (lines, first, next) = Read(parts, part =>
        {
            var from = after[part.Process.Id, part.Log.Stream] ?? part.Start;
            var (found, to) = part.After(from, limit, pattern);
            return (found, from, to);
        });
        foreach (var left in lines.Skip(limit).GroupBy(line => line.Log).Select(of => of.First()))
            next.Set(left.Process.Id, left.Log.Stream, left.Position);
        return Document(call, parts, lines.Take(limit), first, next);
    }

    // Lines of all parts in order, and where what was looked at begins and ends.
    private static (List<ReadLine> Lines, LogCursor First, LogCursor Next) Read(List<LogPart> parts, Func<LogPart, (List<ReadLine> Lines, long From, long To)> read)
    {
        var (first, next, all) = (new LogCursor(), new LogCursor(), new List<ReadLine>());
        foreach (var part in parts)
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

    private static byte[] Document(Call call, List<LogPart> parts, IEnumerable<ReadLine> lines, LogCursor before, LogCursor after) => Documents.Written(json =>
    {
        var size = parts.Sum(part => part.End - part.Start);
        json.WriteObjects("lines", lines, line => Write(json, line, call.Is("ansi")));
        json.WriteOrNull("before", IsAll() ? null : before.ToString());
        json.WriteString("after", after.ToString());
        json.WriteBoolean("atEnd", parts.All(part => after[part.Process.Id, part.Log.Stream] >= part.EndOfLines));
        json.WriteNumber("from", Share(before));
        json.WriteNumber("to", Share(after));
        json.WriteNumber("size", size);
        json.WriteObjects("streams", parts, part =>
        {
            json.WriteString("process", part.Log.Process);
            json.WriteString("stream", part.Log.Stream.Word());
            json.WriteNumber("start", part.Start);
            json.WriteNumber("end", part.End);
        });

        bool IsAll() => parts.All(part => before[part.Process.Id, part.Log.Stream] <= part.Start);

        double Share(LogCursor cursor) =>
            size == 0 ? 0 : Math.Round(parts.Sum(part => (double)((cursor[part.Process.Id, part.Log.Stream] ?? part.Start) - part.Start)) / size, 6);
    });

    private static void Write(Utf8JsonWriter json, ReadLine line, bool withColors)
    {
        var shown = ShownText.Cut(withColors ? ShownText.WithEscapes(line.Bytes) : ShownText.Of(line.Bytes), ShownText.LongestLine, out var left);
        Documents.Write(json, line.Log, line.Position, Encoding.UTF8.GetString(shown.Span) + ShownText.Rest(left), line.Time);
    }

    private static async Task Follow(Call call)
    {
        var pattern = PatternOf(call);
        var logs = Find(call, call.Asked("names")?.Split(','));
        var cursor = call.LastKnown is { } after ? Cursor(after) : new LogCursor();
        await EventWriter.Write(call, async writer =>
        {
            var tail = LogTail.Follow(logs, cursor, pattern, isForRecent: call.Is("recent"), call.Gone);
            while (await Any(tail.Lines, writer, call.Gone))
            {
                // As much at once as there is: a chatty log is not flushed line by line.
                for (var taken = 0; taken < MostLines && tail.Lines.TryRead(out var lines); taken += lines.Count)
                {
                    if (tail.TakeMissed() is > 0 and var missed)
                        writer.Add("gap", cursor.ToString(), $$"""{"missedLines":{{missed}}}""");
                    foreach (var line in lines)
                    {
                        cursor.Set(line.Process.Id, line.Log.Stream, line.End);
                        writer.Add("line", cursor.ToString(), Encoding.UTF8.GetString(JsonFields.Object(JsonFields.Relaxed, json => Write(json, line, call.Is("ansi")))));
                    }
                }

                await writer.Flush();
            }
        });
    }

    private static async Task<bool> Any(System.Threading.Channels.ChannelReader<IReadOnlyList<ReadLine>> reader, EventWriter writer, CancellationToken gone)
    {
        var any = reader.WaitToReadAsync(gone).AsTask();
        while (await Task.WhenAny(any, Task.Delay(Streams.SignInterval, gone)) != any)
            await writer.Nothing();
        return await any;
    }

    private static List<(LogFile Log, ProcessRecord Process)> Find(Call call, IReadOnlyList<string>? names)
    {
        var stream = call.Asked("stream") switch
        {
            null or "both" => (LogStream?)null,
            OutOnly => LogStream.Stdout,
            ErrOnly => LogStream.Stderr,
            var other => throw new BadRequestException($"'stream' is {OutOnly} or {ErrOnly}, not '{other}'"),
        };
        Selection selection = names is null ? new Selection.All() : new Selection.Named(names);
        var (found, missing) = selection.In(call.Parts.State.Read(), _ => true);
        if (missing.OfType<Outcome.Failed>().FirstOrDefault() is { } failed)
            throw new NotFoundException($"{failed.Target}: {failed.Why}");
        return [.. found.SelectMany(record => LogFile.Of(record, call.Parts.Options.Home).Where(log => stream is null || log.Stream == stream).Select(log => (log, record)))];
    }

    private static LogCursor At(string text, List<LogPart> parts)
    {
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) || share > 1)
            throw new BadRequestException($"'at' is a share of the whole, from 0 to 1, not '{text}'");
        var cursor = new LogCursor();
        foreach (var part in parts)
            cursor.Set(part.Process.Id, part.Log.Stream, part.LineAt(part.Start + (long)(share * (part.End - part.Start))));
        return cursor;
    }

    private static LogCursor Cursor(string text) => LogCursor.Parse(text) ?? throw new BadRequestException($"'{text}' is no cursor; take 'before' or 'after' of a page, or the id of an event");

    private static LogPattern? PatternOf(Call call)
    {
        try
        {
            return call.Asked("grep") is { } expression ? new LogPattern(expression) : null;
        }
        catch (FormatException e)
        {
            throw new BadRequestException(e.Message);
        }
    }

    private static DateTimeOffset? Time(Call call, string key) => call.Asked(key) is not { } text ? null
        : Moment.Parse(text, DateTimeOffset.Now)
        ?? throw new BadRequestException($"'{key}' takes how long ago (30s, 10m, 2h, 1d) or a time (2026-01-31T12:00:00), not '{text}'");
}
