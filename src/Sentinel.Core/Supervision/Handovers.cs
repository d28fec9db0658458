using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Follows programs that go on as other processes than the one that was started.</summary>
internal sealed class Handovers(StateStore store, IProcessTable table, TimeProvider time, Reconciliation reconciliation, Starting starting)
{
    /// <inheritdoc cref="Supervisor.FollowHandovers"/>
    public ValueTask<IReadOnlyList<Outcome>> Follow() => starting.StartDue((transaction, snapshot) =>
    {
        var ended = new List<ProcessRecord>();
        foreach (var record in transaction.State.Processes.Values.Where(record => record.State is RunState.Running { Handover: not null }))
        {
            ended.Add(reconciliation.Settle(record, snapshot));
            if (ended[^1] != record)
                transaction.State = transaction.State.With(ended[^1]);
        }

        return ended;
    });

    /// <inheritdoc cref="Supervisor.MayBeInBackground"/>
    public IReadOnlyList<int> MayBeInBackground(IEnumerable<int> ids) => [.. ids
        .Where(id => store.Read().Processes.GetValueOrDefault(id) is { State: RunState.Exited { Left: null } } record
            && Background.MayBe(record) && table.IsPopulated(record.RunCookie) != false)];

    /// <inheritdoc cref="Supervisor.NoteBackground"/>
    public void NoteBackground(IEnumerable<int> ids)
    {
        using var transaction = store.Begin();
        var snapshot = new Snapshot(table);
        foreach (var record in MayBeInBackground(ids).Select(id => transaction.State.Processes[id]).ToList())
        {
            var left = LeftBehind.OfLastRun(record, snapshot, transaction.State.Processes.Values, time);
            if (left.Count > 0)
                transaction.State = transaction.State.With(Lifecycle.Decide(record, new ProcessEvent.FoundLeft(left), time.GetUtcNow()).Record);
        }

        transaction.Save();
    }
}
