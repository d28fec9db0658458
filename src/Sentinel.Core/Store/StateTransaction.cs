using Sentinel.Core.Host;
using Sentinel.Core.Policy;

namespace Sentinel.Core.Store;

/// <summary>The time in which one writer, and no other, changes the state.</summary>
public sealed class StateTransaction : IDisposable
{
    private readonly SentinelHome _home;
    private readonly IStateFiles _files;
    private readonly IDisposable _turn;
    private State _saved;
    private bool _isDurable;

    internal StateTransaction(SentinelHome home, IStateFiles files, IDisposable turn, State state)
    {
        (_home, _files, _turn) = (home, files, turn);
        State = _saved = state;
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

    public void Dispose() => _turn.Dispose();

    private void Write(bool durable)
    {
        if (ReferenceEquals(State, _saved) && (_isDurable || !durable))
            return;
        // What is replaced is the copy to fall back on, which must not be lost together with its successor.
        durable |= !_isDurable;
        var trimmed = State.Trimmed();
        _files.Replace(_home.State, _home.PreviousState, StateDocument.Write(trimmed), durable);
        State = _saved = trimmed;
        _isDurable = durable;
    }
}
