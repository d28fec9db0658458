using System.Globalization;

namespace Sentinel.EndToEnd;

/// <summary>Chance that can be had again: the seed is in the test's output, and SENTINEL_SEED sets it.</summary>
internal static class Seeded
{
    /// <summary>Whether all that could be tried is (SENTINEL_SWEEP=all), which takes many minutes, or as much as takes seconds.</summary>
    public static bool IsWhole => Environment.GetEnvironmentVariable("SENTINEL_SWEEP") == "all";

    public static Random Random()
    {
        var seed = Environment.GetEnvironmentVariable("SENTINEL_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : System.Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"SENTINEL_SEED={seed}");
        return new Random(seed);
    }
}
