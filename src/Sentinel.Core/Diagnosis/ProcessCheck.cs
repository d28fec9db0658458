using Sentinel.Api;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Diagnosis;

/// <summary>A registered process, as it is now.</summary>
/// <param name="Remains">What is left of its tree once it has ended.</param>
/// <param name="Logs">What happened to its logs.</param>
public sealed record ProcessSight(ProcessRecord Record, IReadOnlyList<int> Remains, LogFaults Logs)
{
    /// <summary>How often it was restarted in the last hour.</summary>
    public int Restarts { get; init; }

    /// <summary>Why it must be ended, because its lease is over; null: it may stay.</summary>
    public string? LeaseOver { get; init; }

    /// <summary>Why it could not be started again, now that it does not run; null: it could, or it runs.</summary>
    public string? WhyNotStart { get; init; }
}

public static class ProcessCheck
{
    // So many in an hour are no accident.
    private const int ManyRestarts = 3;

    public static IEnumerable<Finding> Of(IReadOnlyCollection<ProcessSight> processes)
    {
        var faults = processes.SelectMany(Faults).ToList();
        if (faults.Count > 0)
            return faults;
        var running = processes.Count(process => process.Record.State is RunState.Running);
        return [Finding.Ok(Areas.Processes, processes.Count == 0 ? "there are no processes" : $"{running} of {processes.Count} are running, and nothing was left behind")];
    }

    /// <param name="strays">Trees that were started here and are in no record.</param>
    public static IEnumerable<Finding> OfStrays(IReadOnlyList<Stray> strays) => strays.Select(stray =>
        Finding.Degraded(
            Areas.Processes,
            Stray.Sentence([stray]).Split("; ")[0],
            $"kill {string.Join(' ', stray.Processes.Select(process => process.Pid))}; 'sentinel stopall' does it, too, but stops all processes"));

    private static IEnumerable<Finding> Faults(ProcessSight process) => OfState(process).Concat(OfLogs(process));

    private static IEnumerable<Finding> OfState(ProcessSight process)
    {
        var (record, state) = (process.Record, process.Record.State);
        var name = record.Spec.Name;
        var word = ShellWords.Quote(name);
        if (state is RunState.Failed failed)
            yield return Finding.Degraded(Areas.Processes, $"{name} was given up: {failed.Why}", $"sentinel why {word}, then 'sentinel start {word}'");
        else if (process.Restarts >= ManyRestarts || (state is RunState.Backoff && record.ShortRuns > 1))
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} keeps ending: it was restarted {process.Restarts} {(process.Restarts == 1 ? "time" : "times")} in the last hour"
                    + (record.LastRun is { } last ? $"; its last run: {last.Why ?? last.How.ToString()}" : ""),
                $"sentinel why {word}; 'sentinel stop {word}' ends the restarts");
        if (state is RunState.Crashed)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} has crashed{(record.LastRun is { } crash ? $": {crash.Why ?? crash.How.ToString()}" : "")}",
                $"sentinel why {word}, then 'sentinel start {word}', or 'sentinel delete {word}' if nobody needs it");
        if (state is RunState.Running { Health: { IsHealthy: false } health })
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} is unhealthy{(health.Why is { } sick ? $": {sick}" : "")}",
                $"sentinel why {word}, then 'sentinel restart {word}'" + (record.Spec.Restart == RestartRule.Never ? $"; with 'sentinel set {word} --restart' that happens by itself" : ""));
        if (process.LeaseOver is { } over)
            yield return Finding.Degraded(Areas.Processes, $"the lease of {name} is over, and it still runs: {over}", "sentinel gc");
        if (process.WhyNotStart is { } why)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} could not be started again: {why}",
                $"put back what is missing, change it with 'sentinel set {word}', or 'sentinel delete {word}' if nobody needs it");
        if (process.Record.State is RunState.Elsewhere elsewhere)
            yield return Finding.Degraded(
                Areas.Processes, $"{name} runs {elsewhere.Place}: it cannot be seen or ended from here", "use sentinel there");
        if (process.Remains.Count > 0)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} has ended, but {(process.Remains.Count == 1 ? "one process that it started is" : $"{process.Remains.Count} processes that it started are")} "
                + $"still running (pid {string.Join(", ", process.Remains.Take(5))}{(process.Remains.Count > 5 ? ", ..." : "")})",
                $"sentinel stop {word}");
    }

    private static IEnumerable<Finding> OfLogs(ProcessSight process)
    {
        var name = process.Record.Spec.Name;
        var word = ShellWords.Quote(name);
        foreach (var log in process.Logs.Moved)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was renamed: {log.Path} is now {log.NowAt}, where 'sentinel logs' does not look and nothing limits its size",
                $"sentinel restart {word}, which begins a new one; let sentinel rotate logs, not another program");
        foreach (var log in process.Logs.Emptied)
            yield return Finding.Degraded(
                Areas.Processes,
                $"something emptied {log.Path}, as '> /dev/stdout' in {name} does: its content is lost",
                process.Record.Spec.LogPipe
                    ? "find out what truncates this file: not the process itself, which writes through a pipe"
                    : $"sentinel set {word} --log-pipe, then sentinel restart {word}");
        foreach (var log in process.Logs.Deleted)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was deleted: it takes space, and nobody sees it ({log.Path})",
                $"sentinel restart {word}; before that, cp {log.StillAt} FILE saves what is in it");
    }
}
