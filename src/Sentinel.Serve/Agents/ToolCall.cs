using System.Text.Json;
using Sentinel.Serve.Routes;

namespace Sentinel.Serve.Agents;

/// <summary>What a tool is called with.</summary>
/// <param name="tool">The tool; it has no other arguments than its input schema names.</param>
/// <param name="arguments">Null: none.</param>
/// <param name="tell">Says how far it is, to a client that waits.</param>
internal sealed class ToolCall(AgentTool tool, IDictionary<string, JsonElement>? arguments, Action<string> tell, CancellationToken gone)
{
    private readonly IDictionary<string, JsonElement> _arguments = arguments ?? new Dictionary<string, JsonElement>();

    public CancellationToken Gone => gone;

    public void Tell(string text) => tell(text);

    /// <exception cref="BadRequestException">There is an argument that the tool does not have, or one is missing.</exception>
    public void Check()
    {
        if (_arguments.Keys.FirstOrDefault(name => tool.Inputs.All(field => field.Name != name)) is { } unknown)
            throw new BadRequestException($"{tool.Name} has no argument '{unknown}'; it has {string.Join(", ", tool.Inputs.Select(field => field.Name))}");
        if (tool.Inputs.FirstOrDefault(field => field.IsRequired && Find(field.Name) is null) is { } missing)
            throw new BadRequestException($"{tool.Name} needs '{missing.Name}'");
    }

    /// <summary>Null: it is not given.</summary>
    /// <exception cref="BadRequestException">It is no text.</exception>
    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw new BadRequestException($"'{name}' is a text");

    /// <summary>A list of texts, also one by itself; null: it is not given.</summary>
    /// <exception cref="BadRequestException">It is something else.</exception>
    public string[]? Texts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) => [.. list.EnumerateArray().Select(one => one.GetString()!)],
        _ => throw new BadRequestException($"'{name}' is a list of texts"),
    };

    /// <summary>An object of texts and numbers; empty: it is not given.</summary>
    /// <exception cref="BadRequestException">It is something else.</exception>
    public IEnumerable<KeyValuePair<string, string>> Pairs(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Object } pairs => pairs.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, pair.Value.ToString())),
        _ => throw new BadRequestException($"'{name}' is an object"),
    };

    /// <exception cref="BadRequestException">It is no such number.</exception>
    public int Number(string name, int otherwise, int most) => Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= most ? number
        : throw new BadRequestException($"'{name}' is a number from 0 to {most}");

    /// <exception cref="BadRequestException">It is neither.</exception>
    public bool Flag(string name, bool otherwise = false) => Find(name) is not { } value ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new BadRequestException($"'{name}' is true or false");

    private JsonElement? Find(string name) => _arguments.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
