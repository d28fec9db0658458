using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Ends whole trees: writes down that they are to end, ends them without the lock, and writes down how they ended.
/// </summary>
internal sealed class Stopping(SupervisorTools tools, Choosing choosing, StopCommands commands)
{
    private readonly StateStore _store = tools.Store;
    private readonly TreeEnding _ending = new(tools.Table, tools.Handles, tools.Time);

    /// <summary>Trees that are being ended.</summary>
    /// <param name="Found">As they were before.</param>
    /// <param name="Written">The state in which that is written down, or would be.</param>
    public sealed record Begun(List<ProcessRecord> Found, List<Outcome> Missing, State Written)
    {
        public List<TreeRoot> Roots { get; } = Found.ConvertAll(TreeRoot.OfEnding);
    }

    /// <summary>Ends whole trees, and says what became of each and which targets could not be found.</summary>
    public async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTrees(Selection selection, StopOptions options)
    {
        var begun = Begin(selection, _ => true, _ => new ProcessEvent.StopRequested());
        return (await EndTrees(begun, options), begun.Missing);
    }

    /// <summary>As <see cref="EndTrees(Selection, StopOptions)"/>, also when nothing can be written down, as on a full disk.</summary>
    /// <param name="happened">Why each is to end.</param>
    public async ValueTask<(List<EndedTree> Ended, List<Outcome> Missing)> EndTreesAnyway(
        Selection selection, StopOptions options, Func<ProcessRecord, bool> inBulk, Func<ProcessRecord, ProcessEvent> happened)
    {
        Begun begun;
        var isNoted = true;
        try
        {
            begun = Begin(selection, inBulk, happened);
        }
        catch (IOException e)
        {
            begun = BeginUnwritten(selection, inBulk, happened);
            if (begun.Found.Count == 0)
                throw;
            isNoted = false;
            tools.Warn($"that they are to end cannot be written down, they are ended all the same: {e.Message}");
        }

        if (isNoted)
            return (await EndTreesNoted(begun, options), begun.Missing);
        var (ended, again) = await EndTreesUnnoted(begun, options);
        // To others their end looked like a crash. Now there may be room.
        if (again.Count > 0)
            ended.AddRange((await EndTreesAnyway(Selection.Of(again), options, inBulk, happened)).Ended);
        return (ended, begun.Missing);
    }

    /// <summary>Writes down that trees are to end.</summary>
    /// <param name="whyNot">Null, or why a process must be left as it is.</param>
    /// <param name="renewal">Replaces what they have of their caller; null leaves that.</param>
    public Begun Begin(
        Selection selection,
        Func<ProcessRecord, bool> inBulk,
        Func<ProcessRecord, ProcessEvent> happened,
        Func<ProcessRecord, State, string?>? whyNot = null,
        Renewal? renewal = null)
    {
        using var transaction = _store.Begin();
        var (chosen, missing) = choosing.Choose(transaction, new Snapshot(tools.Table), selection, inBulk);
        if (renewal is not null)
            transaction.State = transaction.State.With(renewal.Environment);
        var found = new List<ProcessRecord>();
        foreach (var record in chosen.Select(record => record.With(renewal)))
            if (whyNot?.Invoke(record, transaction.State) is { } why)
                missing.Add(new Outcome.Failed(record.Spec.Name, record, why, FailureCode.NotStarted));
            else
                found.Add(record);
        transaction.State = Wanted(transaction.State, found, happened);
        transaction.Save();
        return new Begun(found, missing, transaction.State);
    }

    /// <summary>Ends trees, but not what another command has started again since.</summary>
    public ValueTask<IReadOnlyDictionary<int, TreeEnd>> End(Begun begun, StopOptions options) =>
        StopOrder.End(begun.Found, begun.Written, found => EndTogether(new Begun(found, [], begun.Written), options));

    private async ValueTask<IReadOnlyDictionary<int, TreeEnd>> EndTogether(Begun begun, StopOptions options)
    {
        // Nobody waits for the command of another: the others are ended meanwhile.
        var asked = commands.Begin(begun.Found, begun.Written, options);
        var ids = asked.Select(each => each.Record.Id).ToHashSet();
        var ends = await End(begun.Roots.FindAll(root => !ids.Contains(root.Id)));
        if (asked.Count == 0)
            return ends;
        var ended = await commands.Finish(asked);
        var late = await End(begun.Roots.FindAll(root => ids.Contains(root.Id)));
        return ends.Concat(late).ToDictionary(
            end => end.Key, end => end.Value.Main is null && ended.TryGetValue(end.Key, out var how) ? end.Value with { Main = how } : end.Value);

        async ValueTask<IReadOnlyDictionary<int, TreeEnd>> End(List<TreeRoot> roots) => roots.Count == 0 ? new Dictionary<int, TreeEnd>()
            : await _ending.End(roots, options, () => StartedAgain(roots), [.. begun.Written.Processes.Values.Select(TreeRoot.Of)]);
    }

