using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentinel.Serve.Agents;

/// <summary>A tool of the server for agents: as a client sees it, and what it does.</summary>
internal sealed record AgentTool(string Name, string Description, Func<ToolCall, Task<JsonObject>> Do)
{
    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<ToolField> Inputs { get; init; }

    /// <summary>What an answer may have.</summary>
    public required IReadOnlyList<ToolField> Outputs { get; init; }

    /// <summary>Whether it changes nothing.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether it may end something that somebody wants.</summary>
    public bool IsDestructive { get; init; }

    /// <summary>Whether to call it twice is the same as to call it once.</summary>
    public bool IsIdempotent { get; init; } = true;

    /// <summary>How many bytes of JSON an answer may have.</summary>
    public Func<ToolCall, int> Most { get; init; } = _ => Bounds.Usual;
}

/// <summary>An argument of a tool, or a property of its answer.</summary>
/// <param name="Type">As JSON schema calls it; <c>strings</c>, <c>integers</c> and <c>objects</c> are arrays of those.</param>
internal sealed record ToolField(string Name, string Type, string? Description = null)
{
    public bool IsRequired { get; init; }

    /// <summary>The JSON schema of an object with these properties.</summary>
    /// <param name="isClosed">Whether it has no others.</param>
    public static JsonElement SchemaOf(IReadOnlyList<ToolField> fields, bool isClosed)
    {
        var properties = new JsonObject();
        foreach (var field in fields)
            properties[field.Name] = field.Schema();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (fields.Where(field => field.IsRequired).Select(field => (JsonNode)field.Name).ToArray() is { Length: > 0 } required)
            schema["required"] = new JsonArray(required);
        if (isClosed)
            schema["additionalProperties"] = false;
        using var document = JsonDocument.Parse(schema.ToJsonString());
        return document.RootElement.Clone();
    }

    private JsonObject Schema()
    {
        JsonObject schema = Type switch
        {
            "strings" or "integers" or "objects" => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = Type.TrimEnd('s') } },
            _ => new() { ["type"] = Type },
        };
        if (Description is not null)
            schema["description"] = Description;
        return schema;
    }
}
