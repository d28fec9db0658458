using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Linux;

/// <summary>Waits on the loop by inotify(7), each watch for one event: a busy file is told of as often as it is armed.</summary>
public sealed unsafe class Modifications : IModifications, IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Modify = 0x2;
    private const uint Ignored = 0x8000;
    private const uint OneShot = 0x80000000;
    private const uint DontFollow = 0x2000000;

    // struct inotify_event without its name, which only folders have.
    private const int EventBytes = 16;
    private const int BufferBytes = 4096;

    private readonly SafeFileHandle _descriptor;
    private readonly Dictionary<int, Action> _armed = [];
    private readonly IDisposable _waiting;

    public Modifications(EventLoop loop)
    {
        var fd = LibC.inotify_init1(LibC.O_CLOEXEC | NonBlocking);
        if (fd < 0)
            throw SystemCallException.Last("watch", "files");
        _descriptor = new SafeFileHandle(fd, ownsHandle: true);
        _waiting = loop.OnReadable(_descriptor, TakeEvents);
    }

    public void Arm(string path, Action then)
    {
        var watch = LibC.inotify_add_watch(_descriptor, path, Modify | OneShot | DontFollow);
        if (watch >= 0)
            _armed[watch] = then;
        else if (Marshal.GetLastPInvokeError() is not (LibC.ENOENT or LibC.ENOTDIR))
            throw SystemCallException.Last("watch", path);
    }

    public void Dispose()
    {
        _waiting.Dispose();
        _descriptor.Dispose();
    }

    private void TakeEvents()
    {
        var buffer = stackalloc byte[BufferBytes];
        var length = LibC.read(_descriptor, buffer, BufferBytes);
        for (var at = 0; at + EventBytes <= length;)
        {
            var watch = *(int*)(buffer + at);
            var mask = *(uint*)(buffer + at + 4);
            at += EventBytes + (int)*(uint*)(buffer + at + 12);
            // After its event, or when the file is gone, the watch is gone, too; its number may be given away anew.
            if ((mask & (Modify | Ignored)) != 0 && _armed.Remove(watch, out var then) && (mask & Modify) != 0)
                then();
        }
    }
}
