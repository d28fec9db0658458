using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sentinel.Core.Projects;

/// <summary>The JSON schema of a project's file, from the tables that it is read by.</summary>
public static class ProjectSchema
{
    private static readonly JsonWriterOptions Style = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Style))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", ProjectFile.Name);
            Table(json, FileKeys.OfFile);
            json.WriteStartObject("$defs");
            json.WriteStartObject(FileKeys.Process);
            Table(json, FileKeys.OfProcess);
            json.WriteEndObject();
            json.WriteStartObject(FileKeys.Hook);
            Table(json, FileKeys.OfHook);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Table(Utf8JsonWriter json, IReadOnlyList<FileKey> keys)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        foreach (var key in keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.Help);
            using var form = JsonDocument.Parse(key.Form?.Schema ?? OfTable(key.Name));
            foreach (var property in form.RootElement.EnumerateObject())
                property.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string OfTable(string key) => key == FileKeys.Defaults
        ? """{ "$ref": "#/$defs/process", "not": { "required": ["like"] } }"""
        : $$"""{ "type": "object", "additionalProperties": { "$ref": "#/$defs/{{key}}" } }""";
}
