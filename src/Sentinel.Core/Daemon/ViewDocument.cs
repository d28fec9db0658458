using System.Text.Json;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;

namespace Sentinel.Core.Daemon;

/// <summary>The shape, in messages, of what the daemon sees of processes.</summary>
internal static class ViewDocument
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ProcessView> views)
    {
        json.WriteStartArray("processes");
        foreach (var view in views)
        {
            json.WriteStartObject();
            json.WritePropertyName("record");
            StateDocument.Write(json, view.Record);
            if (view.LeaseOver is { } over)
                json.WriteString("leaseOver", over);
            if (view.Usage is { } usage)
                Write(json, usage);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static List<ProcessView> Read(JsonElement json) => [.. json.Get("processes").EnumerateArray().Select(view =>
        new ProcessView(StateDocument.ReadProcess(view.Get("record")), view.Maybe("usage") is { } usage ? ReadUsage(usage) : null)
        {
            LeaseOver = view.Maybe("leaseOver")?.GetString(),
        })];

    private static void Write(Utf8JsonWriter json, TreeUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("cpuPercent", usage.CpuPercent);
        json.WriteNumber("memoryBytes", usage.MemoryBytes);
        json.WriteNumber("uptimeSeconds", usage.Uptime.TotalSeconds);
        json.WriteStartArray("pids");
        foreach (var pid in usage.Pids)
            json.WriteNumberValue(pid);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static TreeUsage ReadUsage(JsonElement json) => new(
        json.Get("cpuPercent").GetDouble(),
        json.Get("memoryBytes").GetInt64(),
        TimeSpan.FromSeconds(json.Get("uptimeSeconds").GetDouble()),
        [.. json.Get("pids").EnumerateArray().Select(pid => pid.GetInt32())]);
}
