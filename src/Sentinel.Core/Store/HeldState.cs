namespace Sentinel.Core.Store;

/// <summary>The state in the memory of the daemon, whose every turn to write it is.</summary>
/// <param name="changed">Told of each new state.</param>
/// <param name="warn">Told, in a sentence, what the user should know.</param>
internal sealed class HeldState(State state, IDisposable turn, Action<State> changed, Action<string> warn) : IDisposable
{
    public State State { get; private set; } = state;

    /// <summary>Whether the file is behind, because it could not be written.</summary>
    public bool IsUnsaved { get; private set; }

    public void Became(State state)
    {
        State = state;
        changed(state);
    }

    public void CouldNotSave(Exception why)
    {
        IsUnsaved = true;
        warn($"the state cannot be saved, it is kept in memory for now: {why.Message}");
    }

    public void WasSaved() => IsUnsaved = false;

    public void Dispose() => turn.Dispose();
}
