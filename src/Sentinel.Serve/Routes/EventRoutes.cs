using System.Text;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Linux.Sockets;
using Sentinel.Model;
using Sentinel.Rendering;

namespace Sentinel.Serve.Routes;

/// <summary>What has happened, and what happens.</summary>
internal static class EventRoutes
{
    private const int MostEvents = 5000, DefaultEvents = 200;

    public static IEnumerable<Route> All { get; } =
    [
        new("GET", "events", "Events after a number as they happen, none missed and none twice, over the ends of daemons", "event", Follow)
        {
            IsStream = true,
            Parameters = [new("after", "integer", "The number of the last event that is known; without it, and without Last-Event-ID: only what happens from now on")],
        },
        new("GET", "events/recent", "The last events, the oldest first", "events", Recent)
        {
            Parameters = [new("limit", "integer", "How many at most"), new("name", "string", "Only those of this process")],
        },
    ];

    private static async Task Follow(Call call)
    {
        var (after, last) = (call.LastKnown is { } known ? Number(known) : (long?)null, (long?)null);
        try
        {
            last = (await call.Ask<Answer.Events>(new Query.Events(Event.HighestNumber))).Last;
        }
        catch (DaemonException e) when (after is not null && (e is DaemonGoneException || e.IsSilent))
        {
            // Who goes on from where it was waits for the next daemon.
        }

        if (after > last)
            throw new BadRequestException($"no event has the number {after}: the last is {last}");
        var from = after ?? last!.Value;
        await EventWriter.Write(call, async writer =>
        {
            await foreach (var notice in call.Parts.Events.Follow(from, call.Gone))
                if (notice is null)
                    await writer.Nothing();
                else
                    await writer.Event(notice is Notice.Gap ? "gap" : "event", $"{notice.UpTo}", Line(notice));
        });
    }

    private static long Number(string text) => long.TryParse(text, out var number) && number >= 0 ? number
        : throw new BadRequestException($"an event has a number, and '{text}' is none");

    private static string Line(Notice notice) =>
        Encoding.UTF8.GetString(notice is Notice.Gap gap ? EventLog.Line(gap) : EventLog.Line(((Notice.Happened)notice).Event)).TrimEnd('\n');

    private static Task Recent(Call call)
    {
        var most = call.Number("limit", DefaultEvents, MostEvents);
        using var log = new LogHistory(call.Parts.Options.Home.Events, new LogFiles());
        var events = EventLog.Read(log, log.End)
            .Where(happened => call.Asked("name") is not { } name || (happened is Event.OfProcess process && process.Name == name)).TakeLast(most).ToList();
        return call.Json(Documents.Written(json =>
        {
            json.WriteArray("events", events, happened => EventDocument.Write(json, happened));
            json.WriteOrNull("lastEvent", events.Count > 0 ? events[^1].Number : null);
        }));
    }
}
