using Sentinel.Core.Host;
using Sentinel.Core.Policy;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Brings what was written down up to what is: while no daemon runs nobody watches, and every command begins by looking.
/// </summary>
public sealed class Reconciliation(IProcessTable table, TimeProvider time)
{
    /// <summary>The record as it must be for what can be seen now.</summary>
    /// <param name="record">As it was written down.</param>
    /// <param name="all">One pass over the process table, where there has been one already.</param>
    public ProcessRecord Look(ProcessRecord record, Lazy<IReadOnlyList<Sighting>> all)
    {
        var now = time.GetUtcNow();
        return record.State switch
        {
            RunState.Starting starting => Lifecycle.Decide(record, FindStarted(record, starting, all.Value), now).Record,
            { Main: { } identity } when HowEnded(identity) is { } how =>
                Lifecycle.Decide(record, new ProcessEvent.Ended(how, Witnessed: false), now).Record,
            RunState.Stopping { Run: null } when Members(record, all.Value).Count == 0 =>
                Lifecycle.Decide(record, new ProcessEvent.Ended(new Exit.Unknown("it was never seen"), false), now).Record,
            _ => record,
        };
    }

    public State Look(State state, Lazy<IReadOnlyList<Sighting>> all)
    {
        foreach (var record in state.Processes.Values)
        {
            var seen = Look(record, all);
            if (!ReferenceEquals(seen, record))
                state = state.With(seen);
        }

        return state;
    }

    // Null: it has not.
    private Exit? HowEnded(ProcessIdentity identity)
    {
        if (identity.BootId != table.BootId)
            return new Exit.Unknown("the machine was restarted");
        return table.Look(identity) switch
        {
            null => new Exit.Unknown("nobody was watching when it ended"),
            { HasEnded: true } zombie => Exit.FromWaitStatus(zombie.WaitStatus),
            _ => null,
        };
    }

    // Whoever was to start it was killed meanwhile, or is at it: the process is there, or it is not.
    private ProcessEvent FindStarted(ProcessRecord record, RunState.Starting starting, IReadOnlyList<Sighting> all)
    {
        var main = Members(record, all)
            .Where(member => member.Pid == member.Session)
            .OrderBy(member => member.StartTicks)
            .ToList();
        if (main.Count > 0)
            return new ProcessEvent.Spawned(new ProcessIdentity(main[0].Pid, main[0].StartTicks, table.BootId));
        return new ProcessEvent.SpawnFailed(
            $"the command that was starting it at {starting.Since.ToLocalTime():HH:mm:ss} was interrupted");
    }

    private List<Sighting> Members(ProcessRecord record, IReadOnlyList<Sighting> all) =>
        ProcessTrees.Find([TreeRoot.Of(record)], table, all).GetValueOrDefault(record.Id) ?? [];
}
