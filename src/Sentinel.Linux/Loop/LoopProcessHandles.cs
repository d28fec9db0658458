using Sentinel.Core.Host;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Loop;

/// <summary>Process handles for the daemon's loop, which does other things while it waits for them.</summary>
public sealed class LoopProcessHandles(ProcessTable table, ILoop loop) : IProcessHandles
{
    public IProcessHandle? Open(ProcessIdentity identity) => PidFd.Hold(identity, table);

    public bool KillGroup(string cookie) => ControlGroup.Kill(cookie, pid => table.IsStranger(pid, cookie));

    public async ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout)
    {
        // Continues inside the loop's call, so whatever follows runs on the loop's thread.
        var done = new TaskCompletionSource();
        var waits = handles.OfType<PidFd>().Select(handle => loop.WhenEnded(handle, () => done.TrySetResult()))
            .Append(loop.After(ProcessHandles.Bounded(timeout, handles), () => done.TrySetResult()))
            .ToList();
        await done.Task;
        waits.ForEach(wait => wait.Dispose());
    }
}
