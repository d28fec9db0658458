using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Model;
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
        var (limit, pattern) = (Math.Max(1, call.Number("limit", DefaultLines, MostLines)), Pattern(call.Asked("grep")));
        using var parts = new LogParts(Find(call, call.Part("name") is null ? call.Asked("names")?.Split(',') : [call.Name]), new LogFiles());
        parts.Limit(Time("since", call.Asked("since")), Time("until", call.Asked("until")));
        var page = call.Asked("after") is { } after ? parts.Next(Cursor(after), limit, pattern)
            : call.Asked("at") is { } share ? parts.Next(parts.At(Share(share)), limit, pattern)
            : parts.Previous(call.Asked("before") is { } before ? Cursor(before) : null, limit, pattern);
        await call.Json(Documents.Written(json =>
        {
            json.WriteObjects("lines", page.Lines, line => Write(json, line, call.Is("ansi")));
            json.WriteOrNull("before", parts.IsStart(page.Before) ? null : page.Before.ToString());
            json.WriteString("after", page.After.ToString());
            json.WriteBoolean("atEnd", parts.IsEnd(page.After));
            json.WriteNumber("from", parts.ShareOf(page.Before));
            json.WriteNumber("to", parts.ShareOf(page.After));
            json.WriteNumber("size", parts.Size);
            json.WriteObjects("streams", parts.All, part =>
            {
                json.WriteString("process", part.Log.Process);
                json.WriteString("stream", part.Log.Stream.Word());
                json.WriteNumber("start", part.Start);
                json.WriteNumber("end", part.End);
            });
        }));
    }

    private static void Write(Utf8JsonWriter json, ReadLine line, bool withColors)
    {
        var shown = ShownText.Cut(withColors ? ShownText.WithEscapes(line.Bytes) : ShownText.Of(line.Bytes), ShownText.LongestLine, out var left);
        Documents.Write(json, line.Log, line.Position, Encoding.UTF8.GetString(shown.Span) + ShownText.Rest(left), line.Time);
    }

    private static async Task Follow(Call call)
    {
        var pattern = Pattern(call.Asked("grep"));
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

    /// <summary>The logs of processes.</summary>
    /// <param name="names">Null: of all.</param>
    /// <param name="stream">Null: both of each.</param>
    /// <exception cref="NotFoundException">There is no such process.</exception>
    public static List<(LogFile Log, ProcessRecord Process)> LogsOf(State state, SentinelHome home, IReadOnlyList<string>? names, LogStream? stream = null)
    {
        Selection selection = names is null ? new Selection.All() : new Selection.Named(names);
        var (found, missing) = selection.In(state, _ => true);
        if (missing.OfType<Outcome.Failed>().FirstOrDefault() is { } failed)
            throw new NotFoundException($"{failed.Target}: {failed.Why}");
        return [.. found.SelectMany(record => LogFile.Of(record, home).Where(log => stream is null || log.Stream == stream).Select(log => (log, record)))];
    }

    /// <exception cref="BadRequestException">It is no cursor.</exception>
    public static LogCursor Cursor(string text) => LogCursor.Parse(text) ?? throw new BadRequestException($"'{text}' is no cursor; take 'before' or 'after' of a page, or the id of an event");

    /// <param name="expression">Null: none.</param>
    /// <exception cref="BadRequestException">It is no regular expression.</exception>
    public static LogPattern? Pattern(string? expression)
    {
        try
        {
            return expression is null ? null : new LogPattern(expression);
        }
        catch (FormatException e)
        {
            throw new BadRequestException(e.Message);
        }
    }

    /// <param name="key">What it is called in a message.</param>
    /// <param name="text">Null: none.</param>
    /// <exception cref="BadRequestException">It is no time.</exception>
    public static DateTimeOffset? Time(string key, string? text) => text is null ? null
        : Moment.Parse(text, DateTimeOffset.Now)
        ?? throw new BadRequestException($"'{key}' takes how long ago (30s, 10m, 2h, 1d) or a time (2026-01-31T12:00:00), not '{text}'");

    private static List<(LogFile Log, ProcessRecord Process)> Find(Call call, IReadOnlyList<string>? names) => LogsOf(call.Parts.State.Read(), call.Parts.Options.Home, names, call.Asked("stream") switch
    {
        null or "both" => null,
        OutOnly => LogStream.Stdout,
        ErrOnly => LogStream.Stderr,
        var other => throw new BadRequestException($"'stream' is {OutOnly} or {ErrOnly}, not '{other}'"),
    });

    private static double Share(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1 ? share
            : throw new BadRequestException($"'at' is a share of the whole, from 0 to 1, not '{text}'");
}
