using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a leased port in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class PortDocument
{
    public static void Write(Utf8JsonWriter json, PortInfo port)
    {
        json.WriteStartObject();
        json.WriteNumber("port", port.Port);
        json.WriteString("name", port.Name);
        json.WriteString("allocatedAt", port.AllocatedAt);
        json.WriteOrNull("processId", port.ProcessId);
        json.WriteOrNull("process", port.Process);
        json.WriteObjects("listeners", port.Listeners, listener =>
        {
            json.WriteString("protocol", listener.Protocol);
            json.WriteOrNull("pid", listener.Pid);
            json.WriteOrNull("program", listener.Program);
        });
        json.WriteEndObject();
    }

    public static PortInfo Read(JsonElement json)
    {
        var port = json.Get("port").GetInt32();
        return new PortInfo(
            port,
            json.Text("name"),
            json.Time("allocatedAt"),
            json.Maybe("processId")?.GetInt32(),
            json.Maybe("process")?.GetString(),
            [.. json.Get("listeners").EnumerateArray().Select(listener => new Listener(
                port, listener.Text("protocol"), listener.Maybe("pid")?.GetInt32(), listener.Maybe("program")?.GetString()))]);
    }
}
