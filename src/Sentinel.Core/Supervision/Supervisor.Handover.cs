using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Supervision;

/// <content>What becomes of programs that go on as other processes than the one that was started.</content>
public sealed partial class Supervisor
{
    /// <summary>Looks again whether another process has taken the place of a main process that has ended, and what is to be done where none has.</summary>
    /// <returns>What was started, and what could not be.</returns>
    public ValueTask<IReadOnlyList<Outcome>> FollowHandovers() => StartDue((transaction, snapshot) =>
    {
        var ended = new List<ProcessRecord>();
        foreach (var record in transaction.State.Processes.Values.Where(record => record.State is RunState.Running { Handover: not null }))
        {
            ended.Add(_reconciliation.Settle(record, snapshot));
            if (ended[^1] != record)
                transaction.State = transaction.State.With(ended[^1]);
        }

        return ended.Where(IsDue);
    });

    /// <summary>Which of those that have just ended may have gone into the background; that shows when a moment has passed.</summary>
    public IReadOnlyList<int> MayBeInBackground(IEnumerable<int> ids) => [.. ids
        .Where(id => store.Read().Processes.GetValueOrDefault(id) is { State: RunState.Exited { Left: null } } record
            && Background.MayBe(record) && table.IsPopulated(record.Cookie) != false)];

    /// <summary>Takes note of those that went into the background.</summary>
    public void NoteBackground(IEnumerable<int> ids)
    {
        using var transaction = store.Begin();
        var snapshot = new Snapshot(table);
        foreach (var record in MayBeInBackground(ids).Select(id => transaction.State.Processes[id]).ToList())
        {
            var left = LeftBehind.Find([record], snapshot, transaction.State.Processes.Values, time).GetValueOrDefault(record.Id);
            if (left is not null)
                transaction.State = transaction.State.With(Lifecycle.Decide(record, new ProcessEvent.FoundLeft(left), time.GetUtcNow()).Record);
        }

        transaction.Save();
    }

    /// <summary>What those that are to be started have left running.</summary>
    /// <param name="InTheWay">What is to end before.</param>
    /// <param name="InDoubt">Those of which it is too early to say whether they went into the background.</param>
    /// <param name="ToTell">What will have happened when the first have ended; after a crash that goes without saying.</param>
    private sealed record Remains(List<TreeRoot> InTheWay, List<Doubt> InDoubt, List<Event.EndedLeft> ToTell);

    private sealed record Doubt(int Id, List<Sighting> Left, TimeSpan Wait);

    // What went into the background may serve: it is not started again.
    private Remains Sort(Dictionary<int, List<Sighting>> remains, StateTransaction transaction, ProcessEvent happened)
    {
        var (sorted, now) = (new Remains([], [], []), time.GetUtcNow());
        foreach (var (id, members) in remains)
        {
            var record = transaction.State.Processes[id];
            if (happened is ProcessEvent.Tick && record.LastRun is { How: Exit.Code { Value: 0 } or Exit.Unknown } run)
            {
                var left = LeftBehind.Of(record, members, table, time);
                var isInBackground = Background.Is(record, left);
                if (isInBackground && Background.Wait(run, left, now) is { Ticks: > 0 } wait)
                {
                    sorted.InDoubt.Add(new Doubt(id, members, wait));
                    continue;
                }

                if (isInBackground)
                {
                    // That it ended is an event of its own.
                    transaction.Note();
                    transaction.State = transaction.State.With(Lifecycle.Decide(record, new ProcessEvent.FoundLeft(left), now).Record);
                    continue;
                }

                sorted.ToTell.Add(new Event.EndedLeft(now, id, record.Spec.Name, Background.Words(left)));
            }

            sorted.InTheWay.Add(TreeRoot.Of(record));
        }

        return sorted;
    }

    // Or until something of it has ended.
    private async ValueTask WaitUntilDecided(List<Doubt> doubts)
    {
        var held = doubts.SelectMany(doubt => doubt.Left)
            .Select(member => handles.Open(table.IdentityOf(member))).OfType<IProcessHandle>().ToList();
        await handles.WaitAny(held, doubts.Min(doubt => doubt.Wait));
        held.ForEach(handle => handle.Dispose());
    }
}
