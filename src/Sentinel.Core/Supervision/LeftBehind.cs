using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Finds what still runs of trees whose main process has ended.</summary>
public static class LeftBehind
{
    /// <summary>By the id of the process; a process that has left nothing has no entry.</summary>
    /// <param name="others">Other known processes; see <see cref="ProcessTrees.Find"/>.</param>
    public static IReadOnlyDictionary<int, IReadOnlyList<LeftProcess>> Find(
        IEnumerable<ProcessRecord> records, Snapshot snapshot, IEnumerable<ProcessRecord> others, TimeProvider time)
    {
        var ended = records.Where(HasEnded).Where(record => snapshot.Table.IsPopulated(record.RunCookie) != false).ToDictionary(record => record.Id);
        return ProcessTrees.Find([.. TreeRoot.OfAll(ended.Values)], snapshot, TreeRoot.OfAll(others))
            .ToDictionary(tree => tree.Key, tree => Of(ended[tree.Key], tree.Value, snapshot.Table, time));
    }

    /// <summary>What the last run of a process has left: what an earlier one left has not gone into the background now.</summary>
    /// <param name="others">Other known processes; see <see cref="ProcessTrees.Find"/>.</param>
    public static IReadOnlyList<LeftProcess> OfLastRun(
        ProcessRecord record, Snapshot snapshot, IEnumerable<ProcessRecord> others, TimeProvider time) =>
        Of(record, ProcessTrees.Find([TreeRoot.OfRun(record)], snapshot, TreeRoot.OfAll(others)).GetValueOrDefault(record.Id, []), snapshot.Table, time);

    private static IReadOnlyList<LeftProcess> Of(ProcessRecord record, List<Sighting> members, IProcessTable table, TimeProvider time) =>
        [.. members.OrderBy(member => member.Pid).Select(member => new LeftProcess(
            member.Pid,
            table.ProgramOf(member.Pid),
            time.GetUtcNow() - TimeSpan.FromSeconds(Math.Max(0, (table.NowTicks - member.StartTicks) / table.TicksPerSecond)),
            LeftSession: member.Session != record.LastRun?.Pid))];

    // A process that the user stopped has left nothing.
    private static bool HasEnded(ProcessRecord record) =>
        record.State is RunState.Exited or RunState.Crashed or RunState.Backoff or RunState.Failed or RunState.Stopping { Run: null };
}
