using System.Text.Json;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>The shape of hooks in state.json and in messages.</summary>
public static class HookDocument
{
    public static void Write(Utf8JsonWriter json, Hook hook)
    {
        json.WriteStartObject();
        json.WriteString("name", hook.Name);
        json.WriteTexts("on", hook.On);
        json.WriteTexts("processes", hook.Processes);
        if (hook.Command is { } command)
        {
            json.WriteTexts("arguments", command.Arguments);
            json.WriteString("command", command.Text);
            json.WriteBoolean("shell", command.Shell);
        }

        json.WriteString("cwd", hook.WorkingDirectory);
        if (hook.Webhook is { } url)
            json.WriteString("webhook", url);
        json.WriteArray("headers", hook.Headers, header =>
        {
            json.WriteStartObject();
            json.WriteString("name", header.Name);
            json.WriteString("value", header.Value.ToString());
            json.WriteEndObject();
        });
        json.WriteNumber("timeoutSeconds", hook.Timeout.TotalSeconds);
        json.WriteNumber("after", hook.After);
        json.WriteEndObject();
    }

    /// <summary>Whether two do the same; when they were added does not matter.</summary>
    public static bool AreSame(Hook one, Hook other) => Text(one).AsSpan().SequenceEqual(Text(other));

    private static byte[] Text(Hook hook) => JsonFields.Object(JsonFields.Relaxed, json =>
    {
        json.WritePropertyName("hook");
        Write(json, hook with { After = 0 });
    });

    public static Hook Read(JsonElement json) => new(json.Text("name"), json.Texts("on"), json.Text("cwd"))
    {
        Processes = json.Texts("processes"),
        Command = json.Maybe("command") is { } line ? new Command(json.Texts("arguments"), line.GetString()!, json.Get("shell").GetBoolean()) : null,
        Webhook = json.Maybe("webhook")?.GetString(),
        Headers = [.. json.Get("headers").EnumerateArray().Select(header => (header.Text("name"), Secret.Parse(header.Text("value"), path => path)))],
        Timeout = TimeSpan.FromSeconds(json.Get("timeoutSeconds").GetDouble()),
        After = json.Get("after").GetInt64(),
    };
}
