using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <content>How what was asked for is changed later: how many of it, and how it is treated.</content>
public sealed partial class Supervisor
{
    /// <summary>Has a set have so many instances: starts more that are like the first, or ends and forgets the last.</summary>
    /// <param name="isRelative">Whether <paramref name="count"/> is how many more.</param>
    public async ValueTask<IReadOnlyList<Outcome>> Scale(string set, int count, bool isRelative)
    {
        List<ProcessRecord> tooMany;
        List<Outcome> added = [];
        using (var transaction = store.Begin())
        {
            var state = transaction.State;
            var instances = state.InstancesOf(set).ToList();
            if (instances.Count == 0)
                return [NoSet(state, set)];
            var wanted = isRelative ? instances.Count + count : count;
            if (wanted is < 1 or > Instance.Most)
                return [new Outcome.Failed(set, null,
                    $"a set has 1 to {Instance.Most} instances, and {set} would have {wanted}" + (wanted < 1 ? $"; 'sentinel delete {set}' ends all of them" : ""))];
            var taken = instances.Select(instance => instance.Spec.Instance!.Number).ToHashSet();
            var missing = Enumerable.Range(1, int.MaxValue).Where(number => !taken.Contains(number))
                .Take(Math.Max(0, wanted - instances.Count))
                .Select(number => OfSet(instances[0].Spec, set, number))
                .ToList();
            if (missing.Count > 0)
                added = Register(transaction, state, state.AfterIds(missing.Count), missing, instances[0].Origin);
            tooMany = instances[Math.Min(wanted, instances.Count)..];
        }

        if (added.Count > 0)
            return await AllOrNone(added);
        return tooMany.Count > 0 ? await Delete(Selection.Of(tooMany.Select(instance => instance.Id)), StopOptions.Default, withLogs: false) : [];
    }

    /// <summary>Asks something else of a process than was asked before.</summary>
    /// <param name="before">What the caller took for what is asked: nobody's change is undone without being seen.</param>
    public Outcome Change(int id, ProcessSpec before, ProcessSpec after)
    {
        using var transaction = store.Begin();
        if (transaction.State.Processes.GetValueOrDefault(id) is not { } record)
            return new Outcome.Failed(before.Name, null, "it was deleted meanwhile");
        if (!SpecDocument.AreSame(record.Spec, before))
            return new Outcome.Failed(before.Name, record, "another command changed it meanwhile; try again");
        if (IsElsewhere(record))
            return NotHere(record);
        var changed = record with { Spec = after };
        // What could not be started again is not accepted.
        if (WhyNot(changed, transaction.State) is { } why)
            return new Outcome.Failed(before.Name, record, why);
        transaction.State = transaction.State.With(changed);
        transaction.Save();
        return new Outcome.Changed(after.Name, changed, IsOutdated: !IsNotRunning(record) && !SpecDocument.AreSame(AtOnce(before, after), after));
    }

    // What a change is for a process that runs.
    private static ProcessSpec AtOnce(ProcessSpec before, ProcessSpec after) => before with
    {
        Restart = after.Restart,
        RestartLimit = after.RestartLimit,
        PidFile = after.PidFile,
        Stop = after.Stop,
        MaxMemoryBytes = after.MaxMemoryBytes,
        // The one that stands between reads them when it begins.
        LogLimits = before.LogPipe ? before.LogLimits : after.LogLimits,
        Lease = after.Lease,
        AnyListener = after.AnyListener,
        // Where it is to tell by itself, it has to know.
        Health = after.Health?.Probe.Kind == ProbeKind.Notify ? before.Health : after.Health,
    };

    private static ProcessSpec OfSet(ProcessSpec spec, string set, int number)
    {
        var instance = new Instance(set, number);
        return spec with { Name = instance.Name, Instance = instance };
    }

    private static Outcome.Failed NoSet(State state, string set) => new(set, null, state.Find(set) is { } single
        ? $"{set} is a single process; 'sentinel delete {single.Id}' and 'sentinel run --instances N' make a set of it"
        : $"there is no set named '{set}'; 'sentinel run --instances N --name {set}' makes one");
}
