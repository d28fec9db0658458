using Sentinel.Api;

namespace Sentinel.Core.Store;

/// <summary>Reads events by their numbers, without a lock, while others may record them.</summary>
public sealed class EventReader(StateStore store)
{
    // What is read of the log at once.
    private const int PageBytes = 64 * 1024;

    /// <summary>The number of the last event.</summary>
    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    public long Last => Math.Max(store.Read().LastEvent, store.Log.LastNumber());

    /// <summary>
    /// What comes next for somebody who has heard of all events up to a number: a page at a time, empty if there is nothing yet.
    /// </summary>
    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public IReadOnlyList<Notice> After(long number)
    {
        // First: whatever this state names is in the log by then, or in the state.
        var state = store.Read();
        var logged = store.Log.After(number, PageBytes);
        List<Notice> notices = [.. Notice.Of(logged.Count > 0 ? logged : state.PendingEvents, number)];
        return notices.Count == 0 && state.LastEvent > number ? [new Notice.Gap(number, state.LastEvent + 1)] : notices;
    }

    /// <summary>All that comes next, up to now.</summary>
    /// <inheritdoc cref="After"/>
    public IEnumerable<Notice> AllAfter(long number)
    {
        while (After(number) is { Count: > 0 } page)
        {
            foreach (var notice in page)
                yield return notice;
            number = page[^1].UpTo;
        }
    }
}
