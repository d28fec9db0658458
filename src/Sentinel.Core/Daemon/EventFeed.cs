using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Store;
using Sentinel.Model;

namespace Sentinel.Core.Daemon;

/// <summary>Hands events to those who subscribed, as they happen.</summary>
public sealed class EventFeed
{
    /// <summary>How many subscribers there can be.</summary>
    public const int MostSubscribers = 32;

    private readonly EventReader _events;
    private readonly List<Subscription> _subscriptions = [];

    public EventFeed(StateStore store)
    {
        _events = new EventReader(store);
        store.Recorded += Tell;
    }

    /// <summary>How many there are now.</summary>
    public int Subscribers => _subscriptions.Count;

    /// <summary>Null if there can be none.</summary>
    /// <param name="after">The number up to which the subscriber knows everything.</param>
    /// <param name="more">Called when there is something to take again.</param>
    /// <param name="whyNot">Why there is none, in a sentence.</param>
    public Subscription? Subscribe(long after, Action more, out string whyNot)
    {
        var last = _events.Last;
        whyNot = after < 0 || after > last ? $"no event has the number {after}: the last is {last}"
            : _subscriptions.Count == MostSubscribers
                ? $"the daemon has {MostSubscribers} subscribers already; end one of them and try again"
            : "";
        if (whyNot.Length > 0)
            return null;
        var subscription = new Subscription(_events, after, more, ended => _subscriptions.Remove(ended));
        _subscriptions.Add(subscription);
        return subscription;
    }

    private void Tell(IReadOnlyList<Event> events)
    {
        if (_subscriptions.Count == 0)
            return;
        // One frame for all who get it.
        List<(long Number, byte[] Frame)> frames =
            [.. events.Select(happened => (happened.Number!.Value, Protocol.Write(new Message.Told(new Notice.Happened(happened)))))];
        foreach (var subscription in _subscriptions)
            subscription.Tell(frames);
    }
}
