using Sentinel.Core.Host;

namespace Sentinel.Core.Store;

/// <summary>The time in which one writer, and no other, changes the state.</summary>
public sealed class StateTransaction : IDisposable
{
    private readonly SentinelHome _home;
    private readonly IStateFiles _files;
    private readonly IDisposable? _turn;
    private readonly HeldState? _held;
    private State _written;
    private bool _isDurable = true;

    /// <param name="turn">Given back at the end; null when it is not the transaction's to give.</param>
    /// <param name="held">Where every turn is the daemon's: what it has in memory.</param>
    internal StateTransaction(SentinelHome home, IStateFiles files, State state, IDisposable? turn, HeldState? held)
    {
        (_home, _files, _turn, _held) = (home, files, turn, held);
        State = _written = state;
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

    public void Dispose() => _turn?.Dispose();

    private void Write(bool durable)
    {
        if (ReferenceEquals(State, _written) && (_isDurable || !durable))
            return;
        var trimmed = State.Trimmed();
        try
        {
            _files.Replace(_home.State, _home.PreviousState, StateDocument.Write(trimmed), durable);
            _held?.WasSaved();
        }
        catch (Exception e) when (_held is not null && durable && e is IOException or UnauthorizedAccessException)
        {
            // What has happened has happened: the daemon goes on with it, and tries to write it down again.
            _held.CouldNotSave(e);
        }

        State = _written = trimmed;
        _isDurable = durable;
        _held?.Became(trimmed);
    }
}
