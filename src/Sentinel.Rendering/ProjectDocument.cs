using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Projects;

namespace Sentinel.Rendering;

/// <summary>The shape of a project in <c>--json</c>; see docs/json.md.</summary>
internal static class ProjectDocument
{
    /// <summary>Writes it as properties of the current object.</summary>
    public static void Write(Utf8JsonWriter json, Project project, IEnumerable<ProjectProcess> processes)
    {
        json.WriteString("project", project.Name);
        json.WriteString("folder", project.Folder);
        json.WriteTexts("files", project.Files);
        json.WriteArray("environmentFiles", project.EnvironmentFiles, given => Write(json, given));
        json.WriteObjects("variables", project.Variables, variable =>
        {
            json.WriteString("name", variable.Name);
            json.WriteString("value", variable.Value);
            Write(json, variable.Place);
        });
        json.WriteObjects("processes", processes, process =>
        {
            json.WriteString("name", process.Name);
            json.WriteString("folder", process.Folder);
            Write(json, process.Place);
            json.WriteStartObject("run");
            json.WriteTexts("words", process.Run.Words);
            json.WriteBoolean("exact", process.Run.IsExact);
            Write(json, process.Run.Place);
            json.WriteEndObject();
            Write(json, process.Settings.Concat(process.Others));
        });
        json.WriteObjects("hooks", project.Hooks, hook =>
        {
            json.WriteString("name", hook.Hook.Name);
            Write(json, hook.Place);
            Write(json, hook.Settings);
        });
    }

    public static void Write(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteString("message", problem.Message);
        Write(json, problem.Place);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<Setting> settings) => json.WriteObjects("settings", settings, setting =>
    {
        json.WriteString("key", setting.Key);
        json.WriteArray("values", setting.Given, given => Write(json, given));
    });

    private static void Write(Utf8JsonWriter json, Given given)
    {
        json.WriteStartObject();
        json.WriteString("value", given.Text);
        Write(json, given.Place);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Place place)
    {
        json.WriteString("file", place.File);
        json.WriteNumber("line", place.Line);
        json.WriteNumber("column", place.Column);
    }
}
