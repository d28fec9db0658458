using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Home;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// Holds listening sockets for as long as somebody wants them, whatever becomes of the daemon and of the processes that they are for. It
/// knows nothing of them but a key, and ends when it holds none, or when its own place is gone.
/// </summary>
public sealed unsafe class SocketKeeper : IDisposable
{
    /// <summary>The command that it is, with its path. Its standard input is the socket that it listens on.</summary>
    public const string CommandName = "socket-keeper";

    private const uint Attributes = 0x4, MovedItself = 0x800; // IN_ATTRIB, IN_MOVE_SELF

    // Who starts it gives it something to hold at once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly string _path;
    private readonly ulong? _file;
    private readonly SafeFileHandle _listener;
    private readonly Dictionary<string, Held> _held = [];

    /// <param name="listener">Stays the caller's.</param>
    public SocketKeeper(SafeFileHandle listener, string path) => (_listener, _path, _file) = (listener, path, Inode.At(path));

    public void Run(Action<Exception> failed)
    {
        _loop.OnReadable(_listener, Accept);
        _loop.After(Patience, EndIfIdle);
        var fd = LibC.inotify_init1(LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        using var watch = new SafeFileHandle(fd, ownsHandle: true);
        if (fd >= 0 && LibC.inotify_add_watch(watch, _path, Attributes | MovedItself) >= 0)
            _loop.OnReadable(watch, () => Look(watch));
        _loop.Run(failed);
    }

    public void Dispose()
    {
        foreach (var held in _held.Values)
            held.Dispose();
        _loop.Dispose();
    }

    private void Look(SafeFileHandle watch)
    {
        var events = stackalloc byte[1024];
        LibC.read(watch, events, 1024);
        if (Inode.At(_path) != _file)
            _loop.Stop();
    }

    // Who has connected just now is cut off, and then finds nobody here: nobody connects twice to what is about to end.
    private void EndIfIdle()
    {
        if (_held.Count > 0)
            return;
        if (Inode.At(_path) == _file)
            LibC.unlink(_path);
        _loop.Stop();
    }

    private void Accept()
    {
        while (UnixSocket.Accept(_listener, out _) is { } socket)
            if (UnixSocket.PeerUser(socket) is var user && user != LibC.geteuid() && user != 0)
                socket.Dispose();
            else
                Listen(socket);
    }

    private void Listen(SafeFileHandle socket)
    {
        var (received, passed) = (new List<byte>(), (SafeFileHandle?)null);
        IDisposable? reading = null;
        reading = _loop.OnReadable(socket, () =>
        {
            if (SocketMessage.Receive(socket, received, ref passed))
            {
                if (SocketMessage.TextOf(received) is not { } said)
                    return;
                received.Clear();
                if (Answer(socket, said, ref passed))
                    return;
            }

            reading!.Dispose();
            passed?.Dispose();
            socket.Dispose();
        });
    }

    private bool Answer(SafeFileHandle socket, string said, ref SafeFileHandle? passed)
    {
        var (word, rest) = said.IndexOfAny([' ', '\n']) is >= 0 and var end ? (said[..end], said[(end + 1)..]) : (said, "");
        switch (word)
        {
            case SocketMessage.Take:
                return _held.TryGetValue(rest, out var found) ? SocketMessage.Send(socket, SocketMessage.Yes, found.Socket) : SocketMessage.Send(socket, SocketMessage.No);
            case SocketMessage.Hold when passed is { } given:
                passed = null;
                if (_held.Remove(rest, out var before))
                    before.Close();
                _held[rest] = new Held(given, HeldSockets.PathIn(rest));
                return SocketMessage.Send(socket, SocketMessage.Yes);
            case SocketMessage.Keep:
                var wanted = rest.Split('\n').ToHashSet();
                foreach (var key in _held.Keys.Where(key => !wanted.Contains(key)).ToList())
                {
                    _held[key].Dispose();
                    _held.Remove(key);
                }

                var isTold = SocketMessage.Send(socket, SocketMessage.Yes);
                EndIfIdle();
                return isTold;
            default:
                return false;
        }
    }

    /// <param name="Path">Where it is in the file system; null: nowhere.</param>
    private sealed record Held(SafeFileHandle Socket, string? Path) : IDisposable
    {
        private readonly ulong? _file = Path is null ? null : Inode.At(Path);

        public void Close() => Socket.Dispose();

        // Another may be there by now.
        public void Dispose()
        {
            if (Path is not null && Inode.At(Path) == _file)
                LibC.unlink(Path);
            Close();
        }
    }
}
