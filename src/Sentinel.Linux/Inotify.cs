using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Linux;

/// <summary>Watches files by inotify(7).</summary>
public sealed unsafe class Inotify : IFileWatch
{
    private const int Stdout = 1;

    private const uint Modify = 0x2;
    private const uint MovedTo = 0x80;
    private const uint Create = 0x100;

    private readonly SafeFileHandle _descriptor;

    public Inotify()
    {
        var fd = LibC.inotify_init1(LibC.O_CLOEXEC);
        if (fd < 0)
            throw SystemCallException.Last("watch", "files");
        _descriptor = new SafeFileHandle(fd, ownsHandle: true);
    }

    public void Add(string path)
    {
        var mask = Directory.Exists(path) ? Create | MovedTo : Modify;
        if (LibC.inotify_add_watch(_descriptor, path, mask) < 0 && Marshal.GetLastPInvokeError() != LibC.ENOENT)
            throw SystemCallException.Last("watch", path);
    }

    public bool Wait()
    {
        var polls = stackalloc LibC.PollFd[2];
        polls[0] = new LibC.PollFd { Fd = (int)_descriptor.DangerousGetHandle(), Events = LibC.POLLIN };
        // Asked for nothing, poll still tells when the other end of a pipe is closed.
        polls[1] = new LibC.PollFd { Fd = Stdout };
        while (LibC.poll(polls, 2, -1) < 0)
            if (Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw SystemCallException.Last("watch", "files");
        if ((polls[1].Returned & LibC.POLLERR) != 0)
            return false;

        TakeEvents();
        return true;
    }

    /// <summary>Blocks until something that is watched may have changed, a process has ended or the time is up.</summary>
    /// <param name="process">Null: none is waited for.</param>
    /// <param name="timeout">Null: there is time without end.</param>
    public void Wait(IProcessHandle? process, TimeSpan? timeout)
    {
        var polls = stackalloc LibC.PollFd[2];
        polls[0] = new LibC.PollFd { Fd = (int)_descriptor.DangerousGetHandle(), Events = LibC.POLLIN };
        // A negative descriptor is passed over.
        polls[1] = new LibC.PollFd { Fd = (process as PidFd)?.Descriptor ?? -1, Events = LibC.POLLIN };
        var milliseconds = timeout is { } time ? (int)Math.Clamp(Math.Ceiling(time.TotalMilliseconds), 0, int.MaxValue) : -1;
        if (LibC.poll(polls, 2, milliseconds) > 0 && polls[0].Returned != 0)
            TakeEvents();
    }

    /// <summary>Calls <paramref name="then"/> whenever something that is watched may have changed, until the result is disposed of.</summary>
    public IDisposable On(EventLoop loop, Action then) => loop.OnReadable(_descriptor, () =>
    {
        TakeEvents();
        then();
    });

    public bool AreSame(SafeFileHandle one, SafeFileHandle other) => NameOf(one) == NameOf(other);

    public void Dispose() => _descriptor.Dispose();

    // Which of them it was does not matter: there are few, and each is looked at.
    private void TakeEvents()
    {
        var events = stackalloc byte[4096];
        LibC.read(_descriptor, events, 4096);
    }

    // The kernel follows a file that is renamed, and marks one that is deleted.
    private static string? NameOf(SafeFileHandle file) => new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget;
}
