using Sentinel.Core.Logs;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Store;

/// <summary>The time in which exactly one writer changes the state.</summary>
public sealed class StateTransaction : IDisposable
{
    private readonly StateStore _store;
    private readonly TimeProvider _time;
    private readonly IDisposable? _turn;
    private readonly HeldState? _held;
    private readonly List<Event> _happened = [];
    private State _saved;
    private State _noted;
    private bool _isDurable;

    /// <param name="turn">Given back at the end; null if the transaction must not give it back.</param>
    /// <param name="held">The state in the daemon's memory, if every turn is the daemon's.</param>
    internal StateTransaction(StateStore store, TimeProvider time, State state, IDisposable? turn, HeldState? held)
    {
        (_store, _time, _turn, _held) = (store, time, turn, held);
        State = _saved = _noted = state;
        // A command that was killed while it was starting something had saved that only for now.
        _isDurable = !state.Processes.Values.Any(process => process.State is RunState.Starting);
    }

    /// <summary>The state as it will be; none of it is kept until it is saved.</summary>
    public State State { get; set; }

    /// <summary>Survives a loss of power once this returns. A daemon goes on even if it cannot be written: what has happened has happened.</summary>
    public void Save() => Write(durable: true, mustBeWritten: false);

    /// <summary>The same for what has not happened yet: not even a daemon goes on if it cannot be written.</summary>
    public void SaveOrFail() => Write(durable: true, mustBeWritten: true);

    /// <summary>
    /// Survives the end of this process, but perhaps not a loss of power: enough if that would also end everything that the
    /// change is about.
    /// </summary>
    /// <param name="mustBeWritten">Whether not even a daemon goes on if it cannot be written.</param>
    public void SaveForNow(bool mustBeWritten = true) => Write(durable: false, mustBeWritten);

    /// <summary>
    /// Notes the changes up to now as events that happened up to now, with the logs as long as they are now; the events are
    /// written when this is saved.
    /// </summary>
    public void Note()
    {
        _happened.AddRange(HappenedSinceNoted());
        _noted = State;
    }

    /// <summary>Adds what happened and no change of the state tells.</summary>
    public void Tell(IEnumerable<Event> happened) => _happened.AddRange(happened);

    public void Dispose() => _turn?.Dispose();

    private void Write(bool durable, bool mustBeWritten)
    {
        if (ReferenceEquals(State, _saved) && _happened.Count == 0 && (_isDurable || !durable))
            return;
        // The replaced file is the copy to fall back on, which must not be lost together with its successor.
        durable |= !_isDurable;
        var isNews = !ReferenceEquals(State, _saved);
        var trimmed = _store.Checks.In(State).Trimmed();
        // A client may ask the daemon for anything, and an invalid state, once written, could not be read.
        if (trimmed.Contradiction() is { } contradiction)
            throw new StateException($"the change is invalid, and nothing was changed: {contradiction}");
        List<Event> happened = [.. _happened, .. HappenedSinceNoted()];
        State written;
        try
        {
            written = _store.Replace(trimmed, happened, durable);
            _held?.WasSaved();
        }
        catch (Exception e) when (_held is not null && !mustBeWritten && e is IOException or UnauthorizedAccessException)
        {
            // What has happened has happened: the daemon goes on with it and tries again to write it.
            _held.CouldNotSave(e);
            written = _store.NotSaved(trimmed, happened);
        }

        _happened.Clear();
        _store.Checks.Clear();
        State = _saved = _noted = written;
        _isDurable = durable;
        _held?.Became(written, isNews);
        _store.Saved?.Invoke(written);
    }

    private IEnumerable<Event> HappenedSinceNoted() =>
        Changes.Between(_noted, State, _time.GetUtcNow(), record => LogEnd.Of(record, _store.Home, _store.Files));
}
