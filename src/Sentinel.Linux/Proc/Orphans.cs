using System.Runtime.InteropServices;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>
/// Processes that become our children when their parents end: of the first process of a container, and of one that asks for what its
/// own descendants leave (PR_SET_CHILD_SUBREAPER).
/// </summary>
public static unsafe class Orphans
{
    private const int All = 0;
    private const int WaitNot = 1;
    private const int WaitForExit = 4;
    private const int LeaveWaitable = 0x1000000;
    private const int SetChildSubreaper = 36;
    private const int ChildSignal = 17;

    // SA_RESTART, SA_ONSTACK, SA_NOCLDSTOP.
    private const int Flags = 0x10000000 | 0x08000000 | 1;

    // struct sigaction of the C library: the handler, a mask of 128 bytes, the flags.
    private const int ActionBytes = 512;
    private const int FlagsAt = 136;

    /// <summary>
    /// Has them come to us, and has the end of one interrupt whoever waits for events. The handler is a function of the C library that does
    /// nothing: one of ours could not run in just any thread at any moment.
    /// </summary>
    public static void Adopt()
    {
        LibC.prctl(SetChildSubreaper, 1, 0, 0, 0);
        var action = stackalloc byte[ActionBytes];
        new Span<byte>(action, ActionBytes).Clear();
        *(nint*)action = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs");
        *(int*)(action + FlagsAt) = Flags;
        LibC.sigaction(ChildSignal, action, null);
    }

    /// <summary>Takes notice of those that have ended, so that nothing of them is left.</summary>
    /// <param name="isAwaited">Whether somebody else waits for a process, by its pid, and is to learn how it ended.</param>
    public static void Reap(Func<int, bool> isAwaited)
    {
        var info = stackalloc int[32];
        info[4] = 0;
        while (LibC.waitid(All, 0, info, WaitForExit | WaitNot | LeaveWaitable) == 0 && info[4] is > 0 and var pid)
        {
            // The system names the same one until it is taken notice of; whoever waits for it is about to.
            if (isAwaited(pid))
                return;
            LibC.waitpid(pid, null, WaitNot);
            info[4] = 0;
        }
    }
}
