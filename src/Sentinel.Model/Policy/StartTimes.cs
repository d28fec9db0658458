namespace Sentinel.Model.Policy;

/// <summary>How long starts took until the process was ready, as a histogram.</summary>
/// <param name="Counts">How many starts took no longer than each bound, and longer than the one before; the last: than any.</param>
/// <param name="Milliseconds">All of them together.</param>
public sealed record StartTimes(Counts<int> Counts, long Milliseconds)
{
    public static readonly StartTimes None = new(Counts<int>.None, 0);

    /// <summary>The upper bounds of the buckets, in seconds; one more bucket has none.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.1, 0.5, 1, 5, 15, 60, 300];

    /// <summary>The same after one more start.</summary>
    public StartTimes After(TimeSpan time)
    {
        // The clock may have been set back.
        var milliseconds = Math.Max(0, (long)time.TotalMilliseconds);
        return new StartTimes(Counts.With(Bounds.TakeWhile(bound => milliseconds > 1000 * bound).Count()), Math.Min(Counts<int>.Most, Milliseconds + milliseconds));
    }
}
