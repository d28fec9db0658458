using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>How a process is, in a word or two.</summary>
internal static class ProcessStatus
{
    /// <summary>For programs: its state, and what has to be known besides.</summary>
    public static Cell Plain(ProcessSummary process, DateTimeOffset now) => new(
        process.State + (process.IsUnasked ? " (no daemon)" : Wait(process, now) is { } wait ? $" ({wait})" : "") + LeftOvers.Word(process.LeftOver),
        ColorOf(process.State));

    /// <summary>For people: also how it ended, how often it was restarted before it was given up, and whether it is unhealthy.</summary>
    public static Cell Rich(ProcessSummary process, DateTimeOffset now)
    {
        var word = process switch
        {
            { IsUnasked: true } => $"{process.State} (no daemon)",
            { State: "running", Health.Status: "unhealthy" and var status } => status,
            { State: "backoff" } => Wait(process, now) is { } wait ? $"{process.State} {wait}" : process.State,
            { State: "waiting", WaitsFor: [var first, ..] waits } => $"{process.State} ({Text.Printable(first.Name)}{(waits.Count > 1 ? ", ..." : "")})",
            { State: "scheduled", NextStart: { } next } when next > now => $"{process.State} ({Text.Duration(next - now)})",
            { State: "failed", MaxRestarts: { } most, RestartWindowSeconds: { } window } => $"{process.State} ({most} in {window:0.###}s)",
            { State: "crashed", LastExitCode: { } code } => $"{process.State} ({code})",
            { State: "crashed", LastSignal: { } signal } => $"{process.State} ({signal})",
            _ => process.State,
        };
        return new Cell(word + LeftOvers.Word(process.LeftOver), word == "unhealthy" ? ColorOfHealth(word) : ColorOf(process.State));
    }

    public static Color ColorOf(string state) => state switch
    {
        "running" or "done" => Color.Green,
        "starting" or "stopping" or "backoff" or "waiting" or "scheduled" or "listening" or "elsewhere" => Color.Yellow,
        "crashed" or "failed" => Color.Red,
        _ => Color.Dim,
    };

    public static Color ColorOfHealth(string status) => status == "healthy" ? Color.Green : Color.Red;

    // What is due by now is being restarted by the daemon, or could not be restarted just before this was drawn.
    private static string? Wait(ProcessSummary process, DateTimeOffset now) =>
        process.RestartDue is { } due && due > now ? Text.Duration(due - now) : null;
}
