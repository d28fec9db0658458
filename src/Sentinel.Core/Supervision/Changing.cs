using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Model;
using Sentinel.Model.Fields;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Changes what is asked of processes that are registered.</summary>
internal sealed class Changing(SupervisorTools tools, Choosing choosing, Launching launching, PortBook ports)
{
    /// <inheritdoc cref="Supervisor.Change"/>
    public IReadOnlyList<Outcome> Change(IReadOnlyList<SpecChange> changes)
    {
        using var transaction = tools.Store.Begin();
        var before = transaction.State;
        var untouched = before.Without([.. changes.Select(change => change.Id)]);
        // One may take the name that another gives up.
        var others = untouched;
        var failed = new List<Outcome>();
        var changed = new List<Outcome>();
        foreach (var change in changes)
        {
            if ((WhyNoSet(change, untouched) ?? WhyNot(change, before, others)) is { } failure)
            {
                failed.Add(failure);
                continue;
            }

            var fields = SpecFields.Changed(change.Before, change.After).ToList();
            var record = before.Processes[change.Id].With(change.After);
            // What kept its files from being watched may be no more: the daemon finds out.
            if (fields.Exists(field => field.Key.StartsWith("watch", StringComparison.Ordinal)))
                record = record with { WatchTrouble = null };
            others = others.With(record);
            try
            {
                transaction.State = ports.Adjust(transaction.State.With(record), record);
            }
            catch (PortException e)
            {
                failed.Add(new Outcome.Failed(change.Before.Name, before.Processes[change.Id], e.Message, FailureCode.PortHeld));
                continue;
            }

            // A spec that could not be started is refused.
            if (launching.WhyNot(record, transaction.State) is { } why)
            {
                failed.Add(new Outcome.Failed(change.Before.Name, before.Processes[change.Id], why, FailureCode.NotStarted));
                continue;
            }

            changed.Add(new Outcome.Changed(
                change.After.Name, record, IsOutdated: record.State.IsUnderWay && SpecFields.AtNextStart(change.Before, change.After).Any(),
                [.. fields.Select(field => field.Key)]));
        }

        if (failed.Count > 0)
            return failed;
        if (new Dependencies(transaction.State.Processes.Values).CircleFrom(changes.Select(change => transaction.State.Processes[change.Id]).Where(Dependencies.HasAny)) is { } circle)
            return [InACircle((changes.FirstOrDefault(change => circle.Contains(change.After.Name)) ?? changes[0]).Before.Name, circle)];
        transaction.Save();
        return changed;
    }

    /// <summary>That a process would wait for itself.</summary>
    public static Outcome.Failed InACircle(string target, IReadOnlyList<string> circle) =>
        new(target, null, $"it would wait for itself: {string.Join(" needs ", circle)}");

    // A set is renamed as a whole, so none of that name is left.
    private static Outcome.Failed? WhyNoSet(SpecChange change, State untouched) =>
        change.After.Instance is { } after && after.Set != change.Before.Instance?.Set ? Registry.NotFree(untouched, after.Set) : null;

    /// <param name="others">The state without those that are still to be changed.</param>
    private Outcome.Failed? WhyNot(SpecChange change, State state, State others)
    {
        var (id, before, after) = change;
        if (state.Processes.GetValueOrDefault(id) is not { } record)
            return new Outcome.Failed(before.Name, null, "it was deleted meanwhile", FailureCode.NotFound);
        if (!SpecDocument.AreSame(record.Spec, before))
            return new Outcome.Failed(before.Name, record, "another command changed it meanwhile; try again", FailureCode.Busy);
        if (choosing.IsElsewhere(record))
            return choosing.NotHere(record);
        if (after.Name != before.Name && Registry.NotFree(others, after.Name) is { } taken)
            return taken with { Target = before.Name };
        if (after.Group is { } group && !state.Groups.ContainsKey(group))
            return GroupBook.Missing(state, group, $"'sentinel group create {group}' makes it") with { Target = before.Name };
        return null;
    }
}
