using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sentinel.Core.Store;
using Sentinel.Linux.Sockets;
using Sentinel.Rendering;
using Sentinel.Serve.Access;
using Sentinel.Serve.Agents;
using Sentinel.Serve.Links;
using Sentinel.Serve.Routes;

namespace Sentinel.Serve.Hosting;

/// <summary>Listens, lets in who may come in, and hands what they ask for to its route.</summary>
internal sealed class Door
{
    private const int MostConnections = 2000;
    private const long LargestBody = 1024 * 1024;

    private readonly ServeOptions _options;
    private readonly Credentials _credentials;
    private readonly Guard _guard;
    private readonly Parts _parts;
    private readonly AgentSessions _agents;
    private readonly WebApplication _server;
    private int _port;
    private int _connections;
    private long _lastUsed = Environment.TickCount64;

    public Door(ServeOptions options)
    {
        _options = options;
        _credentials = new Credentials(options.Home, TimeProvider.System);
        _guard = new Guard(options, _credentials, () => _port);
        var daemon = new DaemonLink(options.Home);
        _parts = new Parts(
            options, daemon, new CommandLink(options.Command, options.Home.Folder),
            new StateLink(options.Home), new EventFeed(daemon), new Streams(), new History(daemon, options.Home.History, TimeProvider.System));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Listen);
        _server = builder.Build();
        _server.Use(Admit);
        _server.UseRouting();
        foreach (var route in Routing.All)
            foreach (var pattern in route.Patterns)
                _server.MapMethods($"/v1/{pattern}", [route.Method], context => Checked(context, route.Changes, route.Do));
        _server.MapGet(MetricsRoute.Path, context => Checked(context, changes: false, MetricsRoute.Do));
        _agents = new AgentSessions(_parts);
        // A message may change something; what only listens, or ends its own session, does not.
        _server.MapPost(AgentSessions.Path, context => Checked(context, changes: true, _agents.Post));
        _server.MapGet(AgentSessions.Path, context => Checked(context, changes: false, _agents.Get));
        _server.MapDelete(AgentSessions.Path, context => Checked(context, changes: false, _agents.Delete));
        _server.MapPost("/v1/login", Login);
        _server.MapPost("/v1/codes", context => Checked(context, changes: true, call => call.Json(Documents.Written(json => json.WriteString("code", _credentials.NewCode())))));
        if (options.WithPage)
            Page.Map(_server);
    }

    /// <summary>Where it can be reached over the network; null: nowhere.</summary>
    public string? Url => _options.Address is null ? null : $"http://{(IPAddress.IsLoopback(_options.Address) || _options.Address.Equals(IPAddress.Any) ? "127.0.0.1" : _options.Address)}:{_port}";

    /// <summary>An address that lets one browser in.</summary>
    public string Invitation => $"{Url}/#{_credentials.NewCode()}";

    /// <summary>Opens, stays open, and closes.</summary>
    /// <param name="opened">Called when it is open.</param>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public async Task Stay(Action<Door> opened, CancellationToken ends)
    {
        using var closes = CancellationTokenSource.CreateLinkedTokenSource(ends);
        await _server.StartAsync(closes.Token);
        if (_options.Socket is { } path)
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        opened(this);
        var keeping = _options.WithPage ? _parts.History.Keep(closes.Token) : Task.CompletedTask;
        try
        {
            while (_options.Idle is not { } idle || _connections > 0 || Environment.TickCount64 - Interlocked.Read(ref _lastUsed) < idle.TotalMilliseconds)
                await Task.Delay(_options.Idle is { } time ? time / 4 : Timeout.InfiniteTimeSpan, closes.Token);
        }
        catch (OperationCanceledException)
        {
            // It is told to end.
        }

        await closes.CancelAsync();
        await keeping;
        await _agents.DisposeAsync();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _server.StopAsync(soon.Token);
    }

    private void Listen(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.Limits.MaxConcurrentConnections = MostConnections;
        server.Limits.MaxRequestBodySize = LargestBody;
        server.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        if (_options.Handle is { } handle)
            server.ListenHandle(handle, OnSocket);
        if (_options.Socket is { } path)
        {
            File.Delete(path);
            server.ListenUnixSocket(path, OnSocket);
        }

        if (_options.Address is { } address)
        {
            _port = FreePort(address);
            server.Listen(address, _port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(Count);
            });
        }

        void OnSocket(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(Count);
            listen.Use(next => connection => Peers.OnlyOwner(connection, next));
        }
    }

    private ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
            Interlocked.Exchange(ref _lastUsed, Environment.TickCount64);
        }
    };

    // Known before the server listens: what may be in a Host header depends on it.
    private int FreePort(IPAddress address)
    {
        if (TryBind(_options.Port) is { } port)
            return port;
        return _options.IsAnyPort && TryBind(0) is { } other ? other : throw new IOException($"port {_options.Port} is in use; --listen names another");

        int? TryBind(int wanted)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(address, wanted));
                socket.Listen();
                return ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                return null;
            }
            catch (SocketException e)
            {
                throw new IOException($"cannot listen on {address}:{wanted}: {e.Message}");
            }
        }
    }

    // Before anything else; and whatever goes wrong is told in the same way.
    private async Task Admit(HttpContext context, RequestDelegate next)
    {
        Guard.Harden(context.Response);
        if (_guard.WhyNot(context) is { } problem)
        {
            await Call.Fail(context, problem);
            return;
        }

        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed })
                await Call.Fail(context, new Problem(StatusCodes.Status405MethodNotAllowed, "wrong-method", $"this path has no {context.Request.Method}"));
            else if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound })
                await Call.Fail(context, new Problem(StatusCodes.Status404NotFound, "not-found", "there is nothing at this path"));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await Call.Fail(context, ProblemOf(e));
        }
        catch (Exception e)
        {
            // All that is left to do is to hang up, so that nobody takes what came for the whole.
            Output.Tell($"Warning: {context.Request.Path} was broken off: {ProblemOf(e).Detail}");
            context.Abort();
        }
    }

    private static Problem ProblemOf(Exception e) => e switch
    {
        BadRequestException => new Problem(StatusCodes.Status400BadRequest, "invalid", e.Message),
        NotFoundException => new Problem(StatusCodes.Status404NotFound, "not-found", e.Message),
        Microsoft.AspNetCore.Http.BadHttpRequestException bad => new Problem(bad.StatusCode, "invalid", bad.Message),
        DaemonGoneException => new Problem(StatusCodes.Status503ServiceUnavailable, "no-daemon", "no daemon is running", "'sentinel daemon start' starts it"),
        DaemonException { IsSilent: true } => new Problem(StatusCodes.Status503ServiceUnavailable, "no-daemon", e.Message),
        DaemonException refused => Problem.Of(refused.Code, e.Message),
        StateException or IOException or UnauthorizedAccessException => new Problem(StatusCodes.Status500InternalServerError, "fault", e.Message),
        _ => Unexpected(e),
    };

    private static Problem Unexpected(Exception e)
    {
        Output.Tell($"Error: {e}\nThis is a fault in sentinel; please report it.");
        return new Problem(StatusCodes.Status500InternalServerError, "fault", "this is a fault in sentinel; what it is was told where 'sentinel web' or 'serve' runs");
    }

    private Task Checked(HttpContext context, bool changes, Func<Call, Task> answer) =>
        _guard.WhyNot(context, changes, isSecret: context.Request.Query.ContainsKey("reveal")) is { } problem
        ? Call.Fail(context, problem)
        : answer(new Call(context, _parts));

    private async Task Login(HttpContext context)
    {
        var body = await new Call(context, _parts).Body();
        if (body.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String && _credentials.CookieFor(code.GetString()!) is { } cookie)
        {
            context.Response.Cookies.Append(_guard.CookieName, cookie, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Path = "/",
                MaxAge = Credentials.CookieTime,
                IsEssential = true,
            });
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await Call.Fail(context, new Problem(
                StatusCodes.Status401Unauthorized, "not-let-in", "this address was used already, or is older than a minute", "'sentinel web' prints a new one"));
        }
    }
}
