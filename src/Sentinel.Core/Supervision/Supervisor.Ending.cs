using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <content>How whole trees are ended.</content>
public sealed partial class Supervisor
{
    private sealed record EndedTree(ProcessRecord Record, int? Pid, bool WasActive, int ProcessesEnded, Outcome? Failure)
    {
        public string Name => Record.Spec.Name;
    }

    private async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTrees(Selection selection, StopOptions options)
    {
        var (found, missing, written) = BeginToEnd(selection, _ => true, _ => new ProcessEvent.StopRequested());
        return (await EndTrees(found, written, options), missing);
    }

    /// <summary>The same, and what cannot be written down (a full disk) is done all the same.</summary>
    /// <param name="happened">Because of which they are to end.</param>
    private async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTreesAnyway(
        Selection selection, StopOptions options, Func<ProcessRecord, bool> inBulk, Func<ProcessRecord, ProcessEvent> happened)
    {
        (List<ProcessRecord> Found, List<Outcome> Missing, State Wanted) begun;
        var isNoted = true;
        try
        {
            begun = BeginToEnd(selection, inBulk, happened);
        }
        catch (IOException e)
        {
            begun = BeginUnwritten(selection, inBulk, happened);
            if (begun.Found.Count == 0)
                throw;
            isNoted = false;
            warn($"that they are to end cannot be written down, they are ended all the same: {e.Message}");
        }

        return (await EndTrees(begun.Found, begun.Wanted, options, isNoted), begun.Missing);
    }

    private (List<ProcessRecord> Found, List<Outcome> Missing, State Wanted) BeginUnwritten(
        Selection selection, Func<ProcessRecord, bool> inBulk, Func<ProcessRecord, ProcessEvent> happened)
    {
        var state = store.Read();
        var (found, missing) = selection.In(state, inBulk);
        return (found, missing, found.Aggregate(state, (wanted, record) => wanted.With(
            Lifecycle.Decide(record, happened(record), time.GetUtcNow()).Record)));
    }

    /// <param name="found">All of them being stopped.</param>
    /// <param name="written">The state in which that is written down.</param>
    private async ValueTask<List<EndedTree>> EndTrees(List<ProcessRecord> found, State written, StopOptions options)
    {
        var ends = await End(found, written, options);
        using var transaction = store.Begin();
        var ended = NoteEnds(transaction, found, ends);
        transaction.Save();
        return ended;
    }

    /// <param name="isNoted">Whether it is written down that they are being stopped.</param>
    private async ValueTask<List<EndedTree>> EndTrees(List<ProcessRecord> found, State written, StopOptions options, bool isNoted)
    {
        var ends = await End(found, written, options);
        try
        {
            using var transaction = store.Begin();
            if (!isNoted)
                NoteWanted(transaction, found, written);
            var ended = NoteEnds(transaction, found, ends);
            transaction.Save();
            return ended;
        }
        catch (IOException e)
        {
            warn($"that they have ended cannot be written down: {e.Message}");
            var ended = found.ConvertAll(record => EndedTreeOf(record, record, ends[record.Id]));
            return isNoted ? ended : ended.ConvertAll(tree => tree.Failure is not null || tree.Record.Spec.Restart == RestartRule.Never ? tree : tree with
            {
                Failure = new Outcome.Failed(
                    tree.Name, tree.Record, "it has ended, and would be started again: stop it once more when there is room to write that down"),
            });
        }
    }

    // What could not be written down before, of those that nobody has started again since.
    private void NoteWanted(StateTransaction transaction, List<ProcessRecord> found, State wanted)
    {
        var again = StartedAgain(found.ConvertAll(TreeRoot.Of), wanted);
        foreach (var id in found.Select(record => record.Id).Where(id => !again.Contains(id)))
            if (transaction.State.Processes.GetValueOrDefault(id) is { } before && wanted.Processes[id] is var after)
                transaction.State = transaction.State.With(before with { State = after.State, LeaseOver = after.LeaseOver });
    }

