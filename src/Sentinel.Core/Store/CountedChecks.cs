using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Store;

/// <summary>
/// Health checks that were made since the state was last written. Nothing is written for their sake: they go with the next change, and are
/// lost if this process is killed before.
/// </summary>
public sealed class CountedChecks
{
    // By the id of the process.
    private readonly Dictionary<int, Counts<CheckResult>> _counted = [];

    public void Count(int id, CheckResult result) =>
        _counted[id] = _counted.GetValueOrDefault(id, Counts<CheckResult>.None).With(result);

    /// <summary>A state with them; the same one if there are none.</summary>
    public State In(State state)
    {
        foreach (var (id, counts) in _counted)
            if (state.Processes.GetValueOrDefault(id) is { Tally: var tally } record)
                state = state.With(record with
                {
                    Tally = tally with { Checks = CheckResults.All.Aggregate(tally.Checks, (sum, result) => sum.With(result, counts[result])) },
                });
        return state;
    }

    /// <summary>Forgets them: the state has them now.</summary>
    internal void Clear() => _counted.Clear();
}
