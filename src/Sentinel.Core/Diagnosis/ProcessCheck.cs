using Sentinel.Core.Policy;
using Sentinel.Core.Trees;

namespace Sentinel.Core.Diagnosis;

/// <summary>A registered process, as it is now.</summary>
/// <param name="Remains">What is left of its tree when it has ended.</param>
/// <param name="DeletedLogs">What it goes on writing to although it was deleted, by the names under which that can still be read.</param>
public sealed record ProcessSight(ProcessRecord Record, IReadOnlyList<int> Remains, IReadOnlyList<DeletedLog> DeletedLogs);

/// <param name="Path">Where it was.</param>
/// <param name="StillAt">A name in /proc for as long as the process has it open.</param>
public sealed record DeletedLog(string Path, string StillAt);

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
        foreach (var log in process.DeletedLogs)
            yield return Finding.Degraded(
                Areas.Processes,
                $"{name} writes to a log that was deleted: it takes space, and nobody sees it ({log.Path})",
                $"sentinel restart {process.Record.Id}; before that, cp {log.StillAt} FILE saves what is in it");
    }
}
