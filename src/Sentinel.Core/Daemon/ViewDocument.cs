using System.Text.Json;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Daemon;

/// <summary>The shape, in messages, of what the daemon sees of processes.</summary>
internal static class ViewDocument
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ProcessView> views) => json.WriteObjects("processes", views, view => Write(json, view));

    private static void Write(Utf8JsonWriter json, ProcessView view)
    {
        // What is elsewhere is never written down: this document alone says so.
        var elsewhere = view.Record.State as RunState.Elsewhere;
        json.WritePropertyName("record");
        StateDocument.Write(json, elsewhere is null ? view.Record : view.Record with { State = elsewhere.Was });
        if (elsewhere is not null)
            json.WriteBoolean("elsewhere", true);
        if (view.LeaseOver is { } over)
            json.WriteString("leaseOver", over);
        if (view.Usage is { } usage)
            Write(json, usage);
        if (view.IsUnasked)
            json.WriteBoolean("unasked", true);
        if (view.Left.Count > 0)
            Write(json, view.Left);
        if (view.Remains.Count > 0)
            json.WriteArray("remains", view.Remains, json.WriteNumberValue);
        if (view.Ports.Count > 0)
            json.WriteArray("ports", view.Ports, lease => StateDocument.Write(json, lease));
        if (view.Logs is { } logs)
            Write(json, logs);
    }

    public static List<ProcessView> Read(JsonElement json) => [.. json.Get("processes").EnumerateArray().Select(ReadView)];

    private static ProcessView ReadView(JsonElement json)
    {
        var record = StateDocument.ReadProcess(json.Get("record"));
        if (json.Maybe("elsewhere")?.GetBoolean() == true)
            record = record with { State = new RunState.Elsewhere(record.State) };
        return new ProcessView(record, json.Maybe("usage") is { } usage ? ReadUsage(usage) : null)
        {
            LeaseOver = json.Maybe("leaseOver")?.GetString(),
            IsUnasked = json.Maybe("unasked")?.GetBoolean() ?? false,
            Left = json.Maybe("left") is { } left ? [.. left.EnumerateArray().Select(ReadLeft)] : [],
            Remains = json.Maybe("remains") is { } remains ? ReadNumbers(remains) : [],
            Ports = json.Maybe("ports") is { } ports ? [.. ports.EnumerateArray().Select(StateDocument.ReadLease)] : [],
            Logs = json.Maybe("logs") is { } logs ? ReadLogs(logs) : null,
        };
    }

    private static void Write(Utf8JsonWriter json, TreeUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("cpuPercent", usage.CpuPercent);
        json.WriteNumber("memoryBytes", usage.MemoryBytes);
        json.WriteNumber("uptimeSeconds", usage.Uptime.TotalSeconds);
        json.WriteArray("pids", usage.Pids, json.WriteNumberValue);
        json.WriteEndObject();
    }

    private static TreeUsage ReadUsage(JsonElement json) => new(
        json.Get("cpuPercent").GetDouble(),
        json.Get("memoryBytes").GetInt64(),
        TimeSpan.FromSeconds(json.Get("uptimeSeconds").GetDouble()),
        ReadNumbers(json.Get("pids")));

    private static void Write(Utf8JsonWriter json, IReadOnlyList<LeftProcess> left) => json.WriteObjects("left", left, process =>
    {
        json.WriteNumber("pid", process.Pid);
        if (process.Program is { } program)
            json.WriteString("program", program);
        json.WriteString("startedAt", process.StartedAt);
        json.WriteBoolean("leftSession", process.LeftSession);
    });

    private static LeftProcess ReadLeft(JsonElement json) => new(
        json.Get("pid").GetInt32(), json.Maybe("program")?.GetString(), json.Time("startedAt"), json.Get("leftSession").GetBoolean());

    private static void Write(Utf8JsonWriter json, LogFaults logs)
    {
        json.WriteStartObject("logs");
        json.WriteObjects("deleted", logs.Deleted, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteString("stillAt", log.StillAt);
        });
        json.WriteObjects("moved", logs.Moved, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteString("nowAt", log.NowAt);
        });
        json.WriteObjects("emptied", logs.Emptied, log =>
        {
            json.WriteString("path", log.Path);
            if (log.NoticedAt is { } at)
                json.WriteString("noticedAt", at);
            json.WriteNumber("lostBytes", log.LostBytes);
        });
        json.WriteEndObject();
    }

    private static LogFaults ReadLogs(JsonElement json) => new(
        [.. json.Get("deleted").EnumerateArray().Select(log => new DeletedLog(log.Text("path"), log.Text("stillAt")))],
        [.. json.Get("moved").EnumerateArray().Select(log => new MovedLog(log.Text("path"), log.Text("nowAt")))],
        [.. json.Get("emptied").EnumerateArray().Select(log => new EmptiedLog(
            log.Text("path"), log.Maybe("noticedAt")?.Time(), log.Get("lostBytes").GetInt64()))]);

    private static int[] ReadNumbers(JsonElement json) => [.. json.EnumerateArray().Select(number => number.GetInt32())];
}
