using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

namespace Sentinel.Linux.Loop;

/// <summary>Watches files by inotify(7); if the system has no more watches, waiting becomes repeated looking.</summary>
public sealed unsafe class Inotify : IFileWatch
{
    private const int Stdout = 1;

    private const uint Modify = 0x2;
    private const uint MovedTo = 0x80;
    private const uint Create = 0x100;

    // How long to wait before looking again at what cannot be watched.
    private const int IntervalMilliseconds = 250;

    private readonly SafeFileHandle? _descriptor;
    private bool _isBlind;

    public Inotify()
    {
        var fd = LibC.inotify_init1(LibC.O_CLOEXEC);
        if (fd >= 0)
            _descriptor = new SafeFileHandle(fd, ownsHandle: true);
        else
            _isBlind = true;
    }

    public void Add(string path)
    {
        if (_descriptor is null)
            return;
        var mask = Directory.Exists(path) ? Create | MovedTo : Modify;
        if (LibC.inotify_add_watch(_descriptor, path, mask) < 0 && Marshal.GetLastPInvokeError() != LibC.ENOENT)
            _isBlind = true;
    }

    public bool Wait()
    {
        var polls = stackalloc LibC.PollFd[2];
        polls[0] = new LibC.PollFd { Fd = Descriptor, Events = LibC.POLLIN };
        // With no events requested, poll still reports when the other end is closed: of a pipe as an error, of a socket as a hang-up.
        polls[1] = new LibC.PollFd { Fd = Stdout };
        while (LibC.poll(polls, 2, _isBlind ? IntervalMilliseconds : -1) < 0)
            if (Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw SystemCallException.Last("watch", "files");
        if ((polls[1].Returned & (LibC.POLLERR | LibC.POLLHUP)) != 0)
            return false;

        if (polls[0].Returned != 0)
            TakeEvents();
        return true;
    }

    /// <summary>Blocks until something that is watched may have changed, a process has ended or the time is up.</summary>
    /// <param name="process">Null: wait for no process.</param>
    /// <param name="timeout">Null: no limit.</param>
    public void Wait(IProcessHandle? process, TimeSpan? timeout)
    {
        var polls = stackalloc LibC.PollFd[2];
        polls[0] = new LibC.PollFd { Fd = Descriptor, Events = LibC.POLLIN };
        // A negative descriptor is ignored.
        polls[1] = new LibC.PollFd { Fd = (process as PidFd)?.Descriptor ?? -1, Events = LibC.POLLIN };
        var milliseconds = timeout is { } time ? (int)Math.Clamp(Math.Ceiling(time.TotalMilliseconds), 0, int.MaxValue) : -1;
        if (_isBlind)
            milliseconds = milliseconds < 0 ? IntervalMilliseconds : Math.Min(milliseconds, IntervalMilliseconds);
        if (LibC.poll(polls, 2, milliseconds) > 0 && polls[0].Returned != 0)
            TakeEvents();
    }

    /// <summary>Calls <paramref name="then"/> whenever something that is watched may have changed, until the result is disposed of.</summary>
    public IDisposable On(EventLoop loop, Action then) => _descriptor is null || _isBlind
        ? new Looking(loop, then)
        : loop.OnReadable(_descriptor, () =>
        {
            TakeEvents();
            then();
        });

    public bool AreSame(SafeFileHandle one, SafeFileHandle other) => NameOf(one) == NameOf(other);

    public void Dispose() => _descriptor?.Dispose();

    // A negative descriptor is ignored.
    private int Descriptor => _descriptor is null ? -1 : (int)_descriptor.DangerousGetHandle();

    // Which file it was does not matter: there are few, and each is checked.
    private void TakeEvents()
    {
        var events = stackalloc byte[4096];
        LibC.read(_descriptor!, events, 4096);
    }

    private sealed class Looking : IDisposable
    {
        private IDisposable _timer;

        public Looking(EventLoop loop, Action then)
        {
            _timer = Again();

            IDisposable Again() => loop.After(TimeSpan.FromMilliseconds(IntervalMilliseconds), () =>
            {
                _timer = Again();
                then();
            });
        }

        public void Dispose() => _timer.Dispose();
    }

    // The kernel follows a file that is renamed, and marks one that is deleted.
    private static string? NameOf(SafeFileHandle file) => new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget;
}
