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
        if (group.Project is { } project)
            Write(json, project);
        json.WriteEndObject();
    }

    public static Group ReadGroup(JsonElement json) => new(json.Text("name"), json.Time("createdAt"))
    {
        EnvironmentFiles = json.Texts("environmentFiles"),
        Variables = SpecDocument.ReadVariables(json),
        Project = ReadProject(json),
    };

    public static void Write(Utf8JsonWriter json, ProjectMark project)
    {
        json.WriteStartObject("project");
        json.WriteString("folder", project.Folder);
        json.WriteString("file", project.File);
        json.WriteEndObject();
    }

    /// <summary>Null: there is none.</summary>
    public static ProjectMark? ReadProject(JsonElement json) =>
        json.Maybe("project") is { } project ? new ProjectMark(project.Text("folder"), project.Text("file")) : null;

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
