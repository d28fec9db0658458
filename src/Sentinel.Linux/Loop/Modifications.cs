using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Loop;

/// <summary>
/// Waits on the loop by inotify(7), each watch for one event: a busy file is reported only as often as it is armed. If the system
/// has no more watches, files are looked at again and again.
/// </summary>
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

    // How often to look at a file that cannot be watched.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly EventLoop _loop;
    private readonly SafeFileHandle? _descriptor;
    private readonly Dictionary<int, Action> _armed = [];
    private readonly Dictionary<string, Looked> _lookedAt = [];
    private readonly IDisposable? _waiting;
    private IDisposable? _looking;

    public Modifications(EventLoop loop)
    {
        _loop = loop;
        var fd = LibC.inotify_init1(LibC.O_CLOEXEC | NonBlocking);
        if (fd < 0)
        {
            WhyNot = SystemCallException.Reason(Marshal.GetLastPInvokeError());
            return;
        }

        _descriptor = new SafeFileHandle(fd, ownsHandle: true);
        _waiting = loop.OnReadable(_descriptor, TakeEvents);
    }

    /// <summary>Why nothing can be watched here, so that everything is looked at; null when files can be watched.</summary>
    public string? WhyNot { get; }

    public void Arm(string path, Action then)
    {
        var watch = _descriptor is null ? -1 : LibC.inotify_add_watch(_descriptor, path, Modify | OneShot | DontFollow);
        if (watch >= 0)
            _armed[watch] = then;
        else if (Sight.Of(path) is { } sight)
        {
            _lookedAt[path] = new Looked(sight, then);
            _looking ??= _loop.After(Interval, LookAtAll);
        }
    }

    public void Dispose()
    {
        _looking?.Dispose();
        _waiting?.Dispose();
        _descriptor?.Dispose();
    }

    private void TakeEvents()
    {
        var buffer = stackalloc byte[BufferBytes];
        var length = LibC.read(_descriptor!, buffer, BufferBytes);
        for (var at = 0; at + EventBytes <= length;)
        {
            var watch = *(int*)(buffer + at);
            var mask = *(uint*)(buffer + at + 4);
            at += EventBytes + (int)*(uint*)(buffer + at + 12);
            // After its event, or when the file is gone, the watch is gone too; its number may be reused.
            if ((mask & (Modify | Ignored)) != 0 && _armed.Remove(watch, out var then) && (mask & Modify) != 0)
                then();
        }
    }

    private void LookAtAll()
    {
        _looking = _lookedAt.Count > 0 ? _loop.After(Interval, LookAtAll) : null;
        foreach (var (path, looked) in _lookedAt.ToList())
        {
            var sight = Sight.Of(path);
            if (sight == looked.Before)
                continue;
            _lookedAt.Remove(path);
            if (sight is not null)
                looked.Then();
        }
    }

    private sealed record Looked(Sight Before, Action Then);

    private sealed record Sight(long Bytes, DateTime WrittenAt)
    {
        public static Sight? Of(string path) => new FileInfo(path) is { Exists: true } file ? new Sight(file.Length, file.LastWriteTimeUtc) : null;
    }
}
