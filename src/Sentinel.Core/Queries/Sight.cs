using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>The state as it is now, not only as recorded.</summary>
/// <param name="Written">The state as recorded.</param>
/// <param name="Snapshot">The processes of the moment at which it was seen.</param>
public sealed record Sight(State Written, State State, Snapshot Snapshot)
{
    private Dependencies Dependencies => field ??= new Dependencies(State.Processes.Values);

    /// <summary>Whether a process is due to be restarted, or what was seen of it has to be noted: if no daemon runs, nobody else does.</summary>
    public bool IsAnyDue(DateTimeOffset now) =>
        Dependencies.Due(State.Processes.Values, State.Processes.Values, now).Any() || State.Processes.Values.Any(IsToBeNoted);

    /// <summary>What a process waits for before it is started.</summary>
    public IReadOnlyList<WaitsFor> WaitsFor(ProcessRecord record) => record.State is RunState.Waiting ? Dependencies.Of(record) : [];

    // The back-off counts from when the end was first noticed: unless that is recorded, each look starts it again. A handover has an
    // event.
    private bool IsToBeNoted(ProcessRecord seen) =>
        seen.State is RunState.Backoff or RunState.Failed && seen.State != Written.Processes[seen.Id].State
        || (seen.State is RunState.Running run && Written.Processes[seen.Id].State is RunState.Running noted
            && (run.Identity != noted.Identity || run.Handover != noted.Handover));
}
