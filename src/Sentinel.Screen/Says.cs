using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Screen.Cells;

namespace Sentinel.Screen;

/// <summary>What there is to know of a process besides its state, in a few words.</summary>
internal static class Says
{
    public static Shown Of(ProcessSummary process, DateTimeOffset now) => process switch
    {
        { State: StateWords.Unknown, Host: { } host } => new Shown($"{host} does not answer", Ink.Yellow),
        { WaitsFor: [var first, ..] waits } => new Shown(
            $"{ProcessName.Short(first.Name)} {first.Until}: {first.Why}{(waits.Count > 1 ? $" (and {waits.Count - 1} more)" : "")}", Ink.Yellow),
        { State: "running", Health: { Status: "unhealthy", Why: { } why } } => new Shown(why, Ink.Red),
        { IsUnasked: true } => new Shown("no daemon asks whether it is ready", Ink.Yellow),
        { State: "backoff", RestartDue: { } due } => new Shown(due > now ? $"restarts in {Text.Duration(due - now)}{Ended(process, ", ")}" : "is due to be restarted", Ink.Yellow),
        { State: "crashed" } => new Shown(Ended(process, "") is { Length: > 0 } ended ? ended : "how it ended is not known", Ink.Red),
        { State: "failed", MaxRestarts: { } most, RestartWindowSeconds: { } window } => new Shown($"given up: {most} restarts in {window:0.###}s{Ended(process, ", ")}", Ink.Red),
        { State: "failed" } => new Shown($"given up{Ended(process, ", ")}", Ink.Red),
        { State: "scheduled" or RunState.Done or "exited", NextStart: { } next } => $"{(Ended(process, "") is { Length: > 0 } how ? $"{how}, " : "")}next {(next > now ? $"in {Text.Duration(next - now)}" : "now")}",
        { State: RunState.Done } => Ended(process, ""),
        { Elsewhere: { } elsewhere } => elsewhere.Place,
        { LeftOver: [_, ..] left } => new Shown($"{Text.Count(left.Count, "process", "processes")} of it left", Ink.Yellow),
        { Changed: { } changed, State: "running" } => new Shown($"restarted for {changed}", Ink.Dim),
        { Lease: { Over: null } lease } when process.State is "running" or "starting" => new Shown(Ownership.Cell(lease, now), Ink.Dim),
        { Url: { } url, State: "running" } => new Shown(url, Ink.Dim),
        _ => "",
    };

    private static string Ended(ProcessSummary process, string before) => process switch
    {
        { LastExitCode: { } code } => $"{before}exit code {code}",
        { LastSignal: { } signal } => $"{before}{signal}",
        _ => "",
    };
}
