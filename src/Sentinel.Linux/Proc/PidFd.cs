using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Proc;

/// <summary>A process held by a descriptor (see pidfd_open(2)), which never comes to mean another process.</summary>
internal sealed unsafe class PidFd : IProcessHandle
{
    private const int SysPidFdSendSignal = 424;
    internal const int SysPidFdOpen = 434;

    // linux/pidfd.h, PIDFD_SIGNAL_PROCESS_GROUP.
    private const int SignalProcessGroup = 4;

    // linux/pidfd.h, since Linux 6.15: tells how a process ended after it has been reaped.
    private const ulong PidFdGetInfo = 0xc048ff0b;
    private const ulong PidFdInfoGroup = 1 << 2;
    private const ulong PidFdInfoExit = 1 << 3;

    // For waitid(2).
    private const int WaitForPidFd = 3;
    private const int WaitNot = 1;
    private const int WaitForExit = 4;
    private const int LeaveWaitable = 0x1000000;

    private readonly SafeFileHandle _descriptor;
    private readonly ProcessTable _table;
    private bool _isHidden;
    private bool _hasEnded;

    private PidFd(SafeFileHandle descriptor, ProcessIdentity identity, ProcessTable table, bool isHidden) =>
        (_descriptor, Identity, _table, _isHidden) = (descriptor, identity, table, isHidden);

    public ProcessIdentity Identity { get; }

    public bool HasEnded
    {
        get
        {
            return _hasEnded = _hasEnded || HasEndedNow(Descriptor);
        }
    }

    internal int Descriptor => (int)_descriptor.DangerousGetHandle();

    /// <summary>Null when the process is gone, or was never in our pid namespace. Without a descriptor of its own where few are left.</summary>
    public static IProcessHandle? Hold(ProcessIdentity identity, ProcessTable table)
    {
        var held = Open(identity, table);
        if (held is null || !Descriptors.IsLast(held.Descriptor) || Descriptors.Raise() is not null)
            return held;
        held.Dispose();
        return new LooseHandle(identity, table);
    }

    /// <summary>Null when the process is gone, or was never in our pid namespace.</summary>
    public static PidFd? Open(ProcessIdentity identity, ProcessTable table)
    {
        if (!table.IsHere(identity))
            return null;
        var fd = LibC.syscall(SysPidFdOpen, identity.Pid, 0, 0, 0);
        if (fd < 0)
            return MeansNobody(Marshal.GetLastPInvokeError()) ? null : throw SystemCallException.Last("hold on to", $"process {identity.Pid}");

        // Only now is it certain that we opened the right process: had the pid been reused before, it would show.
        var descriptor = new SafeFileHandle(fd, ownsHandle: true);
        var seen = table.Look(identity.Pid);
        // A hidden process cannot be compared: we wait for it, but never signal it.
        if (seen?.StartTicks == identity.StartTicks || (seen is null && !HasEndedNow((int)fd)))
            return new PidFd(descriptor, identity, table, isHidden: seen is null);
        descriptor.Dispose();
        return null;
    }

    /// <summary>Whether the kernel has a process with that pid, visible in /proc or not.</summary>
    public static bool Exists(int pid)
    {
        var fd = LibC.syscall(SysPidFdOpen, pid, 0, 0, 0);
        if (fd < 0)
            return !MeansNobody(Marshal.GetLastPInvokeError());
        var hasEnded = HasEndedNow((int)fd);
        _ = LibC.close((int)fd);
        return !hasEnded;
    }

    // The last two: the number belongs to a thread.
    private static bool MeansNobody(int error) => error is LibC.ESRCH or LibC.EINVAL or LibC.ENOENT;

    private static bool HasEndedNow(int descriptor)
    {
        var poll = new LibC.PollFd { Fd = descriptor, Events = LibC.POLLIN };
        return LibC.poll(&poll, 1, 0) > 0;
    }

    public string? Signal(int number)
    {
        // It may have been hidden only for a moment.
        if (_isHidden && _table.Look(Identity.Pid) is { } seen)
        {
            if (seen.StartTicks != Identity.StartTicks)
                return null;
            _isHidden = false;
        }

        if (_isHidden)
            return HasEnded ? null : "is hidden in /proc (hidepid), so nobody can say that it is the one that was started; root can end it";
        if (LibC.syscall(SysPidFdSendSignal, Descriptor, number, 0, 0) == 0)
            return null;
        var error = Marshal.GetLastPInvokeError();
        return error == LibC.ESRCH ? null : $"cannot be signalled: {SystemCallException.Reason(error)}";
    }

