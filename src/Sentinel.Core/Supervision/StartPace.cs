namespace Sentinel.Core.Supervision;

/// <summary>
/// How many processes are started before others get their turn: at least <see cref="Fewest"/>, and then as many as a turn has time for.
/// </summary>
internal sealed class StartPace
{
    private const int Fewest = 20;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    // A turn also looks at the machine and writes the state, which costs more the more processes there are. The starts take longer
    // than that, or starting very many would be mostly overhead.
    private const int StartsToLook = 4;

    public int Count { get; private set; } = Fewest;

    /// <param name="took">How long the last turn took.</param>
    /// <param name="looked">How much of that went into looking.</param>
    public void Adapt(TimeSpan took, TimeSpan looked) =>
        Count = took < Turn + (StartsToLook * looked) ? Count * 2 : Math.Max(Fewest, Count / 2);
}
