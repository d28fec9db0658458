using System.Buffers;
using System.Text.Json;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a line of events.jsonl; see docs/json.md.</summary>
public static class EventDocument
{
    private const string Gap = "gap";

    /// <summary>Adds a line that stands for events that are missing; it is in no log.</summary>
    public static void Write(IBufferWriter<byte> lines, Notice.Gap gap)
    {
        using (var json = new Utf8JsonWriter(lines, JsonFields.Relaxed))
            Write(json, gap);
        lines.Write("\n"u8);
    }

    /// <summary>Adds a line.</summary>
    public static void Write(IBufferWriter<byte> lines, Event happened)
    {
        using (var json = new Utf8JsonWriter(lines, JsonFields.Relaxed))
            Write(json, happened);
        lines.Write("\n"u8);
    }

    /// <summary>Writes an event, or that some are missing.</summary>
    public static void Write(Utf8JsonWriter json, Notice notice)
    {
        if (notice is Notice.Happened { Event: var happened })
        {
            Write(json, happened);
            return;
        }

        var gap = (Notice.Gap)notice;
        json.WriteStartObject();
        json.WriteString("event", Gap);
        json.WriteNumber("after", gap.After);
        json.WriteNumber("next", gap.Next);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Event happened)
    {
        json.WriteStartObject();
        // First, so that a search for a number need not parse the rest; see EventLog.After.
        if (happened.Number is { } number)
            json.WriteNumber("number", number);
        WriteBody(json, happened, WordOf(happened));
        json.WriteEndObject();
    }

    /// <summary>All but its number.</summary>
    /// <param name="word">What it is called.</param>
    public static void WriteBody(Utf8JsonWriter json, Event happened, string word)
    {
        json.WriteString("time", Time(happened.Time));
        json.WriteString("event", word);
        if (happened is Event.OfProcess process)
        {
            json.WriteNumber("id", process.Id);
            json.WriteString("name", process.Name);
        }

        WriteFacts(json, happened);
    }

    /// <summary>Null if it is not an event, or is one of a newer version.</summary>
    public static Event? Read(ReadOnlyMemory<byte> line) => Parsed(line, Read);

    /// <summary>The number of an event, perhaps one of a newer version; null if it is not an event, or has none.</summary>
    public static long? NumberOf(ReadOnlyMemory<byte> line) => Parsed(line, NumberOf);

    /// <summary>Null if it is one of a newer version.</summary>
    /// <exception cref="JsonException">It is not an event, as are the exceptions of a value of another type.</exception>
    public static Event? Read(JsonElement json)
    {
        var time = json.Get("time").GetDateTimeOffset();
        var word = json.Text("event");
        Event? happened = word switch
        {
            "daemon-up" => new Event.DaemonUp(time, json.Get("pid").GetInt32(), json.Text("version")),
            "daemon-down" => new Event.DaemonDown(time, json.Get("pid").GetInt32()),
            _ => ReadOfProcess(json, word, time, json.Get("id").GetInt32(), json.Text("name")),
        };
        return NumberOf(json) is { } number && happened is not null ? happened with { Number = number } : happened;
    }

    /// <exception cref="JsonException">It is neither, or an event without a number.</exception>
    public static Notice ReadNotice(JsonElement json) => json.Text("event") == Gap
        ? new Notice.Gap(json.Get("after").GetInt64(), json.Get("next").GetInt64())
        : new Notice.Happened(Read(json) is { Number: not null } happened ? happened : throw new JsonException("an event without a number"));

    private static long? NumberOf(JsonElement json) => json.Maybe("number")?.GetInt64() switch
    {
        null => null,
        > 0 and <= Event.HighestNumber and var number => number,
        _ => throw new JsonException("'number' is not a valid number"),
    };

