using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <content>What was started here and is in no record any more.</content>
public sealed partial class Supervisor
{
    /// <summary>Why a process is not started: one of its name runs already, though no record says so.</summary>
    private Outcome.Failed? DoubleOf(StateTransaction transaction, string name)
    {
        if (!transaction.State.MayHaveStrays)
            return null;
        var strays = Stray.Find(transaction.State, new Snapshot(table));
        if (strays.Count == 0)
            transaction.State = transaction.State with { MayHaveStrays = false };
        return strays.FirstOrDefault(stray => stray.Name is null || stray.Name == name) is { } found
            ? new Outcome.Failed(name, null, Stray.Sentence([found]))
            : null;
    }

    private async ValueTask EndStrays(StopOptions options, List<Outcome> outcomes)
    {
        var state = store.Read();
        if (!state.MayHaveStrays)
            return;
        var strays = Stray.Find(state, new Snapshot(table));
        // No record has a number below 1.
        var roots = strays.Select((stray, i) => new TreeRoot(-1 - i, stray.Cookie, null, null, StopRule.Default)).ToList();
        var ends = await _ending.End(roots, options, others: [.. state.Processes.Values.Select(TreeRoot.Of)]);
        for (var i = 0; i < strays.Count; i++)
            if (ends[-1 - i] is { Survivors.Count: > 0 } end)
                outcomes.Add(new Outcome.Failed(strays[i].ToString(), null, CouldNotEnd(end)));
            else
                warn($"{strays[i]} was in no record, and was ended");
        using var transaction = store.Begin();
        transaction.State = transaction.State with { MayHaveStrays = ends.Values.Any(end => end.Survivors.Count > 0) };
        transaction.Save();
    }
}
