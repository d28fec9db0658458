using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Decides which processes are started now, which of them wait for others, and which may not be started.</summary>
internal sealed class Deciding(LeaseRules leases, IProcessTable table, TimeProvider time)
{
    /// <param name="outcomes">Gets those for what is not to be spawned.</param>
    /// <returns>What is to be spawned; the state has it as starting.</returns>
    public List<ProcessRecord> Decide(
        StateTransaction transaction, IReadOnlyCollection<ProcessRecord> wanted, ProcessEvent happened, Renewal? renewal, List<Outcome> outcomes)
    {
        var toSpawn = new List<ProcessRecord>();
        foreach (var record in wanted.Select(record => record.With(renewal)))
        {
            var (starting, effect) = Lifecycle.Decide(record, happened, time.GetUtcNow());
            if (effect == Effect.Spawn && leases.WhyOver(record) is { } over)
            {
                outcomes.Add(InsteadOfStarting(transaction, record, happened, over));
            }
            else if (effect == Effect.Spawn)
            {
                toSpawn.Add(starting with { State = ((RunState.Starting)starting.State) with { PidNamespace = table.PidNamespace } });
                transaction.State = transaction.State.With(toSpawn[^1]);
            }
            else if (starting.State is RunState.Scheduled)
            {
                transaction.State = transaction.State.With(starting);
                outcomes.Add(new Outcome.Scheduled(starting.Spec.Name, starting, Scheduling.Next(starting)));
            }
            else if (happened is ProcessEvent.StartRequested or ProcessEvent.RunRequested)
            {
                if (record.State is RunState.Running && renewal is not null)
                    transaction.State = transaction.State.With(record);
                outcomes.Add(record.State is RunState.Running
                    ? new Outcome.AlreadyRunning(record.Spec.Name, record, IsOutdated: renewal is not null) { Ports = PortRef.Of(record, transaction.State) }
                    : new Outcome.Failed(record.Spec.Name, record, "it is being stopped, and not all of it has ended yet", FailureCode.Busy));
            }
        }

        // What takes the place of another has had what it needs.
        return happened is ProcessEvent.StartRequested { IsAlone: true } or ProcessEvent.ReplaceRequested || !toSpawn.Exists(Dependencies.HasAny) ? toSpawn
            : WithWhatTheyNeed(transaction, toSpawn, wanted.ToDictionary(record => record.Id, record => record.With(renewal)), happened, outcomes);
    }

    // All are being started by now, so that one can be told to wait for another.
    private List<ProcessRecord> WithWhatTheyNeed(
        StateTransaction transaction, List<ProcessRecord> toSpawn, Dictionary<int, ProcessRecord> before, ProcessEvent happened, List<Outcome> outcomes)
    {
        var dependencies = new Dependencies(transaction.State.Processes.Values);
        var (now, later) = (new List<ProcessRecord>(), new List<ProcessRecord>());
        foreach (var starting in toSpawn)
            (dependencies.Allow(starting) ? now : later).Add(starting);
        foreach (var starting in later)
        {
            var waiting = Lifecycle.Decide(before[starting.Id], new ProcessEvent.MustWait(), time.GetUtcNow()).Record;
            transaction.State = transaction.State.With(waiting);
            if (happened is not ProcessEvent.Tick)
                outcomes.Add(new Outcome.Waits(waiting.Spec.Name, waiting, [.. dependencies.Of(starting).Select(waits => waits.Name)]));
        }

        return now;
    }

    // A restart that is due ends here; what the user asked for is refused.
    private Outcome InsteadOfStarting(StateTransaction transaction, ProcessRecord record, ProcessEvent happened, string over)
    {
        if (happened is not ProcessEvent.Tick)
            return new Outcome.Failed(record.Spec.Name, record, leases.WhyNotToStart(record)!, FailureCode.LeaseOver);
        var ended = Lifecycle.Decide(record, new ProcessEvent.LeaseEnded(over), time.GetUtcNow()).Record;
        transaction.State = transaction.State.With(ended);
        return new Outcome.LeaseEnded(ended.Spec.Name, ended, over);
    }
}