    private static T? Parsed<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T?> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return default;
        }
    }

    /// <summary>What an event is called.</summary>
    public static string WordOf(Event happened) => happened switch
    {
        Event.Started { Automatic: true } => "restarted",
        Event.Started => "started",
        Event.Ended { Run.How: Exit.NotStarted } => "not-started",
        Event.Ended { ByUser: true } or Event.Stopped => "stopped",
        Event.Ended => "exited",
        Event.HandedOver => "handed-over",
        Event.InBackground => "in-background",
        Event.EndedLeft => "ended-left",
        Event.Ready => "ready",
        Event.HealthChanged { IsHealthy: true } => "healthy",
        Event.HealthChanged => "unhealthy",
        Event.Signalled => "signalled",
        Event.Waits => "waiting",
        Event.Scheduled => "scheduled",
        Event.Listening => "listening",
        Event.CronSkipped => "cron-skipped",
        Event.Follows => "follows",
        Event.GaveUp => "gave-up",
        Event.LeaseOver => "lease-over",
        Event.FilesChanged { IsRestart: true } => "watch-restart",
        Event.FilesChanged => "watch-action",
        Event.WatchLoop => "watch-loop",
        Event.WatchPolled => "watch-polled",
        Event.WatchFailed => "watch-failed",
        Event.OutgrewMemory => "outgrew-memory",
        Event.LogNotRotated => "log-not-rotated",
        Event.LogEmptied => "log-emptied",
        Event.Deleted => "deleted",
        Event.DaemonUp => "daemon-up",
        Event.DaemonDown => "daemon-down",
        _ => throw new NotSupportedException(happened.GetType().Name),
    };

    private static void WriteFacts(Utf8JsonWriter json, Event happened)
    {
        switch (happened)
        {
            case Event.Started started:
                json.WriteNumber("pid", started.Pid);
                break;
            case Event.Ended { Run: var run } ended:
                if (run.Pid is { } pid)
                    json.WriteNumber("pid", pid);
                json.WriteString("startedAt", Time(run.StartedAt));
                json.WriteBoolean("witnessed", run.Witnessed);
                RunDocument.Write(json, "how", run.How);
                json.WriteString("text", run.How.ToString());
                if (run.Why is { } wrong)
                    json.WriteString("why", wrong);
                if (run.PeakMemoryBytes is { } peak)
                    json.WriteNumber("peakMemoryBytes", peak);
                if (ended.Logs.Stdout is { } stdout)
                    json.WriteNumber("stdoutBytes", stdout);
                if (ended.Logs.Stderr is { } stderr)
                    json.WriteNumber("stderrBytes", stderr);
                if (run.LogStarts is { } starts)
                    RunDocument.Write(json, "logStarts", starts);
                if (ended.RestartDue is { } due)
                    json.WriteString("restartDue", Time(due));
                break;
            case Event.HandedOver next:
                json.WriteNumber("pid", next.Pid);
                json.WriteNumber("oldPid", next.OldPid);
                break;
            case Event.InBackground { Left: var left }:
                json.WriteString("left", left);
                break;
            case Event.EndedLeft { Left: var gone }:
                json.WriteString("left", gone);
                break;
            case Event.HealthChanged { Why: { } why }:
                json.WriteString("why", why);
                break;
            case Event.Signalled sent:
                json.WriteString("signal", SignalName.Of(sent.Signal));
                json.WriteNumber("processes", sent.Processes);
                break;
            case Event.Waits waits:
                json.WriteStartArray("for");
                foreach (var needed in waits.For)
                    json.WriteStringValue(needed);
                json.WriteEndArray();
                break;
            case Event.Scheduled { Next: { } start }:
                json.WriteString("next", Time(start));
                break;
            case Event.CronSkipped skipped:
                json.WriteString("slot", Time(skipped.Slot));
                json.WriteString("why", skipped.Why);
                break;
            case Event.Follows { Why: var cause }:
                json.WriteString("why", cause);
                break;
            case Event.GaveUp { Why: var cause }:
                json.WriteString("why", cause);
                break;
            case Event.LeaseOver { Why: var cause }:
                json.WriteString("why", cause);
                break;
            case Event.FilesChanged { Change: var change }:
                WatchDocument.WriteFacts(json, change);
                break;
            case Event.WatchLoop loop:
                json.WriteString("path", loop.Path);
                json.WriteString("ignore", loop.Ignore);
                break;
            case Event.WatchPolled polled:
                json.WriteString("why", polled.Why);
                break;
            case Event.WatchFailed undone:
                json.WriteString("then", undone.Then);
                json.WriteString("why", undone.Why);
                break;
            case Event.OutgrewMemory outgrew:
                json.WriteNumber("memoryBytes", outgrew.MemoryBytes);
                json.WriteNumber("limitBytes", outgrew.LimitBytes);
                break;
            case Event.LogNotRotated failed:
                json.WriteString("log", failed.Log);
                json.WriteString("why", failed.Why);
                break;
            case Event.LogEmptied emptied:
                json.WriteString("log", emptied.Log);
                json.WriteNumber("lostBytes", emptied.LostBytes);
                break;
            case Event.DaemonUp up:
                json.WriteNumber("pid", up.Pid);
                json.WriteString("version", up.Version);
                break;
            case Event.DaemonDown down:
                json.WriteNumber("pid", down.Pid);
                break;
        }
    }

    private static Event.OfProcess? ReadOfProcess(JsonElement json, string word, DateTimeOffset time, int id, string name) => word switch
    {
        "started" or "restarted" => new Event.Started(time, id, name, json.Get("pid").GetInt32(), word == "restarted"),
        "stopped" when json.Maybe("how") is null => new Event.Stopped(time, id, name),
        "exited" or "stopped" or "not-started" => new Event.Ended(
            time, id, name,
            RunDocument.ReadOfEvent(json, time),
            ByUser: word == "stopped",
            new LogEnds(json.Maybe("stdoutBytes")?.GetInt64(), json.Maybe("stderrBytes")?.GetInt64()),
            json.Maybe("restartDue")?.GetDateTimeOffset()),
        "handed-over" => new Event.HandedOver(time, id, name, json.Get("pid").GetInt32(), json.Get("oldPid").GetInt32()),
        "in-background" => new Event.InBackground(time, id, name, json.Text("left")),
        "ended-left" => new Event.EndedLeft(time, id, name, json.Text("left")),
        "ready" => new Event.Ready(time, id, name),
        "healthy" or "unhealthy" => new Event.HealthChanged(time, id, name, word == "healthy", json.Maybe("why")?.GetString()),
        "signalled" => new Event.Signalled(
            time, id, name, SignalName.Parse(json.Text("signal")) ?? throw JsonFields.Unknown("signal", json.Text("signal")), json.Get("processes").GetInt32()),
        "waiting" => new Event.Waits(time, id, name, [.. json.Get("for").EnumerateArray().Select(needed => needed.GetString()!)]),
        "listening" => new Event.Listening(time, id, name),
        "scheduled" => new Event.Scheduled(time, id, name, json.Maybe("next")?.GetDateTimeOffset()),
        "cron-skipped" => new Event.CronSkipped(time, id, name, json.Get("slot").GetDateTimeOffset(), json.Text("why")),
        "follows" => new Event.Follows(time, id, name, json.Text("why")),
        "gave-up" => new Event.GaveUp(time, id, name, json.Text("why")),
        "lease-over" => new Event.LeaseOver(time, id, name, json.Text("why")),
        "watch-restart" or "watch-action" => new Event.FilesChanged(time, id, name, WatchDocument.ReadFacts(json, time)),
        "watch-loop" => new Event.WatchLoop(time, id, name, json.Text("path")),
        "watch-polled" => new Event.WatchPolled(time, id, name, json.Text("why")),
        "watch-failed" => new Event.WatchFailed(time, id, name, json.Text("then"), json.Text("why")),
        "outgrew-memory" => new Event.OutgrewMemory(time, id, name, json.Get("memoryBytes").GetInt64(), json.Get("limitBytes").GetInt64()),
        "log-not-rotated" => new Event.LogNotRotated(time, id, name, json.Text("log"), json.Text("why")),
        "log-emptied" => new Event.LogEmptied(time, id, name, json.Text("log"), json.Get("lostBytes").GetInt64()),
        "deleted" => new Event.Deleted(time, id, name),
        _ => null,
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
