using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Starts processes that somebody connects to, and stops them when nobody does.</summary>
internal sealed class DemandedRuns(Choosing choosing, Starting starting, Stopping stopping)
{
    /// <summary>Starts a process that listens, for somebody has connected.</summary>
    public ValueTask<IReadOnlyList<Outcome>> Start(int id) => starting.Start(
        (transaction, snapshot) =>
        {
            var chosen = choosing.Choose(transaction, snapshot, Selection.Of([id]), _ => true);
            return chosen with { Found = chosen.Found.FindAll(record => record.State is RunState.Scheduled { OnDemand: true }) };
        },
        new ProcessEvent.RunRequested());

    /// <summary>Stops processes that nobody has been connected to for long enough; who connects next starts them.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Stop(IReadOnlyList<int> ids)
    {
        var (ended, outcomes) = await stopping.EndTreesAnyway(Selection.Of(ids), StopOptions.Default, _ => true, _ => new ProcessEvent.Idle());
        outcomes.AddRange(ended.Select(tree => tree.Failure).OfType<Outcome>());
        return outcomes;
    }
}
