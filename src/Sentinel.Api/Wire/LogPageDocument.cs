using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a page of a log in messages.</summary>
internal static class LogPageDocument
{
    /// <summary>Writes it as properties of the current object.</summary>
    public static void Write(Utf8JsonWriter json, LogPage page)
    {
        json.WriteNumber("id", page.Id);
        json.WriteString("name", page.Name);
        json.WriteString("stream", page.Stream.Word());
        json.WriteObjects("lines", page.Lines, line =>
        {
            json.WriteNumber("position", line.Position);
            json.WriteString("text", line.Text);
            json.WriteOrNull("time", line.Time);
            json.WriteBoolean("whole", line.IsWhole);
        });
        json.WriteNumber("before", page.Before);
        json.WriteNumber("after", page.After);
        json.WriteNumber("start", page.Start);
    }

    public static LogPage Read(JsonElement json) => new(
        json.Get("id").GetInt32(),
        json.Text("name"),
        ReadStream(json),
        [.. json.Get("lines").EnumerateArray().Select(line => new LogPageLine(
            line.Get("position").GetInt64(), line.Text("text"), line.Maybe("time")?.Time(), line.Get("whole").GetBoolean()))],
        json.Get("before").GetInt64(),
        json.Get("after").GetInt64(),
        json.Get("start").GetInt64());

    /// <exception cref="JsonException">It is missing, or there is no such stream.</exception>
    public static LogStream ReadStream(JsonElement json) =>
        json.Text("stream") is var word && LogStreams.Parse(word) is { } stream ? stream : throw JsonFields.Unknown("stream", word);
}
