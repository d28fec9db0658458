namespace Sentinel.Linux.Native;

/// <summary>The CPU time of a process, with all of its threads.</summary>
internal static unsafe class CpuClock
{
    /// <summary>Null when there is no such process.</summary>
    public static TimeSpan? Of(int pid)
    {
        // The clock id that clock_getcpuclockid(3) makes of a pid.
        LibC.TimeSpec used;
        return LibC.clock_gettime((~pid << 3) | 2, &used) == 0
            ? new TimeSpan((used.Seconds * TimeSpan.TicksPerSecond) + (used.Nanoseconds / 100))
            : null;
    }
}
