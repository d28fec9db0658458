using System.Net;
using System.Net.Sockets;

namespace Sentinel.EndToEnd;

/// <summary>Requests at a steady pace, each on a connection of its own, until the test has seen enough.</summary>
internal sealed class SteadyRequests : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false });
    private readonly CancellationTokenSource _enough = new();
    private readonly Uri _url;
    private readonly Task _asking;
    private readonly List<string> _refused = [], _cut = [];
    private int _answered;

    public SteadyRequests(int port)
    {
        _url = new Uri($"http://127.0.0.1:{port}/");
        _asking = Ask();
    }

    /// <summary>Those that got no connection, or an answer other than 200.</summary>
    public IReadOnlyList<string> Refused => _refused;

    /// <summary>Those that were connected, and got no answer or half of one.</summary>
    public IReadOnlyList<string> Cut => _cut;

    /// <summary>Waits until some more that began after this call are answered.</summary>
    public async Task GoOn()
    {
        var before = Volatile.Read(ref _answered);
        await Wait.Until(() => Volatile.Read(ref _answered) >= before + 50, () => $"50 more are answered; {string.Join('\n', _refused.Concat(_cut).Take(3))}");
    }

    /// <summary>Asks no more, and waits for what is open.</summary>
    public async Task End()
    {
        await _enough.CancelAsync();
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        _client.Dispose();
        _enough.Dispose();
    }

    private async Task Ask()
    {
        var open = new List<Task>();
        while (!_enough.IsCancellationRequested)
        {
            open.RemoveAll(request => request.IsCompleted);
            open.Add(One());
            await Task.Delay(Pace);
        }

        await Task.WhenAll(open);
    }

    private async Task One()
    {
        try
        {
            using var answer = await _client.GetAsync(_url);
            if (answer.StatusCode == HttpStatusCode.OK)
                Interlocked.Increment(ref _answered);
            else
                Note(_refused, answer.StatusCode.ToString());
        }
        catch (HttpRequestException e)
        {
            Note(e.HttpRequestError == HttpRequestError.ConnectionError && e.InnerException is SocketException ? _refused : _cut, e.ToString());
        }
        catch (TaskCanceledException)
        {
            Note(_cut, "no answer came");
        }
    }

    private static void Note(List<string> list, string what)
    {
        lock (list)
            list.Add(what);
    }
}
