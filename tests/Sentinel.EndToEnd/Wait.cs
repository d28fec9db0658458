using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>For what happens elsewhere: until it is so, with a deadline that only a failure meets.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static Task Until(Func<bool> condition, string what) => Until(condition, () => what);

    public static Task Until(Func<bool> condition, Func<string> what) => Until(() => Task.FromResult(condition()), what);

    public static async Task Until(Func<Task<bool>> condition, Func<string> what)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > Deadline)
                throw new TimeoutException($"Still not so after {Deadline.TotalSeconds} s: {what()}");
            await Task.Delay(5);
        }
    }
}
