using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>A home that is served over HTTP, and a client of it.</summary>
internal sealed class Served : IDisposable
{
    private readonly SentinelHome _home;
    private readonly string _socket;

    private Served(SentinelHome home, Command command)
    {
        (_home, Command) = (home, command);
        _socket = Path.Combine(home.Root, "http.sock");
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, ConnectCallback = (_, gone) => Connect(gone) }) { Timeout = TimeSpan.FromMinutes(2) };
    }

    public Command Command { get; }

    /// <summary>By the socket in the file system.</summary>
    public HttpClient Client { get; }

    public string Socket => _socket;

    /// <summary>Where it listens on the network.</summary>
    public Uri Url { get; private set; } = new("http://localhost/");

    /// <summary>What lets a browser in, once.</summary>
    public string Code => Command.Stdout.Split('\n').First(line => line.Contains("/#")).Split('#')[1];

    public string Token => File.ReadAllText(Path.Combine(_home.Folder, "api-token"));

    public string ReadOnlyToken => File.ReadAllText(Path.Combine(_home.Folder, "api-token.read-only"));

    /// <summary>By <c>serve</c>, with a socket and a port.</summary>
    public static Task<Served> By(SentinelHome home, params string[] options) =>
        Begin(home, ["serve", "--socket", Path.Combine(home.Root, "http.sock"), "--listen", "0", .. options]);

    /// <summary>By <c>web</c>, with a port.</summary>
    public static Task<Served> Web(SentinelHome home, params string[] options) => Begin(home, ["web", "--listen", "0", .. options]);

    private static async Task<Served> Begin(SentinelHome home, string[] command)
    {
        var served = new Served(home, home.Begin(command));
        await served.Command.Prints("http://127.0.0.1:");
        served.Url = new Uri(served.Command.Stdout.Split('\n').First(line => line.Contains("127.0.0.1:")).Split(' ')[0].Split('#')[0]);
        return served;
    }

    public async Task<Reply> Get(string path) => await Reply.Of(await Client.GetAsync($"http://s/v1/{path}"));

    public Task<Reply> Post(string path, string body = "{}") => Send(HttpMethod.Post, path, body);

    public async Task<Reply> Send(HttpMethod method, string path, string body) => await Reply.Of(await Client.SendAsync(
        new HttpRequestMessage(method, $"http://s/v1/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") }));

    /// <summary>Over the network, with headers as they are given and no others.</summary>
    public async Task<Reply> Ask(string path, HttpMethod? method = null, string? body = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Url, path));
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue(type));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Reply.Of(await client.SendAsync(request));
    }

    /// <summary>Events of a stream, until there are so many, or the server hangs up.</summary>
    public async Task<List<(string Kind, string Id, JsonNode Data)>> Stream(string path, int count, string? lastId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://s/v1/{path}");
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (events, kind, id) = (new List<(string, string, JsonNode)>(), "", "");
        while (events.Count < count && await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                kind = line["event: ".Length..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line["id: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                events.Add((kind, id, JsonNode.Parse(line["data: ".Length..])!));
        return events;
    }

    /// <summary>A connection on which anything can be said.</summary>
    public async Task<Socket> Raw()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Url.Host, Url.Port);
        return socket;
    }

    public void Dispose()
    {
        Client.Dispose();
        // Whatever was broken off is told there.
        TestContext.Current.TestOutputHelper?.WriteLine(Command.Stderr);
    }

    private async ValueTask<Stream> Connect(CancellationToken gone)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), gone);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

/// <summary>What a server answered.</summary>
internal sealed record Reply(int Status, string Text, HttpResponseMessage Message)
{
    public static async Task<Reply> Of(HttpResponseMessage message) => new((int)message.StatusCode, await message.Content.ReadAsStringAsync(), message);

    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The word for programs of a failure.</summary>
    public string? Code => (string?)Json["code"];

    public Reply Ok()
    {
        Assert.True(Status is >= 200 and < 300, $"{Status}: {Text}");
        return this;
    }

    public Reply Is(int status, string code)
    {
        Assert.True(Status == status && Code == code, $"{Status}, not {status} {code}: {Text}");
        Assert.Equal("application/problem+json", Message.Content.Headers.ContentType?.MediaType);
        return this;
    }
}