    public void KillGroup()
    {
        // The descriptor also holds on to the number of its group, if it led one, and nobody else can have that (Linux 6.9).
        if (LibC.syscall(SysPidFdSendSignal, Descriptor, SignalName.Kill, 0, SignalProcessGroup) == 0)
            return;
        // While it lives, its group exists, and the number is that of the group.
        if (_table.Look(Identity)?.Group is > 1 and var group && !HasEnded)
            LibC.kill(-group, SignalName.Kill);
    }

    public ProcessEnd HowEnded()
    {
        if (Reap() is { } end)
            return end;
        if (_table.Look(Identity) is { HasEnded: true } zombie)
            return new ProcessEnd(Explained(Exit.FromWaitStatus(zombie.WaitStatus)));
        return Told(_descriptor) is { } how
            ? new ProcessEnd(Explained(how))
            : new ProcessEnd(new Exit.Unknown("this kernel does not tell; Linux 6.15 and later do"));
    }

    /// <summary>Tries with a child that ends, and reaps it: can it be opened, and does the kernel tell afterwards how it ended?</summary>
    internal static (bool CanOpen, bool TellsExit) TryOn(int child)
    {
        var fd = LibC.syscall(SysPidFdOpen, child, 0, 0, 0);
        using var descriptor = new SafeFileHandle(fd, ownsHandle: fd >= 0);
        var status = 0;
        LibC.waitpid(child, &status, 0);
        return (fd >= 0, fd >= 0 && Told(descriptor) == Exit.FromWaitStatus(status));
    }

    // For a process that has been reaped; null if the kernel does not tell.
    private static Exit? Told(SafeFileHandle descriptor)
    {
        var info = new ProcessInfo { Mask = PidFdInfoExit };
        return LibC.ioctl(descriptor, PidFdGetInfo, &info) == 0 && (info.Mask & PidFdInfoExit) != 0 ? Exit.FromWaitStatus(info.ExitCode) : null;
    }

    /// <summary>The id of the control group that a process is in, or was in when it ended; null if the kernel does not tell.</summary>
    internal static ulong? GroupOf(SafeFileHandle descriptor)
    {
        var info = new ProcessInfo { Mask = PidFdInfoGroup | PidFdInfoExit };
        return LibC.ioctl(descriptor, PidFdGetInfo, &info) == 0 && (info.Mask & PidFdInfoGroup) != 0 && info.Group != 0 ? info.Group : null;
    }

    // Only we can reap our own child. Null when it is not our child, or has not ended.
    private ProcessEnd? Reap()
    {
        // First without reaping: until then nobody else has its pid.
        var child = new ChildInfo();
        if (LibC.waitid(WaitForPidFd, Descriptor, &child, WaitForExit | WaitNot | LeaveWaitable) != 0 || child.Pid == 0)
            return null;
        int status;
        LibC.ResourceUsage usage, own;
        if (LibC.wait4(child.Pid, &status, WaitNot, &usage) <= 0 || LibC.getrusage(0, &own) != 0)
            return null;
        // Until its exec it was a copy of us, and the kernel counts that too.
        var peak = usage.MaxResidentKilobytes > own.MaxResidentKilobytes ? usage.MaxResidentKilobytes * 1024 : (long?)null;
        return new ProcessEnd(Explained(Exit.FromWaitStatus(status)), peak);
    }

    private Exit Explained(Exit how) =>
        how is Exit.Signal { Number: SignalName.Kill } kill && _table.OutOfMemoryKills.TakeOne() ? kill with { OutOfMemory = true } : how;

    public void Dispose() => _descriptor.Dispose();

    // siginfo_t, as waitid(2) fills it in.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct ChildInfo
    {
        [FieldOffset(16)]
        public int Pid;
    }

    // struct pidfd_info; 72 bytes, as the number of the ioctl also says.
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    private struct ProcessInfo
    {
        [FieldOffset(0)]
        public ulong Mask;

        [FieldOffset(8)]
        public ulong Group;

        [FieldOffset(60)]
        public int ExitCode;
    }
}
