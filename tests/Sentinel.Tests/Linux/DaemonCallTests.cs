using System.Net.Sockets;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Linux.Sockets;
using Sentinel.Model;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

/// <summary>A call on a loop, to a daemon that a test plays.</summary>
public sealed class DaemonCallTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Looping _looping = new();
    private readonly SentinelHome _home;
    private readonly List<Message?> _heard = [];
    private readonly TaskCompletionSource<bool> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DaemonCallTests() => _home = new SentinelHome(_folder.Path);

    public void Dispose()
    {
        _looping.Dispose();
        _folder.Dispose();
        Assert.Empty(_looping.Failures);
    }

    [Fact]
    public void Where_no_daemon_runs_there_is_no_call() => Assert.Null(Call(new Message.Hello()));

    [Fact]
    public void What_comes_in_pieces_or_at_once_is_heard_message_by_message()
    {
        using var daemon = Listen();
        using var call = Call(new Message.Subscribe(7));
        using var client = daemon.Accept();

        Assert.Equal(new Message.Subscribe(7), RawClient.Receive(client));
        byte[] sent = [.. Protocol.Write(new Message.Working()), .. Protocol.Write(Told(8)), .. Protocol.Write(Told(new string('x', 200_000), 9)), .. Protocol.Write(Told(10))];
        for (var at = 0; at < sent.Length;)
        {
            var length = Math.Min(at < 100 ? 1 : 60_000, sent.Length - at);
            client.Send(sent.AsSpan(at, length));
            at += length;
        }

        client.Close();
        Looping.Get(_over.Task);
        Assert.Equal([null, 8, 9, 10, null], _heard.Select(message => (message as Message.Told)?.Notice.UpTo));
        Assert.False(call!.IsSilent);
    }

    [Fact]
    public void What_cannot_be_understood_is_refused()
    {
        using var daemon = Listen();
        using var call = Call(new Message.Hello());
        using var client = daemon.Accept();
        client.Send([2, 0, 0, 0, (byte)'{', (byte)'}']);
        client.Close();

        Looping.Get(_over.Task);
        Assert.Equal(FailureCode.NotUnderstood, Assert.IsType<Message.Refused>(_heard[0]).Code);
    }

    [Fact]
    public void A_frame_that_no_message_has_ends_it()
    {
        using var daemon = Listen();
        using var call = Call(new Message.Hello());
        using var client = daemon.Accept();
        client.Send([0xff, 0xff, 0xff, 0xff]);

        Looping.Get(_over.Task);
        Assert.Null(Assert.Single(_heard));
    }

    [Fact]
    public void A_daemon_that_says_nothing_is_given_up()
    {
        using var daemon = Listen();
        using var call = Call(new Message.Hello());
        using var client = daemon.Accept();

        Looping.Get(_over.Task);
        Assert.Null(Assert.Single(_heard));
        Assert.True(call!.IsSilent);
    }

    [Fact]
    public void Nothing_is_heard_after_it_was_disposed_of()
    {
        using var daemon = Listen();
        DaemonCall? call = null;
        call = _looping.On(() => DaemonCall.Begin(_looping.Loop, _home, new Message.Hello(), message =>
        {
            _heard.Add(message);
            call!.Dispose();
            _over.SetResult(true);
        }));
        using var client = daemon.Accept();
        client.Send([.. Protocol.Write(new Message.Working()), .. Protocol.Write(new Message.Working())]);

        Looping.Get(_over.Task);
        _looping.AfterThis(() => true);
        Assert.Single(_heard);
    }

    private Socket Listen()
    {
        var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(_home.Socket));
        daemon.Listen();
        return daemon;
    }

    private DaemonCall? Call(Message said) => _looping.On(() => DaemonCall.Begin(_looping.Loop, _home, said, message =>
    {
        _heard.Add(message);
        if (message is null)
            _over.SetResult(true);
    }));

    private static Message.Told Told(long number) => Told("p", number);

    private static Message.Told Told(string name, long number) => new(new Notice.Happened(new Event.Ready(DateTimeOffset.UnixEpoch, 1, name) { Number = number }));
}
