using System.Globalization;
using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Rendering;

/// <summary>Events as people read them, one line each.</summary>
internal static class Events
{
    /// <summary>The column after the time.</summary>
    public const int WhoColumn = 24;

    public static string Line(Event happened, Style style)
    {
        var time = happened.Time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var who = happened is Event.OfProcess process ? $"{style.Paint(process.Name, Color.Bold)} (id: {process.Id})" : "sentinel";
        return $"{style.Paint(time, Color.Dim)} {who} {What(happened)}";
    }

    /// <summary>What is missing.</summary>
    public static string Sentence(Notice.Gap gap) => gap.Next - gap.After == 2
        ? $"event {gap.Next - 1} is not kept any more"
        : $"events {gap.After + 1} to {gap.Next - 1} are not kept any more";

    public static string What(Event happened) => happened switch
    {
        Event.Started { Automatic: true } started => $"restarted, pid: {started.Pid}",
        Event.Started started => $"started, pid: {started.Pid}",
        Event.Ended { Run: { How: Exit.NotStarted } run } => run.How.ToString()!,
        Event.Ended { ByUser: true } ended => $"stopped, {HowAndWhen(ended.Run)}",
        Event.Ended ended => HowAndWhen(ended.Run),
        Event.HandedOver next => $"now pid: {next.Pid} (handed over by {next.OldPid})",
        Event.InBackground background => $"put itself into the background and left {background.Left}",
        Event.EndedLeft ended => $"its leftovers were ended for its restart: {ended.Left}",
        Event.Ready => "ready",
        Event.HealthChanged { IsHealthy: true } => "healthy",
        Event.HealthChanged sick => $"unhealthy: {sick.Why}",
        Event.Signalled sent => $"was sent {SignalName.Of(sent.Signal)}{(sent.Processes > 1 ? $", {sent.Processes} processes in all" : "")}",
        Event.Stopped => "stopped",
        Event.Waits waits => $"waits for {string.Join(", ", waits.For)}",
        Event.Scheduled { Next: { } next } => $"scheduled, next at {Text.Time(next)}",
        Event.Scheduled => "scheduled",
        Event.Listening => "listening: who connects starts it",
        Event.CronSkipped skipped => $"was not started at its time, {Text.Time(skipped.Slot)}: {skipped.Why}",
        Event.Follows follows => $"is restarted: {follows.Why}",
        Event.GaveUp gaveUp => $"given up: {gaveUp.Why}",
        Event.LeaseOver over => $"its lease is over: {over.Why}",
        Event.FilesChanged { Change: var change, IsRestart: true } => $"is restarted: {Text.Printable(change.Files)} changed",
        Event.FilesChanged { Change: var change } => $"{Text.Printable(change.Files)} changed: {Text.Printable(change.Then)}",
        Event.WatchLoop loop => Text.Printable(new WatchTrouble.Loop(loop.Path).ToString()),
        Event.WatchPolled polled => Text.Printable(new WatchTrouble.Polled(polled.Why).ToString()),
        Event.WatchFailed failed => $"{Text.Printable(failed.Then)} failed, for files that changed: {Text.Printable(failed.Why)}",
        Event.OutgrewMemory outgrew =>
            $"uses {Text.ExactMemory(outgrew.MemoryBytes)} of memory, more than its limit of {Text.ExactMemory(outgrew.LimitBytes)}: it is restarted",
        Event.LogNotRotated failed => $"its log {failed.Log} cannot be rotated: {failed.Why}",
        Event.LogEmptied emptied => $"its log {emptied.Log} was emptied by something that truncated it: "
            + $"its content is lost{(emptied.LostBytes > 0 ? $" ({Text.Count(emptied.LostBytes, "byte", "bytes")})" : "")}",
        Event.Deleted => "deleted",
        Event.DaemonUp up => $"daemon started, pid: {up.Pid}, version: {up.Version}",
        Event.DaemonDown down => $"daemon ended, pid: {down.Pid}",
        _ => throw new NotSupportedException(happened.GetType().Name),
    };

    /// <summary>The same in few words and with its name, between the lines of its log.</summary>
    /// <param name="isAgain">For a start: whether it has been seen to run before.</param>
    public static string Note(Event.OfProcess happened, bool isAgain = false) => $"{happened.Name} " + happened switch
    {
        Event.Started started => $"{(started.Automatic || isAgain ? "restarted" : "started")}, pid {started.Pid}",
        Event.Ended { Run.How: Exit.NotStarted how } => how.ToString(),
        Event.Ended { ByUser: true } ended => ended.Run.How switch
        {
            Exit.Signal signal => $"stopped ({SignalName.Of(signal.Number)})",
            Exit.Code code => $"stopped (exit code {code.Value})",
            _ => "stopped",
        },
        Event.Ended ended => (ended.Run.How is Exit.Unknown ? "ended" : ended.Run.How.ToString()) + (ended.Run.Why is { } why ? $": {why}" : ""),
        Event.HandedOver next => $"handed over, pid {next.Pid}",
        Event.LeaseOver over => $"has no lease any more: {over.Why}",
        _ => What(happened),
    };

    /// <summary>How a run ended, after how long, and how much memory it had.</summary>
    public static string HowAndWhen(EndedRun run)
    {
        var lived = run.Witnessed ? $" after {Text.ExactDuration(run.EndedAt - run.StartedAt)}" : "";
        var memory = run.PeakMemoryBytes is { } peak ? $", peak memory: {Text.ExactMemory(peak)}" : "";
        var why = run.Why is null ? "" : $"{run.Why}; ";
        return $"{why}{(run.How is Exit.Unknown ? "ended, how is " : "")}{run.How}{lived}{(run.Pid is { } pid ? $", pid: {pid}" : "")}{memory}";
    }
}
