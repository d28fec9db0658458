using Sentinel.Model;

namespace Sentinel.Core.Store;

/// <summary>
/// Gives events their numbers. An event is first saved as part of the state that it led to, and then carried over into the log:
/// if this process is killed in between, the next one whose turn it is carries over what is missing there.
/// </summary>
internal sealed class EventJournal(EventLog log)
{
    // Of the events that cannot be saved, or cannot be carried over, so many are kept; older ones leave a gap in the numbers.
    private const int MostKept = 256;

    // What happened since the state could last be saved: without numbers, since nobody has been told of them.
    private readonly List<Event> _unsaved = [];
    private long _forgotten;

    /// <summary>The number of the last event that was saved.</summary>
    public long Last { get; private set; }

    /// <summary>What was saved, but is not in the log yet.</summary>
    public IReadOnlyList<Event> Pending { get; private set; } = [];

    /// <summary>Raised with the events that have just been saved.</summary>
    public event Action<IReadOnlyList<Event>>? Recorded;

    /// <summary>Goes on where others ended.</summary>
    /// <param name="state">As it was read when our turn began.</param>
    public void GoOnFrom(State state)
    {
        // The log is ahead of a state that was put back, and of one that a loss of power took away.
        var logged = log.LastNumber();
        Last = state.PendingEvents.Select(happened => happened.Number ?? 0).Concat([Last, logged, state.LastEvent]).Max();
        Pending = NotIn(logged, state.PendingEvents);
        CarryOver();
    }

    /// <summary>The state as it is to be saved: with what happened since the last one was.</summary>
    public State Enter(State state, IReadOnlyCollection<Event> happened)
    {
        var number = Last + _forgotten;
        Event[] entered = [.. _unsaved, .. happened];
        for (var i = 0; i < entered.Length; i++)
            entered[i] = entered[i] with { Number = ++number };
        return state with { LastEvent = number, PendingEvents = [.. Pending.TakeLast(MostKept), .. entered] };
    }

    /// <summary>Carries over what was saved with a state.</summary>
    public void Saved(State state)
    {
        var recorded = NotIn(Last, state.PendingEvents);
        (Last, Pending) = (state.LastEvent, state.PendingEvents);
        _unsaved.Clear();
        _forgotten = 0;
        CarryOver();
        if (recorded.Count > 0)
            Recorded?.Invoke(recorded);
    }

    /// <summary>Keeps what happened until the state can be saved; nobody hears of it before that, as the next process would not know it.</summary>
    public void NotSaved(IReadOnlyCollection<Event> happened)
    {
        _unsaved.AddRange(happened);
        var excess = Math.Max(0, _unsaved.Count - MostKept);
        _unsaved.RemoveRange(0, excess);
        _forgotten += excess;
    }

    // What a full disk cut short may be in the log in part.
    private void CarryOver()
    {
        if (Pending.Count > 0)
            Pending = log.Append(Pending) ? [] : NotIn(log.LastNumber(), Pending);
    }

    private static List<Event> NotIn(long logged, IEnumerable<Event> events) => [.. events.Where(happened => happened.Number > logged)];
}
