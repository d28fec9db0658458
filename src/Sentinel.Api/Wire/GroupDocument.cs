using System.Text.Json;
using Sentinel.Model;

namespace Sentinel.Api.Wire;

/// <summary>The shape of groups and leased ports in state.json and in messages.</summary>
public static class GroupDocument
{
    public static void Write(Utf8JsonWriter json, Group group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteString("createdAt", group.CreatedAt);
        json.WriteTexts("environmentFiles", group.EnvironmentFiles);
        json.WriteBase64String("variables", group.Variables.Bytes.Span);
        json.WriteEndObject();
    }

    public static Group ReadGroup(JsonElement json) => new(json.Text("name"), json.Time("createdAt"))
    {
        EnvironmentFiles = json.Texts("environmentFiles"),
        Variables = SpecDocument.ReadVariables(json),
    };

    public static void Write(Utf8JsonWriter json, PortLease lease)
    {
        json.WriteStartObject();
        json.WriteNumber("port", lease.Port);
        json.WriteString("name", lease.Name);
        json.WriteString("allocatedAt", lease.AllocatedAt);
        if (lease.ProcessId is { } owner)
            json.WriteNumber("process", owner);
        json.WriteEndObject();
    }

    public static PortLease ReadLease(JsonElement json) => new(
        json.Get("port").GetInt32(),
        json.Text("name"),
        json.Time("allocatedAt"),
        json.Maybe("process")?.GetInt32());
}
