using Sentinel.Api;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Diagnosis;

/// <summary>A registered process, as it is now.</summary>
/// <param name="Remains">What is left of its tree once it has ended.</param>
/// <param name="Logs">What happened to its logs.</param>
public sealed record ProcessSight(ProcessRecord Record, IReadOnlyList<int> Remains, LogFaults Logs);

public static class ProcessCheck
{
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
        Finding.Degraded(Areas.Processes, Stray.Sentence([stray]).Split("; ")[0], "sentinel stopall"));

    private static IEnumerable<Finding> Faults(ProcessSight process)
    {
        var name = process.Record.Spec.Name;
        if (process.Record.State is RunState.Failed failed)
            yield return Finding.Degraded(
                Areas.Processes, $"{name} was given up: {failed.Why}", $"sentinel why {process.Record.Id}, then sentinel start {process.Record.Id}");
        if (process.Record.State is RunState.Elsewhere elsewhere)
            yield return Finding.Degraded(
                Areas.Processes, $"{name} runs {elsewhere.Place}: it cannot be seen or ended from here", "use sentinel there");
        if (process.Remains.Count > 0)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} has ended, but {(process.Remains.Count == 1 ? "one process that it started is" : $"{process.Remains.Count} processes that it started are")} "
                + $"still running (pid {string.Join(", ", process.Remains.Take(5))}{(process.Remains.Count > 5 ? ", ..." : "")})",
                $"sentinel stop {process.Record.Id}");
        foreach (var log in process.Logs.Moved)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was renamed: {log.Path} is now {log.NowAt}, where 'sentinel logs' does not look and nothing limits its size",
                $"sentinel restart {process.Record.Id}, which begins a new one; let sentinel rotate logs, not another program");
        foreach (var log in process.Logs.Emptied)
            yield return Finding.Degraded(
                Areas.Processes,
                $"something emptied {log.Path}, as '> /dev/stdout' in {name} does: its content is lost",
                process.Record.Spec.LogPipe
                    ? "find out what truncates this file: not the process itself, which writes through a pipe"
                    : $"sentinel set {process.Record.Id} --log-pipe, then sentinel restart {process.Record.Id}");
        foreach (var log in process.Logs.Deleted)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was deleted: it takes space, and nobody sees it ({log.Path})",
                $"sentinel restart {process.Record.Id}; before that, cp {log.StillAt} FILE saves what is in it");
    }
}
