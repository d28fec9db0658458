using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What the processes of one tree have in common.</summary>
/// <param name="Id">The id of the <see cref="ProcessRecord"/>.</param>
/// <param name="Cookie">In the environment, or in the name of the control group, of each of them.</param>
/// <param name="Identity">The main process, if it is known.</param>
/// <param name="SessionId">The session that the main process began, if it is known: its pid.</param>
/// <param name="Stop">How to stop the process.</param>
public sealed record TreeRoot(int Id, string Cookie, ProcessIdentity? Identity, int? SessionId, StopRule Stop)
{
    public static TreeRoot Of(ProcessRecord record) =>
        new(record.Id, record.Cookie, record.State.Main, record.State.Main?.Pid ?? record.LastRun?.Pid, record.Spec.Stop);
}
