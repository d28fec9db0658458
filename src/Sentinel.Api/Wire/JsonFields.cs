using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>Fields of a JSON object, by name: one that is missing, null or out of range is a <see cref="JsonException"/>.</summary>
public static class JsonFields
{
    /// <summary>Escapes only what JSON demands: no browser reads this, but people do.</summary>
    public static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int LastYear = 2999;
    private const double MostSeconds = 100.0 * 366 * 86400;

    /// <summary>An object by itself.</summary>
    /// <param name="write">Writes its properties.</param>
    public static byte[] Object(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static JsonElement Get(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value : throw new JsonException($"'{name}' is missing");

    /// <summary>Null when it is missing or null.</summary>
    public static JsonElement? Maybe(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(this JsonElement json, string name) =>
        json.Get(name).GetString() ?? throw new JsonException($"'{name}' is null");

    /// <summary>A text that many records share: one string for all of them.</summary>
    public static string SharedText(this JsonElement json, string name) => string.Intern(json.Text(name));

    public static string[] Texts(this JsonElement json, string name) => TextsOf(json.Get(name), name);

    /// <param name="name">What the array is called in a message.</param>
    public static string[] TextsOf(JsonElement array, string name)
    {
        var texts = new string[array.GetArrayLength()];
        var next = 0;
        foreach (var text in array.EnumerateArray())
            texts[next++] = text.GetString() ?? throw new JsonException($"'{name}' contains a null");
        return texts;
    }

    /// <summary>A time that is safe to calculate with.</summary>
    public static DateTimeOffset Time(this JsonElement json) =>
        json.GetDateTimeOffset() is { Year: <= LastYear } time ? time : throw new JsonException($"there is a time after the year {LastYear}");

    /// <inheritdoc cref="Time(JsonElement)"/>
    public static DateTimeOffset Time(this JsonElement json, string name) => json.Get(name).Time();

    public static TimeSpan Seconds(this JsonElement json, string name) =>
        json.Get(name).GetDouble() is >= 0 and <= MostSeconds and var seconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new JsonException($"'{name}' is not a valid length of time");

    public static int[] Numbers(this JsonElement json, string name) => NumbersOf(json.Get(name));

    public static int[] NumbersOf(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];

    public static JsonException Unknown(string what, string word) => new($"there is no {what} '{word}'");

    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts) => json.WriteArray(name, texts, json.WriteStringValue);

    /// <param name="write">Writes an item as one value.</param>
    public static void WriteArray<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }

    /// <param name="write">Writes the properties of an item's object.</param>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write) => json.WriteArray(name, items, item =>
    {
        json.WriteStartObject();
        write(item);
        json.WriteEndObject();
    });

    public static void WriteOrNull(this Utf8JsonWriter json, string name, string? value) => json.WriteString(name, value);

    public static void WriteOrNull(this Utf8JsonWriter json, string name, JsonElement? value)
    {
        json.WritePropertyName(name);
        if (value is { } known)
            known.WriteTo(json);
        else
            json.WriteNullValue();
    }

    public static void WriteOrNull(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } known)
            json.WriteString(name, known);
        else
            json.WriteNull(name);
    }

    public static void WriteOrNull(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } known)
            json.WriteBoolean(name, known);
        else
            json.WriteNull(name);
    }

    public static void WriteOrNull(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }

    public static void WriteOrNull(this Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }

    public static void WriteOrNull(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }

    /// <param name="write">Writes the properties of the object.</param>
    public static void WriteObjectOrNull<T>(this Utf8JsonWriter json, string name, T? value, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        if (value is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        write(json, value);
        json.WriteEndObject();
    }

    public static void WriteArrayOrNull<T>(this Utf8JsonWriter json, string name, IEnumerable<T>? items, Action<T> write)
    {
        if (items is null)
            json.WriteNull(name);
        else
            json.WriteArray(name, items, write);
    }

    /// <inheritdoc cref="WriteObjects"/>
    public static void WriteObjectsOrNull<T>(this Utf8JsonWriter json, string name, IEnumerable<T>? items, Action<T> write)
    {
        if (items is null)
            json.WriteNull(name);
        else
            json.WriteObjects(name, items, write);
    }
}