    /// <summary>Writes down that trees are to end.</summary>
    /// <param name="whyNot">Null, or why one is to be left as it is.</param>
    /// <param name="renewal">Takes the place of what they have of their caller; null leaves it.</param>
    private (List<ProcessRecord> Found, List<Outcome> Missing, State Written) BeginToEnd(
        Selection selection,
        Func<ProcessRecord, bool> inBulk,
        Func<ProcessRecord, ProcessEvent> happened,
        Func<ProcessRecord, State, string?>? whyNot = null,
        Renewal? renewal = null)
    {
        using var transaction = store.Begin();
        var (chosen, missing) = Select(transaction, new Snapshot(table), selection, inBulk);
        if (renewal is not null)
            transaction.State = transaction.State.With(renewal.Environment);
        var found = new List<ProcessRecord>();
        foreach (var record in chosen.Select(record => Renewed(record, renewal)))
            if (whyNot?.Invoke(record, transaction.State) is { } why)
                missing.Add(new Outcome.Failed(record.Spec.Name, record, why));
            else
                found.Add(record);
        transaction.State = found.Aggregate(transaction.State, (state, record) => state.With(
            Lifecycle.Decide(record, happened(record), time.GetUtcNow()).Record));
        transaction.Save();
        return (found, missing, transaction.State);
    }

    private ValueTask<IReadOnlyDictionary<int, TreeEnd>> End(List<ProcessRecord> found, State written, StopOptions options)
    {
        var roots = found.ConvertAll(TreeRoot.Of);
        return _ending.End(roots, options, () => StartedAgain(roots, written), [.. written.Processes.Values.Select(TreeRoot.Of)]);
    }

    private List<EndedTree> NoteEnds(StateTransaction transaction, List<ProcessRecord> found, IReadOnlyDictionary<int, TreeEnd> ends)
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

            // One that had ended by itself still has what was made for it. Who begins again can use it.
            if (transaction.State.Processes.GetValueOrDefault(record.Id) is { } over && IsOver(over))
                spawner.CleanUp(record.Cookie);
        }

        return [.. found.Select(record => EndedTreeOf(record, transaction.State.Processes.GetValueOrDefault(record.Id) ?? record, ends[record.Id]))];
    }

    private static EndedTree EndedTreeOf(ProcessRecord record, ProcessRecord now, TreeEnd end) => new(
        now,
        record.State.Main?.Pid,
        !IsOver(record),
        end.Ended,
        end.Survivors.Count > 0 ? new Outcome.Failed(record.Spec.Name, record, CouldNotEnd(end)) : null);

    /// <summary>Takes note of what happened to a run, if it is still the one that a process is in, and ends what has failed.</summary>
    public async ValueTask Note(int id, ProcessIdentity main, ProcessEvent happened)
    {
        List<ProcessRecord> toEnd = [];
        State written;
        using (var transaction = store.Begin())
        {
            if (transaction.State.Processes.GetValueOrDefault(id) is not { } record || record.State.Main != main)
                return;
            var (changed, effect) = happened is ProcessEvent.Ended ended
                ? new Decision(_reconciliation.After(record, ended, new Snapshot(table)), Effect.None)
                : Lifecycle.Decide(record, happened, time.GetUtcNow());
            transaction.State = transaction.State.With(changed);
            transaction.Save();
            written = transaction.State;
            if (effect == Effect.EndTree)
                toEnd.Add(changed);
        }

        if (toEnd.Count > 0)
            await EndFailed(toEnd, written);
    }

    /// <summary>Goes on ending what had failed, where whoever was at it was killed.</summary>
    public async ValueTask EndFailed()
    {
        var written = store.Read();
        await EndFailed([.. written.Processes.Values.Where(record => record.State is RunState.Stopping { Why: not null } && !IsElsewhere(record))], written);
    }

    private async ValueTask EndFailed(List<ProcessRecord> failed, State written)
    {
        foreach (var tree in await EndTrees(failed, written, StopOptions.Default))
            if (tree.Failure is Outcome.Failed failure)
                warn($"{tree.Name}: {failure.Why}");
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

    private static string CouldNotEnd(TreeEnd end) => $"could not end all of it: {string.Join("; ", end.Survivors)}";
}
