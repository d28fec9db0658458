using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Policy;

namespace Sentinel.Linux;

/// <summary>A process held by a descriptor (see pidfd_open(2)), which never comes to mean another.</summary>
internal sealed unsafe class PidFd : IProcessHandle
{
    private const int SysPidFdSendSignal = 424;
    private const int SysPidFdOpen = 434;

    // linux/pidfd.h, since Linux 6.15: tells how a process ended after it has been reaped.
    private const ulong PidFdGetInfo = 0xc048ff0b;
    private const ulong PidFdInfoExit = 1 << 3;

    private readonly SafeFileHandle _descriptor;
    private readonly ProcessTable _table;
    private bool _hasEnded;

    private PidFd(SafeFileHandle descriptor, ProcessIdentity identity, ProcessTable table) =>
        (_descriptor, Identity, _table) = (descriptor, identity, table);

    public ProcessIdentity Identity { get; }

    public bool HasEnded
    {
        get
        {
            if (_hasEnded)
                return true;
            var poll = new LibC.PollFd { Fd = Descriptor, Events = LibC.POLLIN };
            return _hasEnded = LibC.poll(&poll, 1, 0) > 0;
        }
    }

    internal int Descriptor => (int)_descriptor.DangerousGetHandle();

    /// <summary>Null when the process is gone.</summary>
    public static PidFd? Open(ProcessIdentity identity, ProcessTable table)
    {
        var fd = LibC.syscall(SysPidFdOpen, identity.Pid, 0, 0, 0);
        if (fd < 0)
            return Marshal.GetLastPInvokeError() is LibC.ESRCH or LibC.EINVAL
                ? null
                : throw SystemCallException.Last("hold on to", $"process {identity.Pid}");

        // Only now is it sure that what was opened is what was meant: had the pid changed hands before, it would show.
        var descriptor = new SafeFileHandle(fd, ownsHandle: true);
        if (table.Look(identity) is not null)
            return new PidFd(descriptor, identity, table);
        descriptor.Dispose();
        return null;
    }

    public string? Signal(int number)
    {
        if (LibC.syscall(SysPidFdSendSignal, Descriptor, number, 0, 0) == 0)
            return null;
        var error = Marshal.GetLastPInvokeError();
        return error == LibC.ESRCH ? null : $"cannot be signalled: {SystemCallException.Reason(error)}";
    }

    public Exit HowEnded()
    {
        if (_table.Look(Identity) is { HasEnded: true } zombie)
            return Exit.FromWaitStatus(zombie.WaitStatus);
        var info = new ProcessInfo { Mask = PidFdInfoExit };
        return LibC.ioctl(_descriptor, PidFdGetInfo, &info) == 0 && (info.Mask & PidFdInfoExit) != 0
            ? Exit.FromWaitStatus(info.ExitCode)
            : new Exit.Unknown("this kernel does not tell; Linux 6.15 and later do");
    }

    public void Dispose() => _descriptor.Dispose();

    // struct pidfd_info; 72 bytes, which the ioctl's number says, too.
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    private struct ProcessInfo
    {
        [FieldOffset(0)]
        public ulong Mask;

        [FieldOffset(60)]
        public int ExitCode;
    }
}
