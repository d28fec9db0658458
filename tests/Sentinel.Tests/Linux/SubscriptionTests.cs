using System.Net.Sockets;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;
using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Linux.Sockets;
using Sentinel.Model;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class SubscriptionTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private readonly Looping _looping = new();
    private readonly SentinelHome _home;
    private StateStore _store = null!;
    private EventFeed _feed = null!;
    private RequestServer _server = null!;

    public SubscriptionTests()
    {
        _home = new SentinelHome(_folder.Path);
        BeginDaemon();
    }

    public void Dispose()
    {
        _looping.On(_server.Dispose);
        _looping.Dispose();
        _folder.Dispose();
        Assert.Empty(_looping.Failures);
    }

    [Fact]
    public void A_client_hears_what_has_happened_and_then_what_happens()
    {
        Tell(3);
        using var told = Client().Subscribe(1).GetEnumerator();
        Assert.Equal([2, 3], Next(told, 2));

        Tell(2);

        Assert.Equal([4, 5], Next(told, 2));
    }

    [Fact]
    public void While_nothing_happens_the_daemon_says_that_it_is_there()
    {
        Tell(1);
        using var socket = Subscribe(after: 1);
        Assert.Equal(new Message.Working(), RawClient.Receive(socket));
        Assert.Equal(new Message.Working(), RawClient.Receive(socket));

        Tell(1);
        Assert.Equal(2, Assert.IsType<Message.Told>(RawClient.Receive(socket)).Notice.UpTo);
    }

    [Fact]
    public void A_client_goes_on_with_the_next_daemon_from_the_number_that_came_last()
    {
        Tell(2);
        using (var told = Client().Subscribe(0).GetEnumerator())
        {
            Assert.Equal([1, 2], Next(told, 2));
            _looping.On(_server.Dispose);
            Assert.False(told.MoveNext());
        }

        BeginDaemon();
        Tell(1);

        using var next = Client().Subscribe(2).GetEnumerator();
        Assert.Equal([3], Next(next, 1));
    }

    [Fact]
    public void One_who_does_not_read_keeps_nobody_waiting_and_hears_all_later()
    {
        using var slow = Subscribe(after: 0);
        using var quick = Client().Subscribe(0).GetEnumerator();
        for (var i = 0; i < 60; i++)
            Tell(100);

        Assert.Equal(Enumerable.Range(1, 6_000).Select(number => (long)number), Next(quick, 6_000));
        for (var number = 1; number <= 6_000;)
            if (RawClient.Receive(slow) is Message.Told { Notice: var notice })
                Assert.Equal(number++, Assert.IsType<Notice.Happened>(notice).UpTo);
    }

    [Fact]
    public void One_who_hangs_up_leaves_nothing_behind_whether_it_reads_or_not()
    {
        var reading = Client().Subscribe(0).GetEnumerator();
        Tell(1);
        Assert.Equal([1], Next(reading, 1));
        var full = Subscribe(after: 0);
        for (var i = 0; i < 60; i++)
            Tell(100);
        Assert.Equal(2, _looping.AfterThis(() => _feed.Subscribers));

        reading.Dispose();
        full.Dispose();

        Assert.True(SpinWait.SpinUntil(() => _looping.On(() => _feed.Subscribers) == 0, Deadline));
    }

    [Fact]
    public void One_too_many_is_refused_and_the_others_are_not()
    {
        Tell(1);
        var clients = Enumerable.Range(0, EventFeed.MostSubscribers).Select(_ => Subscribe(after: 0)).ToList();
        Assert.All(clients, client => Assert.Equal(1, Assert.IsType<Message.Told>(RawClient.Receive(client)).Notice.UpTo));

        Assert.Contains("32 subscribers already", Assert.Throws<DaemonException>(() => Client().Subscribe(0).First()).Message);

        clients[0].Dispose();
        Assert.True(SpinWait.SpinUntil(() => _looping.On(() => _feed.Subscribers) < clients.Count, Deadline));
        Assert.Equal(1, Client().Subscribe(0).First().UpTo);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void A_number_that_no_event_has_yet_is_refused() =>
        Assert.Equal("no event has the number 7: the last is 0", Assert.Throws<DaemonException>(() => Client().Subscribe(7).First()).Message);

    [Fact]
    public void That_the_log_cannot_be_read_is_told()
    {
        Tell(1);
        File.Delete(_home.Events);
        Directory.CreateDirectory(_home.Events);

        Assert.Contains(_home.Events, Assert.Throws<DaemonException>(() => Client().Subscribe(0).First()).Message);
    }

    private void BeginDaemon() => _looping.On(() =>
    {
        _store = new StateStore(_home, new QuickFiles(), new Clock(), _ => { });
        Assert.True(_store.TryHold(_ => { }));
        _feed = new EventFeed(_store);
        _server = new RequestServer(_home.Socket, _looping.Loop, _ => throw new InvalidOperationException(), feed: _feed);
    });

    private DaemonClient Client() => DaemonClient.Find(_home, Assert.Fail)!;

    private void Tell(int count) =>
        _looping.On(() => _store.Tell([.. Enumerable.Range(1, count).Select(pid => new Event.DaemonDown(Clock.Start, pid))]));

    private static List<long> Next(IEnumerator<Notice> told, int count)
    {
        var numbers = new List<long>();
        while (numbers.Count < count && told.MoveNext())
            numbers.Add(Assert.IsType<Notice.Happened>(told.Current).UpTo);
        return numbers;
    }

    private Socket Subscribe(long after)
    {
        var socket = RawClient.Connect(_home, Deadline);
        socket.Send(Protocol.Write(new Message.Subscribe(after)));
        return socket;
    }
}
