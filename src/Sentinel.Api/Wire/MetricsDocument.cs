using System.Text.Json;
using Sentinel.Model.Policy;

namespace Sentinel.Api.Wire;

/// <summary>What is measured and counted, as it goes over the socket.</summary>
internal static class MetricsDocument
{
    public static void Write(Utf8JsonWriter json, Answer.Metrics metrics)
    {
        json.WriteString("version", metrics.Version);
        json.WriteObjects("processes", metrics.All, process => Write(json, process));
        json.WriteObjectOrNull("daemon", metrics.Daemon, (to, daemon) =>
        {
            to.WriteNumber("memoryBytes", daemon.MemoryBytes);
            to.WriteNumber("wakeups", daemon.Wakeups);
            to.WriteNumber("stateWrites", daemon.StateWrites);
            to.WriteNumber("stateWriteSeconds", daemon.StateWriteSeconds);
        });
    }

    public static Answer.Metrics Read(JsonElement json) => new(
        [.. json.Get("processes").EnumerateArray().Select(ReadProcess)],
        json.Maybe("daemon") is { } daemon
            ? new DaemonMetrics(
                daemon.Get("memoryBytes").GetInt64(),
                daemon.Get("wakeups").GetInt64(),
                daemon.Get("stateWrites").GetInt64(),
                daemon.Get("stateWriteSeconds").GetDouble())
            : null,
        json.Text("version"));

    private static void Write(Utf8JsonWriter json, ProcessMetrics process)
    {
        json.WriteString("name", process.Name);
        json.WriteOrNull("instance", process.Instance);
        json.WriteString("state", process.State);
        json.WriteBoolean("isUp", process.IsUp);
        json.WriteBoolean("isReady", process.IsReady);
        json.WriteOrNull("isHealthy", process.IsHealthy);
        json.WriteOrNull("startedAt", process.StartedAt);
        json.WriteOrNull("cpuSeconds", process.CpuSeconds);
        json.WriteOrNull("memoryBytes", process.MemoryBytes);
        json.WriteOrNull("memoryLimitBytes", process.MemoryLimitBytes);
        json.WriteOrNull("threads", process.Threads);
        json.WriteBoolean("hasReadiness", process.HasReadiness);
        json.WriteBoolean("hasHealthCheck", process.HasHealthCheck);
        json.WriteBoolean("isTask", process.IsTask);
        json.WriteOrNull("lastRunSeconds", process.LastRunSeconds);
        TallyDocument.Write(json, "tally", process.Tally);
        json.WriteObjectOrNull("stdout", process.Stdout, Write);
        json.WriteObjectOrNull("stderr", process.Stderr, Write);
    }

    private static ProcessMetrics ReadProcess(JsonElement json) => new()
    {
        Name = json.Text("name"),
        Instance = json.Maybe("instance")?.GetInt32(),
        State = json.Text("state"),
        IsUp = json.Get("isUp").GetBoolean(),
        IsReady = json.Get("isReady").GetBoolean(),
        IsHealthy = json.Maybe("isHealthy")?.GetBoolean(),
        StartedAt = json.Maybe("startedAt")?.Time(),
        CpuSeconds = json.Maybe("cpuSeconds")?.GetDouble(),
        MemoryBytes = json.Maybe("memoryBytes")?.GetInt64(),
        MemoryLimitBytes = json.Maybe("memoryLimitBytes")?.GetInt64(),
        Threads = json.Maybe("threads")?.GetInt32(),
        HasReadiness = json.Get("hasReadiness").GetBoolean(),
        HasHealthCheck = json.Get("hasHealthCheck").GetBoolean(),
        IsTask = json.Get("isTask").GetBoolean(),
        LastRunSeconds = json.Maybe("lastRunSeconds")?.GetDouble(),
        Tally = TallyDocument.Read(json.Get("tally")),
        Stdout = json.Maybe("stdout") is { } stdout ? ReadLog(stdout) : null,
        Stderr = json.Maybe("stderr") is { } stderr ? ReadLog(stderr) : null,
    };

    private static void Write(Utf8JsonWriter json, LogMetrics log)
    {
        json.WriteNumber("bytes", log.Bytes);
        json.WriteNumber("rotations", log.Rotations);
    }

    private static LogMetrics ReadLog(JsonElement json) => new(json.Get("bytes").GetInt64(), json.Get("rotations").GetInt64());
}
