using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Store;

/// <summary>
/// The settings of a spec that differ from their defaults, by the keys of <see cref="SpecFields"/>: what <c>run</c> takes as options.
/// The state, requests and <c>--json</c> have them in this shape.
/// </summary>
public static class OptionsDocument
{
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
        foreach (var field in SpecFields.Options)
            if (field.Get(spec) is { Count: > 0 } values)
                Write(json, field, values);
        json.WriteEndObject();
    }

    /// <summary>A spec with the settings of an object, whose own have their defaults. Settings that it does not know are skipped.</summary>
    /// <exception cref="JsonException">A setting is missing, or of another type.</exception>
    /// <exception cref="FormatException">A value cannot be.</exception>
    public static ProcessSpec Read(JsonElement json, ProcessSpec spec)
    {
        var values = new Dictionary<SpecField, IReadOnlyList<string>>();
        foreach (var property in json.EnumerateObject())
            if (SpecFields.Find(property.Name) is { IsOption: true } field)
                values[field] = Values(field, property.Value);
        foreach (var required in SpecFields.Options.Where(field => field.IsRequired))
            if (!values.ContainsKey(required))
                throw new JsonException($"the option '{required.Key}' is missing");
        return SpecFields.Restore(spec, values);
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
