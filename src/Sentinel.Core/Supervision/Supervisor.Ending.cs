using Sentinel.Core.Policy;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;

namespace Sentinel.Core.Supervision;

/// <content>How whole trees are ended.</content>
public sealed partial class Supervisor
{
    private sealed record EndedTree(ProcessRecord Record, int? Pid, bool WasActive, int ProcessesEnded, Outcome? Failure)
    {
        public string Name => Record.Spec.Name;
    }

    private async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTrees(
        Selection selection,
        StopOptions options,
        Func<ProcessRecord, bool> inBulk,
        Func<ProcessRecord, State, string?>? whyNot = null)
    {
        List<ProcessRecord> found;
        List<Outcome> missing;
        State written;
        using (var transaction = store.Begin())
        {
            (found, missing) = Select(transaction, new Snapshot(table), selection, inBulk);
            foreach (var record in found.ToList())
                if (whyNot?.Invoke(record, transaction.State) is { } why && found.Remove(record))
                    missing.Add(new Outcome.Failed(record.Spec.Name, record, why));
            transaction.State = found.Aggregate(transaction.State, (state, record) => state.With(
                Lifecycle.Decide(record, new ProcessEvent.StopRequested(), time.GetUtcNow()).Record));
            transaction.Save();
            written = transaction.State;
        }

        var roots = found.ConvertAll(TreeRoot.Of);
        var ends = await _ending.End(roots, options, () => StartedAgain(roots, written), [.. written.Processes.Values.Select(TreeRoot.Of)]);

        using (var transaction = store.Begin())
        {
            foreach (var record in found.Where(record => ends[record.Id].Survivors.Count == 0))
            {
                // It may have been stopped by another command as well, started again since, or deleted.
                if (transaction.State.Processes.GetValueOrDefault(record.Id) is { State: RunState.Stopping now } current
                    && now.Run?.Identity == record.State.Main)
                {
                    var how = ends[record.Id].Main ?? new Exit.Unknown("it ended before it could be stopped");
                    var ended = new ProcessEvent.Ended(how, Witnessed: ends[record.Id].Main is not null);
                    transaction.State = transaction.State.With(Lifecycle.Decide(current, ended, time.GetUtcNow()).Record);
                }

                // One that had ended by itself still has what was made for it.
                if (transaction.State.Processes.GetValueOrDefault(record.Id) is { } over && IsOver(over))
                    spawner.CleanUp(record.Cookie);
            }

            transaction.Save();
            return ([.. found.Select(record => new EndedTree(
                transaction.State.Processes.GetValueOrDefault(record.Id) ?? record,
                record.State.Main?.Pid,
                !IsOver(record),
                ends[record.Id].Ended,
                ends[record.Id].Survivors.Count > 0
                    ? new Outcome.Failed(record.Spec.Name, record, CouldNotEnd(ends[record.Id]))
                    : null))], missing);
        }
    }

    // Since something was written, other commands had their turns.
    private HashSet<int> StartedAgain(IReadOnlyCollection<TreeRoot> roots, State written)
    {
        var processes = store.Read().Processes;
        return [.. roots.Select(root => root.Id).Where(id =>
            processes.GetValueOrDefault(id)?.State is { } now
            && written.Processes[id].State is var then
            && now != then
            && (now is RunState.Starting || (now.Main is { } main && main != then.Main)))];
    }

    private static string CouldNotEnd(TreeEnd end) => $"could not end {string.Join("; ", end.Survivors)}";
}
