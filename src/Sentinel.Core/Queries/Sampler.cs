namespace Sentinel.Core.Queries;

/// <summary>
/// Keeps the CPU time that was used when somebody last looked: the next look gives the share since then, without a wait.
/// </summary>
public sealed class Sampler(TimeProvider time)
{
    /// <summary>How far apart two looks are to be: CPU clocks of other processes advance by scheduler ticks (1 to 10 ms).</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    // Closer than that, the ticks would show.
    private static readonly TimeSpan Shortest = Window / 2;

    // A share is to be of lately.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Sampled, Sample> _samples = [];

    /// <summary>How many samples are kept.</summary>
    public int Count => _samples.Count;

    /// <summary>Notes a look, and gives the share of one CPU since the one before; null: nobody looked lately.</summary>
    /// <param name="what">The same run of a process or group each time.</param>
    /// <param name="used">The CPU time that it has used so far.</param>
    /// <param name="at">The timestamp of the look.</param>
    public double? Share(Sampled what, TimeSpan used, long at)
    {
        double? share = null;
        if (_samples.TryGetValue(what, out var last))
        {
            var age = time.GetElapsedTime(last.At, at);
            if (age < Shortest)
                return last.Share;
            if (age <= Longest && used >= last.Used)
                share = (used - last.Used) / age;
        }

        _samples[what] = new Sample(at, used, share);
        return share;
    }

    /// <summary>Drops samples that no look has renewed lately.</summary>
    public void DropOld()
    {
        foreach (var (what, sample) in _samples)
            if (time.GetElapsedTime(sample.At) > Longest)
                _samples.Remove(what);
    }

    private readonly record struct Sample(long At, TimeSpan Used, double? Share);
}

/// <summary>What uses CPU time: a process, by its pid, or the group of a tree, by the id of its record.</summary>
/// <param name="StartTicks">When the process, or the oldest of the tree, started: what comes later may have the same number.</param>
public readonly record struct Sampled(bool IsGroup, int Number, long StartTicks);
