using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>The state as it is now, not only as recorded.</summary>
/// <param name="Written">The state as recorded.</param>
/// <param name="Snapshot">The processes of the moment at which it was seen.</param>
public sealed record Sight(State Written, State State, Snapshot Snapshot)
{
    /// <summary>Whether a process is due to be restarted, or what was seen of it has to be noted: if no daemon runs, nobody else does.</summary>
    public bool IsAnyDue(DateTimeOffset now) => State.Processes.Values.Any(process => process.State.IsDue(now) || IsToBeNoted(process));

    // The back-off counts from when the end was first noticed: unless that is recorded, each look starts it again. A handover has an
    // event.
    private bool IsToBeNoted(ProcessRecord seen) =>
        seen.State is RunState.Backoff or RunState.Failed && seen.State != Written.Processes[seen.Id].State
        || (seen.State is RunState.Running run && Written.Processes[seen.Id].State is RunState.Running noted
            && (run.Identity != noted.Identity || run.Handover != noted.Handover));
}
