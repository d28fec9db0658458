using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a group in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class GroupInfoDocument
{
    public static void Write(Utf8JsonWriter json, GroupInfo group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteString("createdAt", group.CreatedAt);
        json.WriteTexts("environmentFiles", group.EnvironmentFiles);
        json.WriteTexts("variables", group.Variables);
        if (group.Project is { } project)
            GroupDocument.Write(json, project);
        else
            json.WriteNull("project");
        json.WriteObjects("processes", group.Processes, process => ProcessRefDocument.Write(json, process));
        json.WriteEndObject();
    }

    public static GroupInfo Read(JsonElement json) => new(
        json.Text("name"),
        json.Time("createdAt"),
        json.Texts("environmentFiles"),
        json.Texts("variables"),
        [.. json.Get("processes").EnumerateArray().Select(ProcessRefDocument.Read)],
        GroupDocument.ReadProject(json));
}
