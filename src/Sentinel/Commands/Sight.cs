using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Commands;

/// <summary>The state as it is now, not only as recorded: as seen here or, where that is impossible, as the daemon sees it.</summary>
/// <param name="Told">What the daemon said, by id.</param>
internal sealed record Sight(State State, IReadOnlyDictionary<int, ProcessView> Told)
{
    public static Sight Of(State written, Session session, Snapshot snapshot)
    {
        var seen = session.Reconciliation.Look(written, snapshot);
        var elsewhere = seen.Processes.Values.Where(record => record.State is RunState.Elsewhere).Select(record => record.Id).ToHashSet();
        if (elsewhere.Count == 0 || session.Daemon is not { } daemon)
            return new Sight(seen, new Dictionary<int, ProcessView>());
        var told = daemon.See().Where(view => elsewhere.Contains(view.Record.Id) && view.Record.State is not RunState.Elsewhere)
            .ToDictionary(view => view.Record.Id);
        return new Sight(told.Values.Aggregate(seen, (state, view) => state.With(view.Record)), told);
    }
}
