using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Loop;

/// <summary>Tells on the loop what happens in folders, by inotify(7). It takes nothing of the system until the first is added.</summary>
public sealed unsafe class FolderWatches(EventLoop loop) : IFolderWatches, IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint CloseWrite = 0x8, MovedFrom = 0x40, MovedTo = 0x80, Create = 0x100, Delete = 0x200, DeleteSelf = 0x400, MoveSelf = 0x800;
    private const uint Overflow = 0x4000, Ignored = 0x8000;
    private const uint OnlyDir = 0x01000000, ExclUnlink = 0x04000000, IsDir = 0x40000000;

    // Not each write: a program that keeps a log open would wake us for every line.
    private const uint Mask = CloseWrite | MovedFrom | MovedTo | Create | Delete | DeleteSelf | MoveSelf | OnlyDir | ExclUnlink;

    // struct inotify_event without its name.
    private const int EventBytes = 16;
    private const int BufferBytes = 64 * 1024;

    private readonly Dictionary<string, Watched> _folders = [];

    // One folder may be known by several paths.
    private readonly Dictionary<int, List<string>> _paths = [];
    private readonly byte[] _buffer = new byte[BufferBytes];
    private SafeFileHandle? _descriptor;
    private IDisposable? _waiting;

    public string? Add(string folder, IFolderWatcher watcher)
    {
        if (_descriptor is null && Open() is { } why)
            return why;
        var number = LibC.inotify_add_watch(_descriptor!, folder, Mask);
        if (number < 0)
            return Marshal.GetLastPInvokeError() switch
            {
                LibC.ENOSPC => "the system has no more watches for files; 'sysctl fs.inotify.max_user_watches=1048576' allows more",
                // It has gone, and the next look shows that.
                LibC.ENOENT or LibC.ENOTDIR or LibC.EACCES => null,
                var error => $"{folder} cannot be watched: {SystemCallException.Reason(error)}",
            };
        if (!_folders.TryGetValue(folder, out var watched))
            _folders[folder] = watched = new Watched();
        if (watched.Number != number)
        {
            Forget(watched.Number, folder);
            watched.Number = number;
            if (!_paths.TryGetValue(number, out var paths))
                _paths[number] = paths = [];
            paths.Add(folder);
        }

        if (!watched.Watchers.Contains(watcher))
            watched.Watchers.Add(watcher);
        return null;
    }

    public void Remove(string folder, IFolderWatcher watcher)
    {
        if (!_folders.TryGetValue(folder, out var watched) || !watched.Watchers.Remove(watcher) || watched.Watchers.Count > 0)
            return;
        _folders.Remove(folder);
        Forget(watched.Number, folder);
    }

    public void Dispose()
    {
        _waiting?.Dispose();
        _descriptor?.Dispose();
    }

    private string? Open()
    {
        var fd = LibC.inotify_init1(LibC.O_CLOEXEC | NonBlocking);
        if (fd < 0)
            return Marshal.GetLastPInvokeError() is LibC.EMFILE
                ? "the system allows no more that watch files; 'sysctl fs.inotify.max_user_instances=1024' allows more"
                : $"files cannot be watched: {SystemCallException.Reason(Marshal.GetLastPInvokeError())}";
        _descriptor = new SafeFileHandle(fd, ownsHandle: true);
        _waiting = loop.OnReadable(_descriptor, TakeEvents);
        return null;
    }

    private void Forget(int number, string folder)
    {
        if (!_paths.TryGetValue(number, out var paths) || !paths.Remove(folder) || paths.Count > 0)
            return;
        _paths.Remove(number);
        LibC.inotify_rm_watch(_descriptor!, number);
    }

    private void TakeEvents()
    {
        while (true)
        {
            nint length;
            fixed (byte* buffer = _buffer)
                length = LibC.read(_descriptor!, buffer, BufferBytes);
            if (length <= 0)
                return;
            for (var at = 0; at + EventBytes <= length;)
            {
                var header = _buffer.AsSpan(at, EventBytes);
                var (number, mask) = (MemoryMarshal.Read<int>(header), MemoryMarshal.Read<uint>(header[4..]));
                var nameBytes = MemoryMarshal.Read<int>(header[12..]);
                var name = Encoding.UTF8.GetString(_buffer.AsSpan(at + EventBytes, nameBytes)).TrimEnd('\0');
                at += EventBytes + nameBytes;
                Tell(number, mask, name);
            }
        }
    }

    private void Tell(int number, uint mask, string name)
    {
        if ((mask & Overflow) != 0)
        {
            foreach (var watcher in _folders.Values.SelectMany(watched => watched.Watchers).Distinct().ToList())
                watcher.Lost();
            return;
        }

        if (!_paths.TryGetValue(number, out var paths))
            return;
        string[] all = [.. paths];
        // The number means nothing from now on.
        if ((mask & Ignored) != 0)
        {
            _paths.Remove(number);
            foreach (var path in all)
                _folders[path].Number = None;
        }

        var isSelf = (mask & (DeleteSelf | MoveSelf | Ignored)) != 0;
        foreach (var path in all)
            if (_folders.TryGetValue(path, out var watched))
                foreach (var watcher in watched.Watchers.ToList())
                    watcher.Happened(path, isSelf ? null : name, (mask & IsDir) != 0);
    }

    private const int None = -1;

    private sealed class Watched
    {
        public int Number { get; set; } = None;

        public List<IFolderWatcher> Watchers { get; } = [];
    }
}
