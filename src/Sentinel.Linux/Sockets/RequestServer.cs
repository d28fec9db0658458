using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// Answers commands on a socket: each connection sends one message and gets one reply, or events until it hangs up. A client that
/// is slow, silent or talks nonsense harms nobody else, and is cut off after a while. When descriptors run out, one client at a time
/// is let in, and the others wait.
/// </summary>
public sealed class RequestServer : IDisposable
{
    private const int MostConnections = 256;

    // For what all connections together are receiving.
    private const int MostBytes = 64 * 1024 * 1024;

    // How long a client waits to be let in when there is no descriptor; it would not wait much longer.
    private static readonly TimeSpan Fullness = TimeSpan.FromSeconds(2);

    // How soon to look again at clients that wait to be let in, and how long one gets to ask for something.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly EventLoop _loop;
    private readonly string _path;
    private readonly uint _user = LibC.geteuid();
    private readonly TimeProvider _time;
    private readonly ConnectionTools _tools;

    // Oldest first.
    private readonly List<Connection> _connections = [];
    private SafeFileHandle _listener;
    private ulong? _file;
    private IDisposable _accepting;
    private SafeFileHandle? _spare = UnixSocket.Spare();
    private long? _fullSince;

    /// <param name="answer">Gives the reply to a message; an exception becomes a refusal.</param>
    /// <param name="failed">Told of an exception that is a fault of ours.</param>
    /// <param name="feed">Where clients may subscribe; null: nowhere.</param>
    public RequestServer(
        string path,
        EventLoop loop,
        Func<Message, ValueTask<Message>> answer,
        Action<Exception>? failed = null,
        TimeProvider? time = null,
        EventFeed? feed = null)
    {
        (_path, _loop, _time) = (path, loop, time ?? TimeProvider.System);
        _tools = new ConnectionTools(loop, _time, new ByteBudget(MostBytes), answer, feed, failed ?? (_ => { }));
        (_listener, _accepting) = Listen();
    }

    /// <summary>Listens again if someone has removed the socket, or replaced it with one on which nobody listens.</summary>
    public void KeepThere()
    {
        if (!UnixSocket.IsLost(_path, _file))
            return;
        using (var other = UnixSocket.Connect(_path, out var isBusy))
            if (other is not null || isBusy)
                return;
        _accepting.Dispose();
        _listener.Dispose();
        (_listener, _accepting) = Listen();
    }

    public void Dispose()
    {
        _accepting.Dispose();
        foreach (var connection in _connections.ToList())
            connection.Dispose();
        _listener.Dispose();
        _spare?.Dispose();
        LibC.unlink(_path);
    }

    private (SafeFileHandle Listener, IDisposable Accepting) Listen()
    {
        var listener = UnixSocket.Listen(_path);
        _file = Inode.At(_path);
        return (listener, _loop.OnReadable(listener, Accept));
    }

    private void Accept()
    {
        while (true)
        {
            if (_connections.Find(connection => connection.IsLast) is { } last)
            {
                if (!last.IsSilent || last.Age < Pause)
                {
                    AcceptLater();
                    return;
                }

                last.Dispose();
            }

            if (UnixSocket.Accept(_listener, out var isFull) is not { } socket)
            {
                if (isFull)
                {
                    RefuseOne();
                    AcceptLater();
                }

                return;
            }

            _fullSince = null;
            if (UnixSocket.PeerUser(socket) != _user)
            {
                socket.Dispose();
                continue;
            }

            // The client that has been silent for longest makes room.
            var isLast = Descriptors.IsScarce((int)socket.DangerousGetHandle());
            if (_connections.Count >= MostConnections || isLast)
                _connections.FirstOrDefault(connection => connection.IsSilent && (!isLast || connection.Age > Pause))?.Dispose();
            _connections.Add(new Connection(_tools, socket, isLast, closed => _connections.Remove(closed)));
        }
    }

    // A client that has waited for a while is refused, with a descriptor that is kept for that.
    private void RefuseOne()
    {
        _fullSince ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(_fullSince.Value) < Fullness)
            return;
        _spare?.Dispose();
        using (var socket = UnixSocket.Accept(_listener, out _))
            if (socket is not null && UnixSocket.PeerUser(socket) == _user)
                UnixSocket.Write(socket, Protocol.Write(new Message.Refused(
                    "the daemon has no file descriptor left; 'sentinel doctor' says how to give it more", FailureCode.Busy)));
        _spare = UnixSocket.Spare();
    }

    // The listener stays readable while clients wait: the loop would spin.
    private void AcceptLater()
    {
        _accepting.Dispose();
        _accepting = _loop.After(Pause, () => _accepting = _loop.OnReadable(_listener, Accept));
    }
}
