using Sentinel.Api;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Supervision;

/// <summary>Takes note of what happens to runs, and does what follows from that.</summary>
internal sealed class Noting(SupervisorTools tools, Choosing choosing, Reconciliation reconciliation, Starting starting, Stopping stopping, Replacing replacing)
{
    /// <summary>Takes note of runs that have ended by themselves, and starts again what is due at once.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public async ValueTask<IReadOnlyList<Outcome>> Ended(IReadOnlyCollection<EndedMain> runs)
    {
        var failed = new List<ProcessRecord>();
        var outcomes = await starting.StartDue((transaction, snapshot) =>
        {
            var ended = new List<ProcessRecord>();
            foreach (var run in runs)
            {
                if (transaction.State.Processes.GetValueOrDefault(run.Id) is not { } record)
                    continue;
                var (isMain, isPredecessor) = (record.State is RunState.Running running && running.Identity == run.Main, record.Predecessor?.Run.Identity == run.Main);
                if (!isMain && !isPredecessor)
                    continue;
                var how = Reconciliation.Explained(run.End?.How, (isMain ? record : record.AsPredecessor).RunCookie, tools.Table) ?? new Exit.Unknown("nobody was watching when it ended");
                var (after, effect) = isMain
                    ? reconciliation.After(record, new ProcessEvent.Ended(how, Witnessed: run.End is not null, run.End?.PeakMemoryBytes), snapshot)
                    : Lifecycle.Decide(record, new ProcessEvent.PredecessorEnded(how, Witnessed: run.End is not null), tools.Time.GetUtcNow());
                ended.Add(after);
                if (effect == Effect.EndTree)
                    failed.Add(after);
                transaction.State = transaction.State.With(after);
            }

            return ended;
        });
        // The run before is the current one again when the whole tree of the one that failed to take its place has ended.
        if (failed.Count > 0)
            await stopping.EndFailed(failed, tools.Store.Read());
        return outcomes;
    }

    /// <summary>Takes note of what happened to a run, if its process is still in that run, and ends what has failed.</summary>
    public async ValueTask Note(int id, ProcessIdentity main, ProcessEvent happened)
    {
        ProcessRecord changed;
        Effect effect;
        State written;
        using (var transaction = tools.Store.Begin())
        {
            if (transaction.State.Processes.GetValueOrDefault(id) is not { } record || record.State.Main != main)
                return;
            (changed, effect) = happened is ProcessEvent.Ended ended
                ? reconciliation.After(record, ended, new Snapshot(tools.Table))
                : Lifecycle.Decide(record, happened, tools.Time.GetUtcNow());
            transaction.State = transaction.State.With(changed);
            transaction.Save();
            written = transaction.State;
        }

        if (effect == Effect.EndTree)
            await stopping.EndFailed([changed], written);
        else if (effect == Effect.EndPredecessor)
            await replacing.EndPredecessor(id);
    }

    /// <summary>Goes on ending what had failed, where the one who was ending it was killed.</summary>
    public ValueTask EndFailed()
    {
        var written = tools.Store.Read();
        return stopping.EndFailed(
            [.. written.Processes.Values.Where(record => record.State is RunState.Stopping { Why: not null } && !choosing.IsElsewhere(record))], written);
    }
}
