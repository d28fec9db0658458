using System.Text.Json;

namespace Sentinel.Core.Store;

/// <summary>Fields of a JSON object, by name: one that is missing or of another kind is a <see cref="JsonException"/>.</summary>
internal static class JsonFields
{
    public static JsonElement Get(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value : throw new JsonException($"'{name}' is missing");

    /// <summary>Null when it is missing or null.</summary>
    public static JsonElement? Maybe(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(this JsonElement json, string name) =>
        json.Get(name).GetString() ?? throw new JsonException($"'{name}' is null");

    public static string[] Texts(this JsonElement json, string name) =>
        [.. json.Get(name).EnumerateArray().Select(text => text.GetString() ?? throw new JsonException($"'{name}' has a null"))];

    public static JsonException Unknown(string what, string word) => new($"there is no {what} '{word}'");

    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
