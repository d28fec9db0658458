using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a line that a program wrote; see docs/json.md.</summary>
public static class SaidDocument
{
    public static void Write(Utf8JsonWriter json, SaidLine said)
    {
        json.WriteString("text", said.Text);
        json.WriteString("stream", said.Stream.Word());
    }

    public static SaidLine Read(JsonElement json) => new(json.Text("text"), LogStreams.Parse(json.Text("stream")) ?? throw JsonFields.Unknown("stream", json.Text("stream")));
}
