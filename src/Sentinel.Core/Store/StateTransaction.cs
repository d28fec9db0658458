using Sentinel.Core.Logs;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Store;

/// <summary>The time in which one writer, and no other, changes the state.</summary>
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

    /// <param name="turn">Given back at the end; null when it is not the transaction's to give.</param>
    /// <param name="held">Where every turn is the daemon's: what it has in memory.</param>
    internal StateTransaction(StateStore store, TimeProvider time, State state, IDisposable? turn, HeldState? held)
    {
        (_store, _time, _turn, _held) = (store, time, turn, held);
        State = _saved = _noted = state;
        // A command that was killed while it started something had saved that for now.
        _isDurable = !state.Processes.Values.Any(process => process.State is RunState.Starting);
    }

    /// <summary>The state as it is to become; nothing of it is kept before it is saved.</summary>
    public State State { get; set; }

    /// <summary>Survives a loss of power once this returns.</summary>
    public void Save() => Write(durable: true);

    /// <summary>
    /// Survives the end of this process, but perhaps not a loss of power: enough where that would also end all that the
    /// change speaks of.
    /// </summary>
    public void SaveForNow() => Write(durable: false);

    /// <summary>
    /// Remembers what has changed up to now as what happened up to now, with the logs as long as they are now; it is told when
    /// this is saved.
    /// </summary>
    public void Note()
    {
        _happened.AddRange(Changes.Between(_noted, State, _time.GetUtcNow(), record => LogHistory.EndsOf(record, _store.Home, _store.Files)));
        _noted = State;
    }

    public void Dispose() => _turn?.Dispose();

    private void Write(bool durable)
    {
        if (ReferenceEquals(State, _saved) && (_isDurable || !durable))
            return;
        // What is replaced is the copy to fall back on, which must not be lost together with its successor.
        durable |= !_isDurable;
        var trimmed = State.Trimmed();
        // Who asks the daemon may ask for anything; once written, nobody could read it.
        if (trimmed.Contradiction() is { } contradiction)
            throw new StateException($"that cannot be, and nothing was changed: {contradiction}");
        try
        {
            _store.Replace(trimmed, durable);
            _held?.WasSaved();
        }
        catch (Exception e) when (_held is not null && durable && e is IOException or UnauthorizedAccessException)
        {
            // What has happened has happened: the daemon goes on with it, and tries to write it down again.
            _held.CouldNotSave(e);
        }

        Note();
        _store.Events.Append(_happened);
        _happened.Clear();
        State = _saved = _noted = trimmed;
        _isDurable = durable;
        _held?.Became(trimmed);
        _store.Saved?.Invoke(trimmed);
    }
}
