using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <summary>Clocks, timers, and files in memory.</summary>
internal static unsafe partial class LibC
{
    public const uint MFD_CLOEXEC = 1;
    public const int TFD_TIMER_ABSTIME = 1;
    public const int TFD_TIMER_CANCEL_ON_SET = 2;

    [LibraryImport(Name, SetLastError = true)]
    public static partial int clock_gettime(int clock, TimeSpec* time);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int timerfd_settime(int fd, int flags, TimeSpec* interval, TimeSpec* old);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);
}
