namespace Sentinel.Linux;

/// <summary>Processes that became our children when their parents ended, as they do of the first process of a container.</summary>
public static unsafe class Orphans
{
    private const int All = 0;
    private const int WaitNot = 1;
    private const int WaitForExit = 4;
    private const int LeaveWaitable = 0x1000000;

    /// <summary>Takes notice of those that have ended, so that nothing of them is left.</summary>
    /// <param name="isAwaited">Whether somebody else waits for a process, by its pid, and is to learn how it ended.</param>
    public static void Reap(Func<int, bool> isAwaited)
    {
        var info = stackalloc int[32];
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
