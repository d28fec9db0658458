using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>
/// The settings of a spec that differ from their defaults, by the keys of <see cref="SpecFields"/>: what <c>run</c> takes as options.
/// The state, requests and <c>--json</c> have them in this shape.
/// </summary>
public static class OptionsDocument
{
    private static readonly SpecField[] Fields = SpecFields.Options;

    /// <summary>The object by itself.</summary>
    public static JsonElement Of(ProcessSpec spec)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
            Write(json, spec);
        return JsonElement.Parse(written.WrittenSpan);
    }

    /// <summary>An object.</summary>
    public static void Write(Utf8JsonWriter json, ProcessSpec spec)
    {
        json.WriteStartObject();
        foreach (var field in Fields)
            if (field.Get(spec) is { Count: > 0 } values)
                Write(json, field, values);
        json.WriteEndObject();
    }

    /// <summary>A spec with the settings of an object, whose own have their defaults. Settings that it does not know are skipped.</summary>
    /// <exception cref="JsonException">A setting is missing, or of another type.</exception>
    /// <exception cref="FormatException">A value cannot be.</exception>
    public static ProcessSpec Read(JsonElement json, ProcessSpec spec)
    {
        // They are written in the order of the table, so that one walk through it finds all of them.
        var values = new string[]?[Fields.Length];
        var next = 0;
        foreach (var property in json.EnumerateObject())
        {
            var at = next;
            while (at < Fields.Length && !property.NameEquals(Fields[at].Key))
                at++;
            if (at == Fields.Length && (at = Array.FindIndex(Fields, field => field.Key == property.Name)) < 0)
                continue;
            values[at] = Values(Fields[at], property.Value);
            next = at + 1;
        }

        for (var i = 0; i < Fields.Length; i++)
            if (values[i] is { } given)
                spec = Fields[i].Give(spec, given, Asker.None);
            else if (Fields[i].IsRequired)
                throw new JsonException($"the option '{Fields[i].Key}' is missing");
        return spec;
    }

    private static void Write(Utf8JsonWriter json, SpecField field, IReadOnlyList<string> values)
    {
        switch (field.Shape)
        {
            case FieldShape.Flag:
                json.WriteBoolean(field.Key, true);
                break;
            case FieldShape.Number:
                json.WriteNumber(field.Key, decimal.Parse(values[0], NumberStyles.Float, CultureInfo.InvariantCulture));
                break;
            case FieldShape.Texts:
                json.WriteTexts(field.Key, values);
                break;
            default:
                json.WriteString(field.Key, values[0]);
                break;
        }
    }

    // Many records share the same texts.
    private static string[] Values(SpecField field, JsonElement value) => (field.Shape, value.ValueKind) switch
    {
        (FieldShape.Flag, JsonValueKind.True) => [SpecField.True],
        (FieldShape.Number, JsonValueKind.Number) => [value.GetRawText()],
        (FieldShape.Text or FieldShape.FlagOrText, JsonValueKind.String) => [string.Intern(value.GetString()!)],
        (FieldShape.Texts, JsonValueKind.Array) => [.. value.EnumerateArray().Select(text => string.Intern(text.GetString() ?? throw new JsonException($"'{field.Key}' contains a null")))],
        _ => throw new JsonException($"the option '{field.Key}' cannot be {value.ValueKind}"),
    };
}
