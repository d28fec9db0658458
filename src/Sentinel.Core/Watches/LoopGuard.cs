using Sentinel.Model.Policy;

namespace Sentinel.Core.Watches;

/// <summary>Notices that a process changes, at each start, a file that it is restarted for.</summary>
/// <param name="Count">How many changes in a row came right after what the one before caused.</param>
/// <param name="Files">Those that changed each time.</param>
internal sealed record LoopGuard(int Count, IReadOnlyList<string> Files)
{
    public static readonly LoopGuard None = new(0, []);

    /// <summary>A change that comes within this time after a start may be the work of that start.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>A file of a loop; null: there is none.</summary>
    public string? Culprit => Count >= WatchTrouble.Most ? Files[0] : null;

    /// <param name="changed">In order.</param>
    /// <param name="since">How long before the first of them that began which the last change caused; null: something else began since, or nothing.</param>
    public LoopGuard After(IReadOnlyList<string> changed, TimeSpan? since)
    {
        if (since is not { } time || time > Soon)
            return new LoopGuard(0, changed);
        IReadOnlyList<string> same = Files.Count == 0 ? changed : [.. changed.Intersect(Files)];
        return same.Count > 0 ? new LoopGuard(Count + 1, same) : new LoopGuard(1, changed);
    }
}
