using Sentinel.Core.Policy;

namespace Sentinel.Core.Trees;

/// <summary>What the processes of one tree have in common.</summary>
/// <param name="Id">Of the <see cref="ProcessRecord"/>.</param>
/// <param name="Cookie">In the environment, or the name of the control group, of each.</param>
/// <param name="Identity">The main process, if it is known.</param>
/// <param name="SessionId">The session that the main process made, if it is known: its pid.</param>
public sealed record TreeRoot(int Id, string Cookie, ProcessIdentity? Identity, int? SessionId)
{
    public static TreeRoot Of(ProcessRecord record) =>
        new(record.Id, record.Cookie, record.State.Main, record.State.Main?.Pid ?? record.LastRun?.Pid);
}
