using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentinel.Serve.Agents;

/// <summary>Keeps answers short: an agent pays for each character, and has to remember all of them.</summary>
internal static class Bounds
{
    /// <summary>Bytes of an answer's JSON: it is sent twice, for programs and as a text, and both together stay below 8 KB.</summary>
    public const int Usual = 3600;

    private const int ShortText = 160, FewItems = 3, LengthOfNote = 40;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode answer) => answer.ToJsonString(Relaxed);

    /// <summary>Shortens an answer until it is no longer than this: the longest of it first, in its middle, and says so there.</summary>
    public static void Fit(JsonObject answer, int most)
    {
        var before = int.MaxValue;
        for (var length = Length(answer); length > most && length < before && Longest(answer) is { } longest; (before, length) = (length, Length(answer)))
            longest.Shorten(length - most);
    }

    private static int Length(JsonNode node) => Encoding.UTF8.GetByteCount(Text(node));

    private static Part? Longest(JsonNode node) => Parts(node).MaxBy(part => part.Length);

    private static IEnumerable<Part> Parts(JsonNode node) => node switch
    {
        JsonObject all => all.Where(pair => pair.Value is not null).SelectMany(pair => Parts(pair.Value!, text => all[pair.Key] = text)),
        JsonArray all => all.Where(one => one is not null).SelectMany((one, i) => Parts(one!, text => all[i] = text)),
        _ => [],
    };

    private static IEnumerable<Part> Parts(JsonNode node, Action<string> replace) => node switch
    {
        JsonArray list when list.Count > FewItems + 1 => [.. Parts(list), new Part(Length(list), over => Cut(list, over))],
        JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > ShortText } text =>
            [new Part(Length(value), over => replace(Cut(text, over)))],
        _ => Parts(node),
    };

    private static string Cut(string text, int over)
    {
        var keep = Math.Max(ShortText - 40, text.Length - over - 40);
        var (first, last) = (keep / 3, keep - keep / 3);
        // Never between the halves of a character.
        if (char.IsHighSurrogate(text[first - 1]))
            first--;
        if (char.IsLowSurrogate(text[^last]))
            last--;
        return $"{text[..first]} … {text.Length - first - last} characters … {text[^last..]}";
    }

    // What is at the ends of a list is what one looks for: how it began, and how it is now.
    private static void Cut(JsonArray list, int over)
    {
        var (freed, left, at) = (0, 0, list.Count / 3);
        while (list.Count > FewItems && freed <= over + LengthOfNote)
        {
            freed += Length(list[at] ?? JsonValue.Create("")!) + 1;
            left += Left(list[at]);
            list.RemoveAt(at);
            at = Math.Min(at, list.Count - 2);
        }

        list.Insert(at, list[0] is JsonObject ? new JsonObject { ["leftOut"] = left } : JsonValue.Create($"… {left} left out …"));

        static int Left(JsonNode? item) => item is JsonObject one && one["leftOut"] is { } before ? before.GetValue<int>() : 1;
    }

    private sealed record Part(int Length, Action<int> Shorten);
}
