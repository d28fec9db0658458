using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
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

    /// <param name="happened">Because of which they are to end; null: the user wants that.</param>
    private async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTrees(
        Selection selection, StopOptions options, Func<ProcessRecord, bool> inBulk, Func<ProcessRecord, ProcessEvent>? happened = null)
    {
        var (found, missing, written) = BeginToEnd(selection, inBulk, happened ?? (_ => new ProcessEvent.StopRequested()));
        return (await EndTrees(found, written, options), missing);
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

    /// <summary>Writes down that trees are to end.</summary>
    /// <param name="whyNot">Null, or why one is to be left as it is.</param>
    /// <param name="environment">Takes the place of the environment they have; null leaves it.</param>
    private (List<ProcessRecord> Found, List<Outcome> Missing, State Written) BeginToEnd(
        Selection selection,
        Func<ProcessRecord, bool> inBulk,
        Func<ProcessRecord, ProcessEvent> happened,
        Func<ProcessRecord, State, string?>? whyNot = null,
        EnvironmentBlock? environment = null)
    {
        using var transaction = store.Begin();
        var (chosen, missing) = Select(transaction, new Snapshot(table), selection, inBulk);
        if (environment is not null)
            transaction.State = transaction.State.With(environment);
        var found = new List<ProcessRecord>();
        foreach (var record in chosen.Select(record => InEnvironment(record, environment)))
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

        return [.. found.Select(record => new EndedTree(
            transaction.State.Processes.GetValueOrDefault(record.Id) ?? record,
            record.State.Main?.Pid,
            !IsOver(record),
            ends[record.Id].Ended,
            ends[record.Id].Survivors.Count > 0
                ? new Outcome.Failed(record.Spec.Name, record, CouldNotEnd(ends[record.Id]))
                : null))];
    }

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
        await EndFailed([.. written.Processes.Values.Where(record => record.State is RunState.Stopping { Why: not null })], written);
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
