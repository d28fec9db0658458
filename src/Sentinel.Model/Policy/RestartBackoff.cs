namespace Sentinel.Model.Policy;

/// <summary>
/// How long to wait before a process is started again: as long as it was told or, without that, not at all after a stable run or the
/// first short one, then 0.5 s, 1 s, 2 s and so on up to 30 s, each give or take 20%.
/// </summary>
public static class RestartBackoff
{
    /// <summary>A run that lived this long is no longer part of a restart loop.</summary>
    public static readonly TimeSpan StableRun = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);

    public static TimeSpan Delay(ProcessRecord record)
    {
        if (record.Spec.RestartDelay is { } told)
            return told;
        if (record.ShortRuns <= 1)
            return TimeSpan.Zero;
        var grown = First * Math.Pow(2, Math.Min(record.ShortRuns - 2, 10));
        var delay = (grown < Longest ? grown : Longest) * (0.8 + 0.4 * Jitter(record));
        return delay < Longest ? delay : Longest;
    }

    // From 0 to 1, and spread over processes and restarts: random enough that two processes that fell together do not rise
    // together, yet the same for the same input.
    private static double Jitter(ProcessRecord record)
    {
        var mixed = (uint)record.Id * 2654435761u ^ (uint)record.Restarts * 2246822519u;
        mixed = (mixed ^ (mixed >> 15)) * 2246822519u;
        return (mixed ^ (mixed >> 13)) / (double)uint.MaxValue;
    }
}
