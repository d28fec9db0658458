using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sentinel.EndToEnd;

/// <summary>Clients of the actor that serves at a socket: one new connection after another, until disposal.</summary>
internal sealed class Clients : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly EndPoint _server;
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<int, int> _answers = [];
    private readonly Task _all;

    public Clients(string port, int number = 2)
    {
        _server = new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        _all = Task.WhenAll(Enumerable.Range(0, number).Select(_ => Ask()));
    }

    /// <summary>What was refused, cut off or not answered.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Which processes have answered.</summary>
    public IReadOnlyCollection<int> Servers => [.. _answers.Keys];

    /// <summary>Until a process has answered, and all that was asked before has been.</summary>
    public Task AnsweredBy(int pid) => Wait.Until(() => _answers.ContainsKey(pid), $"{pid} answers");

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _all;
        _over.Dispose();
    }

    /// <summary>One question.</summary>
    /// <returns>The pid of the process that has answered.</returns>
    public static async Task<int> Ask(EndPoint server)
    {
        using var client = new Socket(server.AddressFamily, SocketType.Stream, server.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await client.ConnectAsync(server);
        await client.SendAsync("?"u8.ToArray());
        var answer = new byte[32];
        var length = await client.ReceiveAsync(answer);
        return int.Parse(Encoding.ASCII.GetString(answer, 0, length), CultureInfo.InvariantCulture);
    }

    private async Task Ask()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                _answers.AddOrUpdate(await Ask(_server), 1, (_, before) => before + 1);
            }
            catch (Exception e) when (e is SocketException or FormatException)
            {
                _failures.Enqueue(e.Message);
            }

            await Task.Delay(Pause);
        }
    }
}
