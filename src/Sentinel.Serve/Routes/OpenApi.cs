using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Serve.Routes;

/// <summary>The description of all routes, as OpenAPI 3.1 has it: made from the table that the server uses.</summary>
internal static class OpenApi
{
    private const string Schemas = "#/components/schemas/";

    /// <summary>As it is committed as docs/openapi.json.</summary>
    public static byte[] Document { get; } = Make();

    private static byte[] Make()
    {
        using var file = typeof(OpenApi).Assembly.GetManifestResourceStream("sentinel.schema.json")!;
        using var schema = JsonDocument.Parse(file);
        return JsonFields.Object(JsonFields.Relaxed with { Indented = true }, json =>
        {
            json.WriteString("openapi", "3.1.0");
            json.WriteStartObject("info");
            json.WriteString("title", "Sentinel");
            json.WriteString("version", "1");
            json.WriteString("description", "What the command line can do, for programs; see docs/api.md.");
            json.WriteEndObject();
            json.WriteObjects("servers", [""], _ => json.WriteString("url", "/v1"));
            json.WriteObjects("security", [""], _ => json.WriteArray("token", Array.Empty<string>(), json.WriteStringValue));
            json.WriteStartObject("paths");
            foreach (var path in Routing.All.SelectMany(route => route.Patterns.Select(pattern => (Pattern: pattern, Route: route))).GroupBy(route => route.Pattern))
            {
                json.WriteStartObject($"/{path.Key}");
                foreach (var (pattern, route) in path)
                    Write(json, pattern, route);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartObject("components");
            json.WriteStartObject("securitySchemes");
            json.WriteStartObject("token");
            json.WriteString("type", "http");
            json.WriteString("scheme", "bearer");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("schemas");
            foreach (var definition in schema.RootElement.Get("$defs").EnumerateObject())
            {
                json.WritePropertyName(definition.Name);
                Copy(json, definition.Value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, string pattern, Route route)
    {
        json.WriteStartObject(route.Method.ToLowerInvariant());
        json.WriteString("operationId", string.Join('_', pattern.Split('/', '.').Select(part => part.Trim('{', '}')).Prepend(route.Method.ToLowerInvariant())));
        json.WriteString("summary", route.Summary);
        json.WriteStartArray("parameters");
        foreach (var part in pattern.Split('/').Where(part => part.StartsWith('{')))
            Write(json, new Parameter(part.Trim('{', '}'), "string", part == "{name}" ? "Its name or id; a slash in it is %2F" : "The name of a project"), isPath: true);
        foreach (var parameter in route.Parameters)
            Write(json, parameter, isPath: false);
        json.WriteEndArray();
        if (route.Body is { } options)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            Content(json, "application/json", () =>
            {
                json.WriteString("type", "object");
                json.WriteBoolean("additionalProperties", false);
                json.WriteStartObject("properties");
                foreach (var option in options)
                {
                    json.WriteStartObject(option);
                    json.WriteTexts("type", ["string", "number", "boolean", "array", "null"]);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            });
            json.WriteEndObject();
        }

        json.WriteStartObject("responses");
        if (route.IsStream)
            WriteAnswer(json, "200", "One after another, until one side hangs up", "text/event-stream", schema: null);
        else
            WriteAnswer(json, "200", "Done", "application/json", route.Answer == "openapi" ? null : route.Answer);
        if (route.Parameters.Contains(Parameter.NoWait))
            WriteAnswer(json, "202", "It is being done", "application/json", route.Answer);
        WriteAnswer(json, "default", "It was not done, and why", Problem.MediaType, "failure");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, string status, string description, string type, string? schema)
    {
        json.WriteStartObject(status);
        json.WriteString("description", description);
        Content(json, type, () =>
        {
            if (schema is not null)
                json.WriteString("$ref", Schemas + schema);
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Parameter parameter, bool isPath)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteString("in", isPath ? "path" : "query");
        json.WriteBoolean("required", isPath);
        json.WriteString("description", parameter.Summary);
        json.WriteStartObject("schema");
        json.WriteString("type", parameter.Type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Content(Utf8JsonWriter json, string type, Action schema)
    {
        json.WriteStartObject("content");
        json.WriteStartObject(type);
        json.WriteStartObject("schema");
        schema();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // With references to where they are here.
    private static void Copy(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    if (property is { Name: "$ref", Value.ValueKind: JsonValueKind.String })
                        json.WriteStringValue(property.Value.GetString()!.Replace("#/$defs/", Schemas));
                    else
                        Copy(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Copy(json, item);
                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
