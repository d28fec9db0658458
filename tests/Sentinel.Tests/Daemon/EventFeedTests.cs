using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;
using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Tests.Store;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

public sealed class EventFeedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SentinelHome _home;
    private readonly StateStore _store;
    private readonly EventFeed _feed;
    private int _calls;

    public EventFeedTests()
    {
        _home = new SentinelHome(_folder.Path);
        _store = new StateStore(_home, new QuickFiles(), new Clock(), Assert.Fail);
        Assert.True(_store.TryHold(_ => { }));
        _feed = new EventFeed(_store);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_subscriber_hears_what_has_happened_since_and_then_what_happens()
    {
        Tell(3);
        using var subscription = Subscribe(after: 1);
        Assert.Equal([2, 3], Heard(subscription));
        Assert.Equal(0, _calls);

        Tell(2);

        Assert.InRange(_calls, 1, 2);
        Assert.Equal([4, 5], Heard(subscription));
    }

    [Fact]
    public void What_happens_before_the_past_is_read_is_heard_after_it_and_once()
    {
        Tell(1);
        using var subscription = Subscribe(after: 0);
        Tell(1);
        Assert.Equal([1, 2], Heard(subscription));
    }

    [Fact]
    public void A_slow_subscriber_hears_all_that_is_kept_when_it_reads()
    {
        using var subscription = Subscribe(after: 0);
        Assert.Empty(Heard(subscription));
        for (var i = 0; i < 50; i++)
            Tell(100);

        Assert.Equal(Enumerable.Range(1, 5_000).Select(number => (long)number), Heard(subscription));
        Tell(1);
        Assert.Equal([5_001], Heard(subscription));
    }

    [Fact]
    public void For_a_slow_subscriber_little_is_kept_and_what_is_gone_by_then_is_told_as_one_gap_with_the_number_to_go_on_from()
    {
        using var subscription = Subscribe(after: 0);
        Assert.Empty(Heard(subscription));
        for (var i = 0; i < 50; i++)
            Tell(100);
        File.Delete(_home.Events);
        Tell(3);

        var notices = Notices(subscription).ToList();

        var gap = Assert.Single(notices.OfType<Notice.Gap>());
        var queued = notices.IndexOf(gap);
        Assert.InRange(queued, 1, 1024);
        Assert.Equal(new Notice.Gap(queued, 5_001), gap);
        Assert.Equal([5_001, 5_002, 5_003], notices.Skip(queued + 1).Select(notice => notice.UpTo));
    }

    [Fact]
    public void Long_events_fill_the_queue_sooner()
    {
        using var subscription = Subscribe(after: 0);
        Assert.Empty(Heard(subscription));
        for (var i = 0; i < 20; i++)
            _store.Tell(new Event.DaemonUp(Clock.Start, i, new string('x', 50_000)));
        File.Delete(_home.Events);
        Tell(1);

        Assert.InRange(Notices(subscription).TakeWhile(notice => notice is Notice.Happened).Count(), 1, 5);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(long.MaxValue)]
    public void A_number_that_no_event_has_yet_is_refused(long after)
    {
        Tell(3);
        Assert.Null(_feed.Subscribe(after, () => { }, out var why));
        Assert.Equal($"no event has the number {after}: the last is 3", why);
    }

    [Fact]
    public void There_are_only_so_many_subscribers_and_one_that_ends_makes_room()
    {
        var first = Subscribe(after: 0);
        for (var i = 1; i < EventFeed.MostSubscribers; i++)
            Subscribe(after: 0);

        Assert.Null(_feed.Subscribe(0, () => { }, out var why));
        Assert.Equal("the daemon has 32 subscribers already; end one of them and try again", why);

        first.Dispose();
        first.Dispose();
        Subscribe(after: 0);
        Assert.Equal(EventFeed.MostSubscribers, _feed.Subscribers);
    }

    private Subscription Subscribe(long after) => _feed.Subscribe(after, () => _calls++, out _)!;

    private static List<long> Heard(Subscription subscription) => [.. Notices(subscription).Select(notice => Assert.IsType<Notice.Happened>(notice).UpTo)];

    private static IEnumerable<Notice> Notices(Subscription subscription)
    {
        while (subscription.Next() is { } frame)
            yield return Assert.IsType<Message.Told>(Protocol.Read(frame.AsMemory(Protocol.HeaderBytes))).Notice;
    }

    private void Tell(int count) => _store.Tell([.. Enumerable.Range(1, count).Select(pid => new Event.DaemonDown(Clock.Start, pid))]);
}
