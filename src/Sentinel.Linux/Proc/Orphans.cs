using System.Runtime.InteropServices;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>
/// Processes that become our children when their parents end: if we are the first process of a container, or have asked for the
/// orphans among our descendants (PR_SET_CHILD_SUBREAPER).
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
    /// Makes them our children, and makes the end of one interrupt the wait for events. The handler is a C function without effect: code
    /// of ours could not run in any thread at any moment.
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

    /// <summary>Reaps those that have ended.</summary>
    /// <param name="isAwaited">Whether someone else waits for a process, by its pid, to learn how it ended.</param>
    /// <returns>Whether there was any.</returns>
    public static bool Reap(Func<int, bool> isAwaited)
    {
        var info = stackalloc int[32];
        info[4] = 0;
        var any = false;
        while (LibC.waitid(All, 0, info, WaitForExit | WaitNot | LeaveWaitable) == 0 && info[4] is > 0 and var pid)
        {
            // The system returns the same one until it is reaped; the one who waits for it is about to reap it.
            if (isAwaited(pid))
                return any;
            LibC.waitpid(pid, null, WaitNot);
            any = true;
            info[4] = 0;
        }

        return any;
    }
}
