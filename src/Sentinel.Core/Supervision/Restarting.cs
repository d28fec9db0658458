using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Ends trees and starts them again.</summary>
internal sealed class Restarting(
    SupervisorTools tools, LeaseRules leases, Launching launching, PortBook ports, Reconciliation reconciliation, Starting starting, Stopping stopping)
{
    /// <inheritdoc cref="Supervisor.Restart"/>
    /// <param name="reason">Why they are restarted.</param>
    /// <param name="changes">The changes of files that are the reason, by the ids of the processes; null: there are none.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Restart(
        Selection selection, StopOptions options, Renewal? renewal, RestartReason reason = RestartReason.User, IReadOnlyDictionary<int, FileChange>? changes = null)
    {
        // A process that could not be started again goes on as it is.
        var begun = stopping.Begin(
            selection,
            AppliesInBulk,
            record => new ProcessEvent.RestartRequested(reason, changes?.GetValueOrDefault(record.Id)),
            (record, state) => leases.WhyNotToStart(record) ?? launching.WhyNot(record, state) ?? ports.WhyNotAgain(state, record, IsStrangerTo(record, state)),
            renewal);
        var outcomes = begun.Missing;
        var ends = await stopping.End(begun, options);
        var starts = await starting.Start(
            (transaction, snapshot) =>
            {
                var ended = stopping.NoteEnds(transaction, begun, ends);
                outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());
                // That they ended is an event of its own.
                transaction.Note();
                return StillToRestart(transaction, snapshot, ended.Where(tree => tree.Failure is null).Select(tree => tree.Record));
            },
            new ProcessEvent.StartRequested(),
            later: (transaction, snapshot, waiting) => StillToRestart(transaction, snapshot, begun.Found.Where(record => waiting.Contains(record.Id))));
        var pids = begun.Found.ToDictionary(record => record.Id, record => record.State.Main?.Pid);
        outcomes.AddRange(starts.Select(outcome => outcome is Outcome.Began began
            ? new Outcome.Restarted(began.Target, began.Process, pids[began.Process.Id]) { Ports = began.Ports }
            : outcome));
        return outcomes;
    }

    /// <summary>Whether a process is restarted that nobody named: not what you stopped, and nothing before its time, or before anybody connects.</summary>
    public bool AppliesInBulk(ProcessRecord record) => record.State is not RunState.Stopped && leases.WhyOver(record) is null && (!record.Spec.IsStartedByCause || record.State.IsUnderWay);

    /// <inheritdoc cref="Supervisor.RestartOutgrown"/>
    public async ValueTask<IReadOnlyList<Outcome>> RestartOutgrown()
    {
        var limited = tools.Store.Read().Processes.Values
            .Where(record => record is { Spec.MaxMemoryBytes: not null, State: RunState.Running })
            .ToList();
        if (limited.Count == 0)
            return [];
        var trees = ProcessTrees.Find(limited.ConvertAll(TreeRoot.Of), new Snapshot(tools.Table));
        var outgrown = limited
            .Select(record => new Event.OutgrewMemory(
                tools.Time.GetUtcNow(),
                record.Id,
                record.Spec.Name,
                trees.GetValueOrDefault(record.Id)?.Sum(process => process.MemoryBytes) ?? 0,
                record.Spec.MaxMemoryBytes!.Value))
            .Where(happened => happened.MemoryBytes > happened.LimitBytes)
            .ToList();
        if (outgrown.Count == 0)
            return [];
        tools.Store.Tell(outgrown);
        return await Restart(Selection.Of(outgrown.Select(happened => happened.Id)), StopOptions.Default, renewal: null, RestartReason.Memory);
    }

    /// <inheritdoc cref="Supervisor.RestartDependents"/>
    public async ValueTask<IReadOnlyList<Outcome>> RestartDependents()
    {
        var toRestart = new Dependencies(tools.Store.Read().Processes.Values).ToRestart().ToList();
        if (toRestart.Count == 0)
            return [];
        tools.Store.Tell([.. toRestart.Select(entry => new Event.Follows(tools.Time.GetUtcNow(), entry.Record.Id, entry.Record.Spec.Name, entry.Why))]);
        return await Restart(Selection.Of(toRestart.Select(entry => entry.Record.Id)), StopOptions.Default, renewal: null, RestartReason.Dependency);
    }

    // Others had their turn since these were ended.
    private Chosen StillToRestart(StateTransaction transaction, Snapshot snapshot, IEnumerable<ProcessRecord> ended)
    {
        var chosen = new Chosen([], []);
        foreach (var before in ended)
        {
            if (transaction.State.Processes.GetValueOrDefault(before.Id) is not { } current)
            {
                chosen.Missing.Add(new Outcome.Failed(before.Spec.Name, null, "it was deleted meanwhile", FailureCode.NotFound));
                continue;
            }

            // Another command may have started it first, or have been killed while it did: what it started is the successor.
            var record = reconciliation.Settle(current, snapshot);
            transaction.State = transaction.State.With(record);
            if (record.State is RunState.Stopping or RunState.Stopped)
                chosen.Missing.Add(new Outcome.Failed(record.Spec.Name, record, "another command stopped it meanwhile", FailureCode.Busy));
            else
                chosen.Found.Add(record);
        }

        return chosen;
    }

    private Func<int, bool> IsStrangerTo(ProcessRecord record, State state)
    {
        var own = new Lazy<HashSet<int>>(() => [..
            ProcessTrees.Find([TreeRoot.Of(record)], new Snapshot(tools.Table), state.Processes.Values.Select(TreeRoot.Of))
                .GetValueOrDefault(record.Id, []).Select(member => member.Pid)]);
        return pid => !own.Value.Contains(pid) && tools.Table.Look(pid) is not null;
    }
}
