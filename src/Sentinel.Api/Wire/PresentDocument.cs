using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>What a story says of a run that is under way, as properties of the current object; see docs/json.md.</summary>
public static class PresentDocument
{
    public static void Write(Utf8JsonWriter json, Story story)
    {
        json.WriteObjectOrNull("recentRestarts", story.Lately, (json, lately) =>
        {
            json.WriteNumber("count", lately.Count);
            json.WriteString("last", lately.Last);
            json.WriteOrNull("why", lately.Why);
        });
        json.WriteObjects("errors", story.Errors, said => SaidDocument.Write(json, said));
        json.WriteObjects("ports", story.Ports, port =>
        {
            json.WriteNumber("port", port.Port);
            json.WriteString("name", port.Name);
            json.WriteOrNull("listener", port.Listener);
            json.WriteBoolean("own", port.IsOwn);
        });
    }

    public static Story Read(JsonElement json, Story story) => story with
    {
        Lately = json.Maybe("recentRestarts") is { } lately
            ? new Story.Restarts(lately.Get("count").GetInt32(), lately.Time("last"), lately.Maybe("why")?.GetString())
            : null,
        Errors = [.. json.Get("errors").EnumerateArray().Select(SaidDocument.Read)],
        Ports = [.. json.Get("ports").EnumerateArray().Select(port => new Story.PortUse(
            port.Get("port").GetInt32(), port.Text("name"), port.Maybe("listener")?.GetString(), port.Get("own").GetBoolean()))],
    };
}
