using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Finds the processes that a request is about, and brings their records up to what is.</summary>
internal sealed class Choosing(StateStore store, IProcessTable table, Reconciliation reconciliation)
{
    public Chosen Choose(StateTransaction transaction, Snapshot snapshot, Selection selection, Func<ProcessRecord, bool> inBulk)
    {
        if (selection is not Selection.Named)
            transaction.State = reconciliation.Settle(transaction.State, snapshot);
        var (found, missing) = selection.In(transaction.State, inBulk);
        for (var i = 0; i < found.Count; i++)
        {
            found[i] = reconciliation.Settle(found[i], snapshot);
            transaction.State = transaction.State.With(found[i]);
        }

        // A process that cannot be seen from here must be neither ended nor started a second time.
        missing.AddRange(found.Where(IsElsewhere).Select(NotHere));
        found.RemoveAll(IsElsewhere);
        return new Chosen(found, missing);
    }

    /// <summary>Adds what those that were chosen need, and is neither up nor done.</summary>
    public Chosen WithWhatTheyNeed(StateTransaction transaction, Snapshot snapshot, Chosen chosen)
    {
        if (!chosen.Found.Exists(record => record.Spec.Needs.Count > 0))
            return chosen;
        // Whether that is up may have to be found out.
        transaction.State = reconciliation.Settle(transaction.State, snapshot);
        var needed = new Dependencies(transaction.State.Processes.Values).ToStartWith(chosen.Found);
        return chosen with { Found = [.. chosen.Found, .. needed.Where(record => !IsElsewhere(record))] };
    }

    public bool IsElsewhere(ProcessRecord record) => Reconciliation.IsElsewhere(record, table);

    public Outcome.Failed NotHere(ProcessRecord record) => new(
        record.Spec.Name,
        record,
        $"it runs {new RunState.Elsewhere(record.State).Place}; "
            + (store.IsHeld ? "stop the daemon, which is not there, and do it there" : "do it there"),
        FailureCode.Elsewhere);

    /// <summary>Whether a process is known to have ended in another pid namespace.</summary>
    public bool HasEndedElsewhere(ProcessRecord record) => IsElsewhere(record) && !reconciliation.MayRunElsewhere(record, table);

    /// <summary>The part of the state that can be watched and ended from here.</summary>
    public State Here(State state)
    {
        var elsewhere = state.Processes.Values.Where(IsElsewhere).Select(record => record.Id).ToList();
        return elsewhere.Count == 0 ? state : state with { Processes = state.Processes.RemoveRange(elsewhere) };
    }
}
