using System.Runtime.InteropServices;
using Sentinel.Core.Host;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Loop;

/// <inheritdoc/>
public sealed unsafe class ProcessHandles(ProcessTable table) : IProcessHandles
{
    public IProcessHandle? Open(ProcessIdentity identity) => PidFd.Open(identity, table);

    public bool KillGroup(string cookie) => ControlGroup.Kill(cookie, pid => table.IsStranger(pid, cookie));

    public ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout)
    {
        var polls = new LibC.PollFd[handles.Count];
        var i = 0;
        foreach (var handle in handles)
            polls[i++] = new LibC.PollFd { Fd = ((PidFd)handle).Descriptor, Events = LibC.POLLIN };
        var milliseconds = (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
        fixed (LibC.PollFd* first = polls)
            if (LibC.poll(first, (ulong)polls.Length, milliseconds) < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw SystemCallException.Last("wait for", "processes");
        return ValueTask.CompletedTask;
    }
}
