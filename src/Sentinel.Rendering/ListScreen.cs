using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>What <c>list --watch</c> shows at a time: a heading, and as many of the lines as the window has room for.</summary>
internal static class ListScreen
{
    // Above the processes of a table, and below them.
    private const int Above = 3, Below = 1;

    // That do not speak for themselves by being absent.
    private static readonly string[] Noted = ["starting", "stopping", "unhealthy", "backoff", "waiting", "crashed", "failed", "elsewhere"];

    /// <summary><c>12 processes, 7 running, 1 failed   11:04:33   q quits</c>.</summary>
    /// <param name="way">How to end it.</param>
    public static string Heading(IReadOnlyList<ProcessSummary> processes, DateTimeOffset now, string way, int width)
    {
        var end = $"   {now.ToLocalTime():HH:mm:ss}   {way}";
        return Text.Fit(Counts(processes), Math.Max(1, width - Text.Width(end))) + end;
    }

    /// <summary><c>12 processes, 7 running, 1 failed</c>.</summary>
    public static string Counts(IReadOnlyList<ProcessSummary> processes) => string.Join(", ", new[] { Text.Count(processes.Count, "process", "processes"), $"{processes.Count(IsIn("running"))} running" }
        .Concat(Noted.Select(word => (Word: word, Count: processes.Count(IsIn(word)))).Where(noted => noted.Count > 0).Select(noted => $"{noted.Count} {noted.Word}")));

    /// <param name="table">The lines of a table, one row for each process, or one line that says that there are none.</param>
    /// <param name="room">How many lines there is room for.</param>
    public static IReadOnlyList<string> Cut(IReadOnlyList<string> table, int room)
    {
        if (table.Count <= room)
            return table;
        var shown = Math.Max(0, room - 1);
        return [.. table.Take(shown), $"... {table.Count - Below - Math.Max(shown, Above)} more"];
    }

    private static Func<ProcessSummary, bool> IsIn(string word) => process => process.State == word || (word == "unhealthy" && process.Health?.Status == word);
}