    /// <summary>Ends what processes that are about to be started have left.</summary>
    /// <returns>Why not all of a tree could be ended, by the id of the process.</returns>
    public async ValueTask<IReadOnlyDictionary<int, string>> EndRemains(List<TreeRoot> roots)
    {
        var ends = await _ending.End(roots, StopOptions.Default, () => StartedAgain(roots));
        return ends.Where(end => end.Value.Survivors.Count > 0).ToDictionary(end => end.Key, end => CouldNotEnd(end.Value));
    }

    /// <summary>Ends the run before the current one, which goes on.</summary>
    public async ValueTask<TreeEnd> EndBeside(ProcessRecord record, State state, StopOptions options)
    {
        var before = record.AsPredecessor;
        // No record has a number below 1; the current run is among the others.
        var root = TreeRoot.OfRun(before) with { Id = -before.Id };
        var asked = commands.Begin([before], state, options);
        var ended = await commands.Finish(asked);
        var end = (await _ending.End([root], options, others: [.. state.Processes.Values.Select(TreeRoot.Of)]))[root.Id];
        return end.Main is null && ended.TryGetValue(before.Id, out var how) ? end with { Main = how } : end;
    }

    /// <summary>Takes note of how trees ended; nothing is noted of those of which something lives on.</summary>
    public List<EndedTree> NoteEnds(StateTransaction transaction, Begun begun, IReadOnlyDictionary<int, TreeEnd> ends)
    {
        foreach (var record in begun.Found.Where(record => ends[record.Id].Survivors.Count == 0))
        {
            // Another command may have stopped it too, started it again since, or deleted it.
            if (transaction.State.Processes.GetValueOrDefault(record.Id) is { State: RunState.Stopping } current
                && current.RunNumber == record.RunNumber)
            {
                var how = ends[record.Id].Main ?? new Exit.Unknown("it ended before it could be stopped");
                var ended = new ProcessEvent.Ended(how, Witnessed: ends[record.Id].Main is not null);
                transaction.State = transaction.State.With(Lifecycle.Decide(current, ended, tools.Time.GetUtcNow()).Record);
            }

            // Where a successor is about to be started, its group says that nothing is in the way.
            if (transaction.State.Processes.GetValueOrDefault(record.Id) is { State.IsOver: true })
            {
                tools.Spawner.CleanUp(record.RunCookie);
                if (record.Predecessor is not null)
                    tools.Spawner.CleanUp(record.AsPredecessor.RunCookie);
            }
            else if (record.IsBeingReplaced)
            {
                tools.Spawner.CleanUp(record.RunCookie);
            }
        }

        return begun.Found.ConvertAll(record => EndedTreeOf(record, transaction.State.Processes.GetValueOrDefault(record.Id) ?? record, ends[record.Id]));
    }

    /// <summary>Ends processes whose start has failed.</summary>
    /// <param name="written">The state in which that is written down.</param>
    public async ValueTask EndFailed(List<ProcessRecord> failed, State written)
    {
        foreach (var tree in await EndTrees(new Begun(failed, [], written), StopOptions.Default))
            if (tree.Failure is { } failure)
                tools.Warn($"{tree.Name}: {failure.Why}");
    }

    /// <summary>Ends what was started here and is in no record any more.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> EndStrays(StopOptions options)
    {
        var state = _store.Read();
        if (!state.MayHaveStrays)
            return [];
        var outcomes = new List<Outcome>();
        var strays = Stray.Find(state, new Snapshot(tools.Table));
        // No record has a number below 1.
        var roots = strays.Select((stray, i) => new TreeRoot(-1 - i, stray.Cookie, null, null, StopRule.Default)).ToList();
        var ends = await _ending.End(roots, options, others: [.. state.Processes.Values.Select(TreeRoot.Of)]);
        for (var i = 0; i < strays.Count; i++)
            if (ends[-1 - i] is { Survivors.Count: > 0 } end)
                outcomes.Add(new Outcome.Failed(strays[i].ToString(), null, CouldNotEnd(end), FailureCode.NotStopped));
            else
            {
                tools.Spawner.CleanUp(strays[i].Cookie);
                tools.Warn($"{strays[i]} was in no record, and was ended");
            }

        using var transaction = _store.Begin();
        transaction.State = transaction.State with { MayHaveStrays = ends.Values.Any(end => end.Survivors.Count > 0) };
        transaction.Save();
        return outcomes;
    }

