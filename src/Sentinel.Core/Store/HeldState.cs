using Sentinel.Model;

namespace Sentinel.Core.Store;

/// <summary>The state in the memory of the daemon, for as long as every turn to write it is the daemon's.</summary>
/// <param name="changed">Called with each new state.</param>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
internal sealed class HeldState(State state, IDisposable turn, Action<State> changed, Action<string> warn) : IDisposable
{
    public State State { get; private set; } = state;

    /// <summary>Whether the file is behind, because it could not be written.</summary>
    public bool IsUnsaved => WhyUnsaved is not null;

    /// <summary>Why, in a sentence.</summary>
    public string? WhyUnsaved { get; private set; }

    /// <param name="isNews">Whether anything but the number of the last event is another.</param>
    public void Became(State state, bool isNews)
    {
        State = state;
        if (isNews)
            changed(state);
    }

    public void CouldNotSave(Exception why)
    {
        var sentence = $"the state cannot be saved; it is kept in memory for now: {why.Message}";
        // One restart is written twice.
        if (sentence != WhyUnsaved)
            warn(sentence);
        WhyUnsaved = sentence;
    }

    public void WasSaved() => WhyUnsaved = null;

    public void Dispose() => turn.Dispose();
}
