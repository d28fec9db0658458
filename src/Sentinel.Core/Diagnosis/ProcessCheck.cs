using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Diagnosis;

/// <summary>A registered process, as it is now.</summary>
/// <param name="Remains">What is left of its tree when it has ended.</param>
/// <param name="Logs">What became of its logs.</param>
public sealed record ProcessSight(ProcessRecord Record, IReadOnlyList<int> Remains, LogFaults Logs);

public static class ProcessCheck
{
    public static IEnumerable<Finding> Of(IReadOnlyCollection<ProcessSight> processes)
    {
        var faults = processes.SelectMany(Faults).ToList();
        if (faults.Count > 0)
            return faults;
        var running = processes.Count(process => process.Record.State is RunState.Running);
        return [Finding.Ok(Areas.Processes, processes.Count == 0 ? "there are none" : $"{running} of {processes.Count} run, and nothing that another left behind was found")];
    }

    /// <param name="strays">What was started here and is in no record.</param>
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
                Areas.Processes, $"{name} runs {elsewhere.Place}: it cannot be seen or ended from here", "do it there");
        if (process.Remains.Count > 0)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} has ended, and of what it started {(process.Remains.Count == 1 ? "one process runs" : $"{process.Remains.Count} processes run")} "
                + $"still (pid {string.Join(", ", process.Remains.Take(5))}{(process.Remains.Count > 5 ? ", ..." : "")})",
                $"sentinel stop {process.Record.Id}");
        foreach (var log in process.Logs.Moved)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was renamed: {log.Path} is now {log.NowAt}, where 'sentinel logs' does not look and nothing bounds it",
                $"sentinel restart {process.Record.Id}, which begins a new one; let sentinel rotate logs, not another program");
        foreach (var log in process.Logs.Emptied)
            yield return Finding.Degraded(
                Areas.Processes,
                $"something emptied {log.Path}, as '> /dev/stdout' in {name} does: what stood there is lost",
                process.Record.Spec.LogPipe
                    ? "look for who truncates this file: not the process itself, which writes through a pipe"
                    : $"sentinel set {process.Record.Id} --log-pipe, then sentinel restart {process.Record.Id}");
        foreach (var log in process.Logs.Deleted)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was deleted: it takes space, and nobody sees it ({log.Path})",
                $"sentinel restart {process.Record.Id}; before that, cp {log.StillAt} FILE saves what is in it");
    }
}