    private Begun BeginUnwritten(Selection selection, Func<ProcessRecord, bool> inBulk, Func<ProcessRecord, ProcessEvent> happened)
    {
        var state = _store.Read();
        var (found, missing) = selection.In(state, inBulk);
        return new Begun(found, missing, Wanted(state, found, happened));
    }

    private State Wanted(State state, List<ProcessRecord> found, Func<ProcessRecord, ProcessEvent> happened) =>
        found.Aggregate(state, (wanted, record) => wanted.With(Lifecycle.Decide(record, happened(record), tools.Time.GetUtcNow()).Record));

    private async ValueTask<List<EndedTree>> EndTrees(Begun begun, StopOptions options)
    {
        var ends = await End(begun, options);
        using var transaction = _store.Begin();
        var ended = NoteEnds(transaction, begun, ends);
        transaction.Save();
        return ended;
    }

    private async ValueTask<List<EndedTree>> EndTreesNoted(Begun begun, StopOptions options)
    {
        var ends = await End(begun, options);
        try
        {
            using var transaction = _store.Begin();
            var ended = NoteEnds(transaction, begun, ends);
            transaction.Save();
            return ended;
        }
        catch (IOException e)
        {
            WarnOfEnds(e);
            return begun.Found.ConvertAll(record => EndedTreeOf(record, record, ends[record.Id]));
        }
    }

    /// <summary>Ends trees of which nothing says that they are to end, and tries to write it down then.</summary>
    /// <returns>Also the ids of those that somebody has started again meanwhile, which are not among the ended.</returns>
    private async ValueTask<(List<EndedTree> Ended, List<int> Again)> EndTreesUnnoted(Begun begun, StopOptions options)
    {
        var ends = await End(begun, options);
        try
        {
            using var transaction = _store.Begin();
            var again = StartedAgain(begun.Roots);
            // Somebody who could not write that down either may have started it. Nobody starts it while the lock is held.
            again.UnionWith(Remaining(begun.Roots.FindAll(root => ends[root.Id].Survivors.Count == 0)));
            NoteWanted(transaction, begun, again);
            var ended = NoteEnds(transaction, begun with { Found = begun.Found.FindAll(record => !again.Contains(record.Id)) }, ends);
            transaction.Save();
            return (ended, [.. again]);
        }
        catch (IOException e)
        {
            WarnOfEnds(e);
            return (begun.Found.ConvertAll(record => WouldStartAgain(EndedTreeOf(record, record, ends[record.Id]))), []);
        }
    }

    private void WarnOfEnds(IOException e) => tools.Warn($"that they have ended cannot be written down: {e.Message}");

    private static EndedTree WouldStartAgain(EndedTree tree) => tree.Failure is not null || tree.Record.Spec.Restart == RestartRule.Never ? tree : tree with
    {
        Failure = new Outcome.Failed(
            tree.Name, tree.Record, "it has ended, and would be started again: stop it once more when there is room to write that down"),
    };

    private IEnumerable<int> Remaining(List<TreeRoot> roots)
    {
        var seen = ProcessTrees.Find(roots, new Snapshot(tools.Table));
        return roots.Where(root => seen.ContainsKey(root.Id) || tools.Table.IsPopulated(root.Group) == true).Select(root => root.Id);
    }

    // Writes down late what could not be written before.
    private static void NoteWanted(StateTransaction transaction, Begun begun, HashSet<int> again)
    {
        foreach (var id in begun.Found.Select(record => record.Id).Where(id => !again.Contains(id)))
            if (transaction.State.Processes.GetValueOrDefault(id) is { } before && begun.Written.Processes[id] is var after)
                transaction.State = transaction.State.With(before with { State = after.State, LeaseOver = after.LeaseOver });
    }

    // Other commands may have had their turn since it was decided to end them.
    private HashSet<int> StartedAgain(IEnumerable<TreeRoot> roots)
    {
        var processes = _store.Read().Processes;
        return [.. roots.Where(root => processes.GetValueOrDefault(root.Id) is { } now && now.RunCookie != root.Group).Select(root => root.Id)];
    }

    private static EndedTree EndedTreeOf(ProcessRecord record, ProcessRecord now, TreeEnd end) => new(
        now,
        !record.State.IsOver || record.IsArmed(),
        end.Ended,
        end.Survivors.Count > 0 ? new Outcome.Failed(record.Spec.Name, record, CouldNotEnd(end), FailureCode.NotStopped) : null)
    { WasLate = end.WasLate };

    private static string CouldNotEnd(TreeEnd end) => $"could not end all of it: {string.Join("; ", end.Survivors)}";
}
