using System.Text.Json;
using Sentinel.Model.Policy;

namespace Sentinel.Api.Wire;

/// <summary>The shape of the facts about watched files: in the state, in <c>--json</c> and in events.</summary>
public static class WatchDocument
{
    /// <summary>Properties of the state of a process.</summary>
    public static void Write(Utf8JsonWriter json, ProcessRecord process)
    {
        if (process.Changed is { } change)
        {
            json.WriteStartObject("changed");
            WriteFacts(json, change);
            json.WriteString("at", change.At);
            json.WriteEndObject();
        }

        switch (process.WatchTrouble)
        {
            case WatchTrouble.Loop loop:
                json.WriteString("watchLoop", loop.Path);
                break;
            case WatchTrouble.Polled polled:
                json.WriteString("watchPolled", polled.Why);
                break;
        }
    }

    public static FileChange? ReadChange(JsonElement json) => json.Maybe("changed") is { } change ? ReadFacts(change, change.Time("at")) : null;

    public static WatchTrouble? ReadTrouble(JsonElement json) =>
        json.Maybe("watchLoop")?.GetString() is { } path ? new WatchTrouble.Loop(path)
        : json.Maybe("watchPolled")?.GetString() is { } why ? new WatchTrouble.Polled(why)
        : null;

    internal static void WriteFacts(Utf8JsonWriter json, FileChange change)
    {
        json.WriteString("path", change.Path);
        json.WriteNumber("more", change.More);
        json.WriteString("then", change.Then);
        if (change.Run is { } run)
            json.WriteNumber("run", run);
    }

    internal static FileChange ReadFacts(JsonElement json, DateTimeOffset at) =>
        new(json.Text("path"), json.Get("more").GetInt32(), at, json.Text("then"), json.Maybe("run")?.GetInt32());

    internal static void Write(Utf8JsonWriter json, WatchInfo watch)
    {
        json.WriteTexts("paths", watch.Paths);
        json.WriteTexts("ignore", watch.Ignore);
        json.WriteString("then", watch.Then);
        json.WriteBoolean("gitignore", watch.UsesGitignore);
        json.WriteObjectOrNull("changed", watch.Changed, Write);
        json.WriteOrNull("trouble", watch.Trouble);
    }

    internal static WatchInfo Read(JsonElement json) => new(
        json.Texts("paths"),
        json.Texts("ignore"),
        json.Text("then"),
        json.Get("gitignore").GetBoolean(),
        json.Maybe("changed") is { } change ? ReadInfo(change) : null,
        json.Maybe("trouble")?.GetString());

    private static void Write(Utf8JsonWriter json, FileChangeInfo change)
    {
        json.WriteString("path", change.Path);
        json.WriteNumber("more", change.More);
        json.WriteString("at", change.At);
        json.WriteBoolean("ofThisRun", change.IsOfThisRun);
    }

    private static FileChangeInfo ReadInfo(JsonElement json) =>
        new(json.Text("path"), json.Get("more").GetInt32(), json.Time("at"), json.Get("ofThisRun").GetBoolean());
}
