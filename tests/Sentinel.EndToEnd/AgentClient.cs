using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>A client of <c>sentinel mcp</c>, as simple as can be: a line for each message.</summary>
internal sealed class AgentClient : IDisposable
{
    private int _last;

    private AgentClient(Command server) => Server = server;

    public Command Server { get; }

    /// <summary>What it was told of the server.</summary>
    public JsonNode Welcome { get; private set; } = new JsonObject();

    /// <summary>Begins a session in the home's folder, or another.</summary>
    public static async Task<AgentClient> Begin(SentinelHome home, string name = "Test Client", string? folder = null)
    {
        var client = new AgentClient(home.Begin(new Call("mcp") { Folder = folder }));
        client.Welcome = await client.Ask("initialize", new JsonObject
        {
            ["protocolVersion"] = "2025-06-18",
            ["capabilities"] = new JsonObject(),
            ["clientInfo"] = new JsonObject { ["name"] = name, ["version"] = "1" },
        });
        client.Say("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return client;
    }

    /// <summary>Sends a line as it is.</summary>
    public void Say(string line) => Server.Type(line + "\n");

    /// <summary>The result of a request.</summary>
    public async Task<JsonNode> Ask(string method, JsonObject? parameters = null)
    {
        var id = ++_last;
        Say(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] }.ToJsonString());
        JsonNode? answer = null;
        await Wait.Until(
            () => (answer = Messages().FirstOrDefault(message => (int?)message["id"] == id)) is not null,
            () => $"an answer to {method} comes; there is {Server.Stdout}\n{Server.Stderr}");
        return answer!["result"] ?? answer["error"]!;
    }

    /// <summary>What a tool answers.</summary>
    public async Task<ToolAnswer> Call(string tool, object? arguments = null)
    {
        var result = await Ask("tools/call", new JsonObject { ["name"] = tool, ["arguments"] = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(arguments ?? new { })) });
        return new ToolAnswer(result);
    }

    /// <summary>All that the server has said.</summary>
    public IEnumerable<JsonNode> Messages() => Server.Stdout[..(Server.Stdout.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!);

    public void Dispose() => Server.Dispose();
}

/// <summary>The answer of a tool.</summary>
internal sealed class ToolAnswer(JsonNode result)
{
    /// <summary>In bytes, of all of it.</summary>
    public int Length => System.Text.Encoding.UTF8.GetByteCount(result.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    public bool IsError => (bool?)result["isError"] == true;

    public string Text => (string)result["content"]![0]!["text"]!;

    public JsonNode Json => result["structuredContent"]!;

    public string? Outcome => (string?)Json["outcome"];

    public IReadOnlyList<JsonNode> Rows => [.. Json["processes"]!.AsArray().Select(row => row!)];

    public string Output => string.Join('\n', Json["untrustedOutput"]!.AsArray().Select(line => (string)line!));

    public ToolAnswer Ok()
    {
        Assert.False(IsError, Text);
        return this;
    }

    public ToolAnswer Fails()
    {
        Assert.True(IsError, Text);
        return this;
    }
}
