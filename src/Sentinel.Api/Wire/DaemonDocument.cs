using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of the status of a daemon in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class DaemonDocument
{
    /// <summary>Writes it as properties of the current object.</summary>
    /// <param name="status">Null: no daemon is running.</param>
    /// <param name="stopped">Then the pid of the one that ran until now, if any did.</param>
    public static void Write(Utf8JsonWriter json, DaemonStatus? status, int? stopped = null)
    {
        json.WriteBoolean("running", status is not null);
        json.WriteOrNull("pid", status?.Pid ?? stopped);
        json.WriteOrNull("version", status?.Version);
        json.WriteOrNull("startedAt", status?.StartedAt);
        json.WriteOrNull("supervised", status?.Supervised);
        json.WriteOrNull("runningProcesses", status?.Running);
        json.WriteOrNull("restarts", status?.Restarts);
        json.WriteOrNull("lastError", status?.LastError);
        json.WriteOrNull("oldestProtocol", status?.Protocols.Oldest);
        json.WriteOrNull("newestProtocol", status?.Protocols.Newest);
    }

    public static DaemonStatus Read(JsonElement json) => new(
        json.Get("pid").GetInt32(),
        json.Text("version"),
        json.Time("startedAt"),
        json.Get("supervised").GetInt32(),
        json.Get("runningProcesses").GetInt32(),
        json.Get("restarts").GetInt32(),
        json.Maybe("lastError")?.GetString())
    {
        Protocols = new ProtocolRange(json.Get("oldestProtocol").GetInt32(), json.Get("newestProtocol").GetInt32()),
    };
}
