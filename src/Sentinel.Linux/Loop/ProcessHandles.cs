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
    // How often to ask about processes whose end nothing tells.
    private static readonly TimeSpan LooseTime = TimeSpan.FromMilliseconds(20);

    public IProcessHandle? Open(ProcessIdentity identity) => PidFd.Hold(identity, table);

    public bool KillGroup(string cookie) => ControlGroup.Kill(cookie, pid => table.IsStranger(pid, cookie));

    public ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout)
    {
        var polls = handles.OfType<PidFd>().Select(handle => new LibC.PollFd { Fd = handle.Descriptor, Events = LibC.POLLIN }).ToArray();
        var milliseconds = (int)Math.Min(Math.Ceiling(Bounded(timeout, handles).TotalMilliseconds), int.MaxValue);
        fixed (LibC.PollFd* first = polls)
            if (LibC.poll(first, (ulong)polls.Length, milliseconds) < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw SystemCallException.Last("wait for", "processes");
        return ValueTask.CompletedTask;
    }

    internal static TimeSpan Bounded(TimeSpan timeout, IReadOnlyCollection<IProcessHandle> handles) =>
        timeout > LooseTime && handles.Any(handle => handle is LooseHandle) ? LooseTime : timeout;
}
