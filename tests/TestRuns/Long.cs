namespace Sentinel.TestRuns;

/// <summary>Whether all is tried that is worth its time (SENTINEL_LONG=1), or as much of it as takes seconds.</summary>
internal static class Long
{
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("SENTINEL_LONG") is { Length: > 0 } and not "0";

    /// <summary>How often to try something.</summary>
    public static int Times(int wholly, int otherwise) => IsAsked ? wholly : otherwise;
}
