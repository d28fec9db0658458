using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a reference to a process in <c>--json</c> and in messages; see docs/json.md.</summary>
internal static class ProcessRefDocument
{
    /// <summary>Writes it as properties of the current object.</summary>
    public static void Write(Utf8JsonWriter json, ProcessRef process)
    {
        json.WriteNumber("id", process.Id);
        json.WriteString("name", process.Name);
        json.WriteOrNull("group", process.Group);
        json.WriteString("state", process.State);
        json.WriteOrNull("pid", process.Pid);
        json.WriteNumber("run", process.Run);
    }

    public static ProcessRef Read(JsonElement json) => new(
        json.Get("id").GetInt32(),
        json.Text("name"),
        json.Maybe("group")?.GetString(),
        json.SharedText("state"),
        json.Maybe("pid")?.GetInt32(),
        json.Get("run").GetInt32());
}
