using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <content>What leases have to do with starting and ending.</content>
public sealed partial class Supervisor
{
    /// <summary>Ends whole trees that nobody owns any more.</summary>
    /// <param name="session">Those that were run in this session, and no other, whether their leases are over or not; null: all whose are.</param>
    public ValueTask<IReadOnlyList<Outcome>> EndLeases(string? session)
    {
        var why = new Dictionary<int, string>();
        return EndLeased(new Selection.All(), why, record => record.WhyToEnd(session, time.GetUtcNow(), table.MayBeAlive) is { } over && why.TryAdd(record.Id, over));
    }

    /// <summary>Ends those whose leases are newly over: the daemon's, each time that it hears of one.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> EndLeasesOver()
    {
        var why = new Dictionary<int, string>();
        foreach (var record in store.Read().Processes.Values.Where(record => record.IsHeldByLease() && !IsElsewhere(record)))
            if (WhyOver(record) is { } over)
                why.Add(record.Id, over);
        return why.Count == 0 ? [] : await EndLeased(Selection.Of(why.Keys), why, _ => true);
    }

    private async ValueTask<IReadOnlyList<Outcome>> EndLeased(
        Selection selection, Dictionary<int, string> why, Func<ProcessRecord, bool> inBulk)
    {
        var (ended, outcomes) = await EndTreesAnyway(
            selection, StopOptions.Default, inBulk, record => new ProcessEvent.LeaseEnded(why[record.Id]));
        foreach (var tree in ended)
            if (tree.Failure is { } failure)
                outcomes.Add(failure);
            else if (tree.WasActive || tree.ProcessesEnded > 0)
                outcomes.Add(new Outcome.LeaseEnded(tree.Name, tree.Record, why[tree.Record.Id]));
        return outcomes;
    }

    private string? WhyOver(ProcessRecord record) => record.WhyLeaseIsOver(time.GetUtcNow(), table.MayBeAlive);

    // One whose owner has gone stays as it is, and is said to.
    private (List<ProcessRecord> Found, List<Outcome> Missing) Renewed(
        StateTransaction transaction, (List<ProcessRecord> Found, List<Outcome> Missing) chosen)
    {
        var found = new List<ProcessRecord>();
        foreach (var record in chosen.Found)
        {
            var renewed = IsNotRunning(record) ? record.Renewed(time.GetUtcNow()) : record;
            if (IsNotRunning(record) && WhyOver(renewed) is not null)
            {
                chosen.Missing.Add(new Outcome.Failed(record.Spec.Name, record, WhyNotByLease(record)!));
                continue;
            }

            transaction.State = transaction.State.With(renewed);
            found.Add(renewed);
        }

        return (found, chosen.Missing);
    }

    // What is due to be restarted ends here; what the user wants is refused.
    private Outcome InsteadOfStarting(StateTransaction transaction, ProcessRecord record, ProcessEvent happened, string over)
    {
        if (happened is not ProcessEvent.Tick)
            return new Outcome.Failed(record.Spec.Name, record, WhyNotByLease(record)!);
        var ended = Lifecycle.Decide(record, new ProcessEvent.LeaseEnded(over), time.GetUtcNow()).Record;
        transaction.State = transaction.State.With(ended);
        return new Outcome.LeaseEnded(ended.Spec.Name, ended, over);
    }

    private string? WhyNotByLease(ProcessRecord record)
    {
        var id = record.Id;
        return WhyOver(record.Renewed(time.GetUtcNow())) is { } ownerGone
            ? $"it was to end with its owner, and {ownerGone}; 'sentinel delete {id}', then 'sentinel run' it without --until or with another"
            : WhyOver(record) is not { } over ? null
            : $"its lease is over: {over}; "
                + (IsNotRunning(record) ? $"'sentinel start {id}' begins it anew" : $"'sentinel stop {id}', then 'sentinel start {id}', begins it anew");
    }
}
