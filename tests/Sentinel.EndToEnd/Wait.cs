using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>For what happens elsewhere: until it is so, with a deadline that only a failure meets.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2), ShortestPause = TimeSpan.FromMilliseconds(5);

    public static Task Until(Func<bool> condition, string what) => Until(condition, () => what);

    public static Task Until(Func<bool> condition, Func<string> what) => Until(() => Task.FromResult(condition()), what);

    /// <param name="deadline">For what is meant to take long.</param>
    public static async Task Until(Func<Task<bool>> condition, Func<string> what, TimeSpan? deadline = null)
    {
        var longest = deadline ?? Deadline;
        var begun = Stopwatch.GetTimestamp();
        for (var asked = begun; !await condition(); asked = Stopwatch.GetTimestamp())
        {
            if (Stopwatch.GetElapsedTime(begun) > longest)
                throw new TimeoutException($"Still not so after {longest.TotalSeconds} s: {what()}");
            // Who asks by running a command leaves most of the time to what it waits for, and to other tests.
            await Task.Delay(ShortestPause + (3 * Stopwatch.GetElapsedTime(asked)));
        }
    }
}
