using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a summary in messages: some properties of a process, as <see cref="ProcessDocument"/> writes them.</summary>
public static class SummaryDocument
{
    public static void Write(Utf8JsonWriter json, ProcessSummary process)
    {
        json.WriteStartObject();
        json.WriteNumber("id", process.Id);
        json.WriteString("name", process.Name);
        json.WriteString("state", process.State);
        json.WriteOrNull("pid", process.Pid);
        json.WriteObjectOrNull("elsewhere", process.Elsewhere, ProcessDocument.Write);
        json.WriteObjectOrNull("health", process.Health, ProcessDocument.Write);
        json.WriteOrNull("cpuPercent", process.CpuPercent);
        json.WriteOrNull("memoryBytes", process.MemoryBytes);
        json.WriteOrNull("uptimeSeconds", process.UptimeSeconds);
        json.WriteString("restart", process.Restart);
        json.WriteNumber("restarts", process.Restarts);
        json.WriteOrNull("maxRestarts", process.MaxRestarts);
        json.WriteOrNull("restartWindowSeconds", process.RestartWindowSeconds);
        json.WriteOrNull("restartDue", process.RestartDue);
        json.WriteOrNull("nextStart", process.NextStart);
        WaitsForDocument.Write(json, process.WaitsFor);
        json.WriteOrNull("lastExitCode", process.LastExitCode);
        json.WriteOrNull("lastSignal", process.LastSignal);
        json.WriteOrNull("changed", process.Changed);
        json.WriteOrNull("group", process.Group);
        json.WriteString("command", process.Command);
        json.WriteObjects("ports", process.Ports, port => ProcessDocument.Write(json, port));
        json.WriteOrNull("url", process.Url);
        json.WriteObjectOrNull("lease", process.Lease, ProcessDocument.Write);
        json.WriteObjects("leftOver", process.LeftOver, left => ProcessDocument.Write(json, left));
        json.WriteBoolean("unasked", process.IsUnasked);
        json.WriteEndObject();
    }

    public static ProcessSummary Read(JsonElement json) => Read(new PropertyWalk(json));

    // In the order of writing.
    private static ProcessSummary Read(PropertyWalk json) => new()
    {
        Id = json.Get("id").GetInt32(),
        Name = json.Text("name"),
        State = json.SharedText("state"),
        Pid = json.Maybe("pid")?.GetInt32(),
        Elsewhere = json.Maybe("elsewhere") is { } elsewhere ? ProcessDocument.ReadElsewhere(elsewhere) : null,
        Health = json.Maybe("health") is { } health ? ProcessDocument.ReadHealth(health) : null,
        CpuPercent = json.Maybe("cpuPercent")?.GetDouble(),
        MemoryBytes = json.Maybe("memoryBytes")?.GetInt64(),
        UptimeSeconds = json.Maybe("uptimeSeconds")?.GetDouble(),
        Restart = json.SharedText("restart"),
        Restarts = json.Get("restarts").GetInt32(),
        MaxRestarts = json.Maybe("maxRestarts")?.GetInt32(),
        RestartWindowSeconds = json.Maybe("restartWindowSeconds")?.GetDouble(),
        RestartDue = json.Maybe("restartDue")?.Time(),
        NextStart = json.Maybe("nextStart")?.Time(),
        WaitsFor = WaitsForDocument.Read(json.Get("waitsFor")),
        LastExitCode = json.Maybe("lastExitCode")?.GetInt32(),
        LastSignal = json.Maybe("lastSignal")?.GetString(),
        Changed = json.Maybe("changed")?.GetString(),
        Group = json.Maybe("group")?.GetString(),
        Command = json.Text("command"),
        Ports = [.. json.Get("ports").EnumerateArray().Select(ProcessDocument.ReadPort)],
        Url = json.Maybe("url")?.GetString(),
        Lease = json.Maybe("lease") is { } lease ? ProcessDocument.ReadLease(lease) : null,
        LeftOver = [.. json.Get("leftOver").EnumerateArray().Select(ProcessDocument.ReadLeftOver)],
        IsUnasked = json.Get("unasked").GetBoolean(),
    };
}
