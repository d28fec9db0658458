using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Sentinel.Serve.Links;
using Sentinel.Serve.Routes;

namespace Sentinel.Serve.Agents;

/// <summary>Agents that come over HTTP: each has a session, which its client names with each request.</summary>
internal sealed class AgentSessions(Parts parts) : IAsyncDisposable
{
    public const string Path = "/mcp";

    private const string Header = "Mcp-Session-Id";
    private const int Most = 64;

    private readonly ConcurrentDictionary<string, Session> _sessions = new();

    /// <summary>A message of a client: the answer, if it is a question, comes as an event of the response.</summary>
    public async Task Post(Call call)
    {
        var context = call.Context;
        JsonRpcMessage? message;
        try
        {
            message = await JsonSerializer.DeserializeAsync(context.Request.Body, McpJsonUtilities.DefaultOptions.GetTypeInfo<JsonRpcMessage>(), call.Gone);
        }
        catch (JsonException e)
        {
            throw new BadRequestException($"it is no message of the Model Context Protocol: {e.Message}");
        }

        Session? session;
        if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            await MakeRoom();
            session = Begin();
        }
        else
        {
            session = Find(call);
        }

        context.Response.Headers[Header] = session.Id;
        context.Response.ContentType = "text/event-stream";
        if (message is null || !await session.Transport.HandlePostRequestAsync(message, context.Response.Body, call.Gone))
        {
            context.Response.Headers.ContentType = default;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    /// <summary>What the server says unasked, until one side hangs up.</summary>
    public async Task Get(Call call)
    {
        var session = Find(call);
        using var place = parts.Streams.TryTake();
        if (place is null)
        {
            await call.Fail(Streams.Busy);
            return;
        }

        call.Context.Response.Headers[Header] = session.Id;
        call.Context.Response.ContentType = "text/event-stream";
        await call.Context.Response.Body.FlushAsync(call.Gone);
        await session.Transport.HandleGetRequestAsync(call.Context.Response.Body, call.Gone);
    }

    /// <summary>Ends a session, and what was run in it.</summary>
    public async Task Delete(Call call)
    {
        var session = Find(call);
        _sessions.TryRemove(session.Id, out _);
        await session.DisposeAsync();
        await parts.Commands.Run(["gc", $"--session={session.Agent.Session}"]);
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values)
            await session.DisposeAsync();
    }

    private Session Begin()
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var agent = new Agent(folder: null, until: null);
        var transport = new StreamableHttpServerTransport { SessionId = id };
        var server = McpServer.Create(transport, new AgentServer(new Workplace(parts.Options, parts.Daemon, parts.Commands, parts.State, agent)).Options);
        return _sessions[id] = new Session(id, agent, transport, server).Begun();
    }

    private Session Find(Call call) => call.Context.Request.Headers[Header].ToString() is { Length: > 0 } id && _sessions.TryGetValue(id, out var session)
        ? session.Used()
        : throw new NotFoundException($"there is no such session: '{Header}' names the one that the answer to 'initialize' had");

    // Clients that are killed never say that they go.
    private async Task MakeRoom()
    {
        while (_sessions.Count >= Most && _sessions.Values.MinBy(session => session.LastUsed) is { } oldest && _sessions.TryRemove(oldest.Id, out _))
            await oldest.DisposeAsync();
    }

    private sealed class Session(string id, Agent agent, StreamableHttpServerTransport transport, McpServer server) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ends = new();

        public string Id => id;

        public Agent Agent => agent;

        public StreamableHttpServerTransport Transport => transport;

        public long LastUsed { get; private set; } = Environment.TickCount64;

        public Session Begun()
        {
            _ = server.RunAsync(_ends.Token);
            return this;
        }

        public Session Used()
        {
            LastUsed = Environment.TickCount64;
            return this;
        }

        public async ValueTask DisposeAsync()
        {
            await _ends.CancelAsync();
            await server.DisposeAsync();
            await transport.DisposeAsync();
            _ends.Dispose();
        }
    }
}
