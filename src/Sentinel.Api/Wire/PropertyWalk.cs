using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>
/// Reads the properties of an object in the order in which they were written, without a search for each. One that is elsewhere is found
/// all the same.
/// </summary>
internal sealed class PropertyWalk
{
    private readonly JsonElement _json;
    private JsonElement.ObjectEnumerator _properties;
    private bool _isAtProperty;

    public PropertyWalk(JsonElement json)
    {
        (_json, _properties) = (json, json.EnumerateObject());
        _isAtProperty = _properties.MoveNext();
    }

    /// <inheritdoc cref="JsonFields.Get"/>
    public JsonElement Get(string name) => Next(name) ?? _json.Get(name);

    /// <inheritdoc cref="JsonFields.Maybe"/>
    public JsonElement? Maybe(string name) => Next(name) is { } next ? next.ValueKind == JsonValueKind.Null ? null : next : _json.Maybe(name);

    public string Text(string name) => Get(name).GetString() ?? throw new JsonException($"'{name}' is null");

    /// <inheritdoc cref="JsonFields.SharedText"/>
    public string SharedText(string name) => string.Intern(Text(name));

    public DateTimeOffset Time(string name) => Get(name).Time();

    public string[] Texts(string name) => JsonFields.TextsOf(Get(name), name);

    public int[] Numbers(string name) => JsonFields.NumbersOf(Get(name));

    // Null when the next property is another.
    private JsonElement? Next(string name)
    {
        if (!_isAtProperty || !_properties.Current.NameEquals(name))
            return null;
        var value = _properties.Current.Value;
        _isAtProperty = _properties.MoveNext();
        return value;
    }
}
