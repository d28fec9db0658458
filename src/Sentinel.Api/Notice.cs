using Sentinel.Model;

namespace Sentinel.Api;

/// <summary>What somebody who has heard of all events up to a number hears next.</summary>
public abstract record Notice
{
    private Notice()
    {
    }

    /// <summary>The number from which to go on after this.</summary>
    public abstract long UpTo { get; }

    /// <param name="Event">It has a number.</param>
    public sealed record Happened(Event Event) : Notice
    {
        public override long UpTo => Event.Number ?? 0;
    }

    /// <summary>Events that are not kept any more.</summary>
    /// <param name="After">The number of the event before them.</param>
    /// <param name="Next">The number of the event after them, which may not have happened yet.</param>
    public sealed record Gap(long After, long Next) : Notice
    {
        public override long UpTo => Next - 1;
    }

    /// <summary>What to tell, in the order of their numbers, of events that were read; none twice, and what is missing as a gap.</summary>
    /// <param name="after">The number up to which everything has been told.</param>
    public static IEnumerable<Notice> Of(IEnumerable<Event> events, long after)
    {
        foreach (var happened in events)
        {
            if (happened.Number is not { } number || number <= after)
                continue;
            if (number > after + 1)
                yield return new Gap(after, number);
            yield return new Happened(happened);
            after = number;
        }
    }
}
