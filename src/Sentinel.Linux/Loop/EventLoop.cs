using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

namespace Sentinel.Linux.Loop;

/// <summary>
/// One thread's events, one after another: descriptors that can be read or written (epoll(7)), and timers. Handlers run on that
/// thread, so nothing that only the loop touches needs a lock.
/// </summary>
public sealed unsafe class EventLoop : ILoop, IDisposable
{
    private const int EventsAtOnce = 256;

    // Longer than any machine runs, and far from overflow.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    private readonly SafeFileHandle _epoll;
    private readonly Dictionary<int, Watch> _watches = [];
    private readonly PriorityQueue<Timer, long> _timers = new();
    private int _cancelledTimers;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly SafeFileHandle _wakeUp;
    private bool _isStopped;

    public EventLoop(TimeProvider time)
    {
        _time = time;
        var fd = LibC.epoll_create1(LibC.O_CLOEXEC);
        _epoll = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("make", "an event loop");
        var wakeUp = LibC.eventfd(0, LibC.O_CLOEXEC);
        _wakeUp = wakeUp >= 0 ? new SafeFileHandle(wakeUp, ownsHandle: true) : throw SystemCallException.Last("make", "an event loop");
        OnReadable(_wakeUp, WakeUp);
    }

    /// <summary>Called each time before waiting for events, and when a signal has interrupted the wait.</summary>
    public Action BeforeWaiting { get; set; } = () => { };

    /// <summary>How often it had something to do.</summary>
    public long WakeUps { get; private set; }

    /// <summary>Handles events, until <see cref="Stop"/>.</summary>
    /// <param name="failed">Told of an exception; the loop goes on.</param>
    public void Run(Action<Exception> failed)
    {
        var events = stackalloc byte[EventsAtOnce * LibC.EpollEvent.Bytes];
        while (!_isStopped)
        {
            Guarded(BeforeWaiting, failed);
            var ready = LibC.epoll_wait((int)_epoll.DangerousGetHandle(), events, EventsAtOnce, MillisecondsToNextTimer());
            if (ready < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw SystemCallException.Last("wait for", "events");
            WakeUps++;
            for (var i = 0; i < ready; i++)
            {
                var (descriptor, serial) = LibC.EpollEvent.Read(events + (i * LibC.EpollEvent.Bytes));
                // An earlier one of these events may have ended the watch of a later one.
                if (_watches.TryGetValue(descriptor, out var watch) && watch.Serial == serial)
                    Guarded(watch.Then, failed);
            }

            while (_posted.TryDequeue(out var action))
                Guarded(action, failed);
            // Timers that these start for now come after the next events.
            var now = _time.GetTimestamp();
            while (_timers.TryPeek(out var timer, out var due) && due <= now)
            {
                Dequeue();
                if (timer.Then is { } then)
                    Guarded(then, failed);
            }
        }

        // The loop may be run again.
        _isStopped = false;
    }

    /// <summary>Ends <see cref="Run"/> once the current event is handled.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Calls <paramref name="then"/> whenever there is something to read, until it is disposed of.</summary>
    public IDisposable OnReadable(SafeHandle descriptor, Action then) => Add((int)descriptor.DangerousGetHandle(), LibC.EPOLLIN, then);

    /// <summary>Calls <paramref name="then"/> whenever something can be written, until it is disposed of.</summary>
    public IDisposable OnWritable(SafeHandle descriptor, Action then) => Add((int)descriptor.DangerousGetHandle(), LibC.EPOLLOUT, then);

    /// <summary>Runs something on the loop's thread; the only call that any thread may make.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        var one = 1UL;
        LibC.write((int)_wakeUp.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
    }

    public IDisposable WhenEnded(IProcessHandle process, Action then)
    {
        if (process is not PidFd held)
            throw new IOException($"cannot watch process {process.Identity.Pid}: too many files are open");
        Watch? watch = null;
        watch = Add(held.Descriptor, LibC.EPOLLIN, () =>
        {
            watch!.Dispose();
            then();
        });
        return watch;
    }

    public IDisposable After(TimeSpan delay, Action then)
    {
        var timer = new Timer(this, then);
        _timers.Enqueue(timer, _time.GetTimestamp() + (long)(Math.Clamp(delay.TotalSeconds, 0, Longest.TotalSeconds) * _time.TimestampFrequency));
        return timer;
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _wakeUp.Dispose();
    }

    private Watch Add(int fd, uint events, Action then)
    {
        var watch = new Watch(this, fd, Watch.NextSerial++, then);
        var request = stackalloc byte[LibC.EpollEvent.Bytes];
        LibC.EpollEvent.Write(request, events, fd, watch.Serial);
        if (LibC.epoll_ctl((int)_epoll.DangerousGetHandle(), LibC.EPOLL_CTL_ADD, fd, request) != 0)
            throw SystemCallException.Last("watch", $"descriptor {fd}");
        _watches[fd] = watch;
        return watch;
    }

    private void WakeUp()
    {
        ulong count;
        LibC.read(_wakeUp, (byte*)&count, sizeof(ulong));
    }

    private int MillisecondsToNextTimer()
    {
        while (_timers.TryPeek(out var timer, out var due))
        {
            if (timer.Then is null)
            {
                Dequeue();
                continue;
            }

            var ticks = due - _time.GetTimestamp();
            return ticks <= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(ticks * 1000.0 / _time.TimestampFrequency));
        }

        return -1;
    }

    private static void Guarded(Action then, Action<Exception> failed)
    {
        try
        {
            then();
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    private sealed record Watch(EventLoop Loop, int Descriptor, uint Serial, Action Then) : IDisposable
    {
        // Descriptors are reused; the serial number shows that an event belongs to the one before.
        public static uint NextSerial { get; set; }

        public void Dispose()
        {
            if (Loop._watches.TryGetValue(Descriptor, out var current) && current.Serial == Serial)
            {
                Loop._watches.Remove(Descriptor);
                LibC.epoll_ctl((int)Loop._epoll.DangerousGetHandle(), LibC.EPOLL_CTL_DEL, Descriptor, null);
            }
        }
    }

    private void Dequeue()
    {
        var timer = _timers.Dequeue();
        if (timer.Then is null)
            _cancelledTimers--;
        timer.IsQueued = false;
    }

    // Ten seconds of requests would leave many timers that nobody waits for any more.
    private void Cancelled()
    {
        if (++_cancelledTimers < Math.Max(100, _timers.Count / 2))
            return;
        var waiting = _timers.UnorderedItems.Where(timer => timer.Element.Then is not null).ToArray();
        _timers.Clear();
        _timers.EnqueueRange(waiting);
        _cancelledTimers = 0;
    }

    private sealed class Timer(EventLoop loop, Action then) : IDisposable
    {
        /// <summary>Null when it was cancelled.</summary>
        public Action? Then { get; private set; } = then;

        public bool IsQueued { get; set; } = true;

        public void Dispose()
        {
            if (Then is null)
                return;
            Then = null;
            if (IsQueued)
                loop.Cancelled();
        }
    }
}
