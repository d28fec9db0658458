using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Loop;

/// <summary>Waits for times of the clock by timerfd_create(2), which also tells that the clock was set and that the machine has slept.</summary>
public sealed unsafe class WallClock(EventLoop loop) : IWallClock
{
    private const int ClockRealtime = 0, ClockBoottime = 7;

    public TimeSpan SinceBoot
    {
        get
        {
            LibC.TimeSpec now;
            LibC.clock_gettime(ClockBoottime, &now);
            return new TimeSpan((now.Seconds * TimeSpan.TicksPerSecond) + (now.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }

    public IDisposable At(DateTimeOffset time, Action then)
    {
        var fd = LibC.timerfd_create(ClockRealtime, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        var timer = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("make", "a timer");
        // All zeros would be no time at all.
        var ticks = Math.Max(1, time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks);
        var setting = stackalloc LibC.TimeSpec[2];
        setting[0] = default;
        setting[1] = new LibC.TimeSpec { Seconds = ticks / TimeSpan.TicksPerSecond, Nanoseconds = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
        if (LibC.timerfd_settime(fd, LibC.TFD_TIMER_ABSTIME | LibC.TFD_TIMER_CANCEL_ON_SET, setting, null) != 0)
        {
            timer.Dispose();
            throw SystemCallException.Last("set", "a timer");
        }

        return new Wait(loop, timer, then);
    }

    private sealed class Wait : IDisposable
    {
        private readonly SafeFileHandle _timer;
        private readonly IDisposable _watch;

        public Wait(EventLoop loop, SafeFileHandle timer, Action then)
        {
            _timer = timer;
            // Whether the time has come or the clock was set, it is to be looked at.
            _watch = loop.OnReadable(timer, () =>
            {
                Dispose();
                then();
            });
        }

        public void Dispose()
        {
            _watch.Dispose();
            _timer.Dispose();
        }
    }
}
