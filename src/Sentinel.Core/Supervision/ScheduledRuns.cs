using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Starts processes whose times have come.</summary>
internal sealed class ScheduledRuns(SupervisorTools tools, Choosing choosing, Starting starting, Restarting restarting)
{
    /// <inheritdoc cref="Supervisor.RunScheduled"/>
    public async ValueTask<IReadOnlyList<Outcome>> Run(TimeSpan? clockSetBy)
    {
        var (told, toReplace) = (new List<Event>(), new List<int>());
        var outcomes = new List<Outcome>(await starting.Start((transaction, snapshot) => Choose(transaction, snapshot, clockSetBy, told, toReplace), new ProcessEvent.RunRequested()));
        tools.Store.Tell(told);
        if (toReplace.Count > 0)
            outcomes.AddRange(await restarting.Restart(Selection.Of(toReplace), StopOptions.Default, renewal: null, RestartReason.Schedule));
        return outcomes;
    }

    /// <inheritdoc cref="Request.Trigger"/>
    public ValueTask<IReadOnlyList<Outcome>> Trigger(Selection selection) => starting.Start(
        (transaction, snapshot) =>
        {
            var chosen = choosing.Choose(transaction, snapshot, selection, _ => true);
            foreach (var record in chosen.Found.Where(record => record.Spec.Schedule is null))
                chosen.Missing.Add(new Outcome.Failed(record.Spec.Name, record, $"it has no schedule; 'sentinel start {record.Spec.Name}' starts it"));
            foreach (var record in chosen.Found.Where(record => record.Spec.Schedule is not null && record.State.IsUnderWay))
                chosen.Missing.Add(new Outcome.Failed(record.Spec.Name, record, $"it runs already; 'sentinel restart {record.Spec.Name}' stops it and starts it again", FailureCode.Busy));
            return chosen with { Found = chosen.Found.FindAll(record => record.Spec.Schedule is not null && !record.State.IsUnderWay) };
        },
        new ProcessEvent.RunRequested());

    private Chosen Choose(StateTransaction transaction, Snapshot snapshot, TimeSpan? clockSetBy, List<Event> told, List<int> toReplace)
    {
        var now = tools.Time.GetUtcNow();
        if (clockSetBy is { } by)
            foreach (var record in transaction.State.Processes.Values)
                if (record is { Spec.Schedule: { } schedule, Schedule: { } mark } && Scheduling.AfterClockSet(schedule, mark, now, by) is var moved && moved != mark)
                    transaction.State = transaction.State.With(record with { Schedule = moved });
        var isMoved = clockSetBy is { } forward && forward > TimeSpan.Zero && forward <= Scheduling.LargestMove;
        var due = transaction.State.Processes.Values.Where(record => record.Spec.Schedule is not null && Scheduling.Decide(record, now, isMoved) is not null).Select(record => record.Id).ToList();
        var chosen = new Chosen([], []);
        foreach (var settled in choosing.Choose(transaction, snapshot, Selection.Of(due), _ => true).Found)
        {
            if (Scheduling.Decide(settled, now, isMoved) is not { } decision)
                continue;
            var record = settled with { Schedule = decision.Mark };
            transaction.State = transaction.State.With(record);
            if (decision is { Why: { } why, Slot: { } slot, Mark.Skipped: 1 })
                told.Add(new Event.CronSkipped(now, record.Id, record.Spec.Name, slot, why));
            if (decision.Do == SlotAction.Start)
                chosen.Found.Add(record);
            else if (decision.Do == SlotAction.Replace)
                toReplace.Add(record.Id);
        }

        return chosen;
    }
}
