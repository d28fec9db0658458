using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Daemon;
using Sentinel.Core.Store;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Spawning;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// Answers commands on a socket: each connection sends one message and gets one reply. A client that is slow, silent or talks
/// nonsense harms nobody else, and is cut off after a while. When descriptors run out, one client at a time is let in, and the others wait.
/// </summary>
public sealed class RequestServer : IDisposable
{
    private const int MostConnections = 256;

    // For what all connections together are receiving.
    private const int MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    // How long a client waits to be let in when there is no descriptor; it would not wait much longer.
    private static readonly TimeSpan Fullness = TimeSpan.FromSeconds(2);

    // How soon to look again at clients that wait to be let in, and how long one gets to ask for something.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly EventLoop _loop;
    private readonly Func<Message, ValueTask<Message>> _answer;
    private readonly string _path;
    private readonly uint _user = LibC.geteuid();
    private readonly Action<Exception> _failed;
    private readonly TimeProvider _time;
    // Oldest first.
    private readonly List<Connection> _connections = [];
    private SafeFileHandle _listener;
    private ulong? _file;
    private IDisposable _accepting;
    private long _receivedBytes;
    private SafeFileHandle? _spare = UnixSocket.Spare();
    private long? _fullSince;

    /// <param name="answer">Gives the reply to a message; an exception becomes a refusal.</param>
    /// <param name="failed">Told of an exception that is a fault of ours.</param>
    public RequestServer(
        string path, EventLoop loop, Func<Message, ValueTask<Message>> answer, Action<Exception>? failed = null, TimeProvider? time = null)
    {
        (_path, _loop, _answer, _failed, _time) = (path, loop, answer, failed ?? (_ => { }), time ?? TimeProvider.System);
        (_listener, _accepting) = Listen();
    }

    /// <summary>Listens again if someone has removed the socket, or replaced it with one on which nobody listens.</summary>
    public void KeepThere()
    {
        if (Inode.At(_path) == _file || !Directory.Exists(Path.GetDirectoryName(_path)))
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
            _connections.Add(new Connection(this, socket, isLast));
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
                UnixSocket.Write(socket, Protocol.Write(new Message.Refused("the daemon has no file descriptor left; 'sentinel doctor' says how to give it more")));
        _spare = UnixSocket.Spare();
    }

    // The listener stays readable while clients wait: the loop would spin.
    private void AcceptLater()
    {
        _accepting.Dispose();
        _accepting = _loop.After(Pause, () => _accepting = _loop.OnReadable(_listener, Accept));
    }

    private sealed class Connection : IDisposable
    {
        private readonly RequestServer _server;
        private readonly SafeFileHandle _socket;
        private readonly Queue<byte[]> _toSend = [];
        private byte[] _received = new byte[4096];
        private int _receivedBytes;
        private int _sentBytes;
        private bool _isDone;
        private bool _isClosed;
        private IDisposable? _watch;
        private IDisposable? _timer;
        private readonly long _since;

        public Connection(RequestServer server, SafeFileHandle socket, bool isLast)
        {
            (_server, _socket, IsLast) = (server, socket, isLast);
            _since = server._time.GetTimestamp();
            server._receivedBytes += _received.Length;
            _watch = server._loop.OnReadable(socket, Receive);
            _timer = server._loop.After(Patience, Dispose);
        }

        /// <summary>Whether it has one of the last descriptors.</summary>
        public bool IsLast { get; }

        public TimeSpan Age => _server._time.GetElapsedTime(_since);

        /// <summary>Whether it has not asked for anything yet.</summary>
        public bool IsSilent { get; private set; } = true;

        public void Dispose()
        {
            if (_isClosed)
                return;
            _isClosed = true;
            Forget();
            _watch?.Dispose();
            _timer?.Dispose();
            _socket.Dispose();
            _server._connections.Remove(this);
        }

        private void Receive()
        {
            var read = UnixSocket.Read(_socket, _received.AsSpan(_receivedBytes));
            if (read == 0)
            {
                Dispose();
                return;
            }

            _receivedBytes += read ?? 0;
            if (_receivedBytes < Protocol.HeaderBytes)
                return;
            if (Protocol.LengthIn(_received) is not { } length)
            {
                Dispose();
                return;
            }

            var whole = Protocol.HeaderBytes + length;
            if (_receivedBytes >= whole)
                Answer(_received.AsMemory(Protocol.HeaderBytes, length));
            else if (_receivedBytes == _received.Length)
                Grow(Math.Min(whole, _received.Length * 2));
        }

        // It grows with what has arrived, not with what was announced.
        private void Grow(int length)
        {
            if (_server._receivedBytes + length - _received.Length > MostBytes)
            {
                StopReceiving();
                End(new Message.Refused("the daemon is being asked for too much at once; try again"));
                return;
            }

            _server._receivedBytes += length - _received.Length;
            Array.Resize(ref _received, length);
        }

        private void Forget()
        {
            _server._receivedBytes -= _received.Length;
            _received = [];
        }

        private void StopReceiving()
        {
            IsSilent = false;
            _watch?.Dispose();
            _watch = null;
        }

        // In this order: a client that gives up hangs up first, and then checks whether this was sent. If it was not, nothing is
        // begun; see DaemonClient.GiveUp.
        private bool IsStillWanted()
        {
            Send(new Message.Working());
            return !_isClosed && !UnixSocket.HasHungUp(_socket);
        }

        private async void Answer(ReadOnlyMemory<byte> body)
        {
            StopReceiving();
            _timer?.Dispose();
            _timer = _server._loop.After(Heartbeat, Beat);
            Message reply;
            try
            {
                var message = Protocol.Read(body);
                Forget();
                if (message is Message.Ask && !IsStillWanted())
                {
                    Dispose();
                    return;
                }

                reply = await _server._answer(message);
            }
            catch (OtherProtocolException e)
            {
                reply = new Message.Refused(
                    $"the daemon speaks version {Protocol.Version} of its protocol and this command version {e.Version}; "
                    + "'sentinel daemon restart' makes them the same and leaves your processes running");
            }
            catch (JsonException e)
            {
                reply = new Message.Refused($"the daemon does not understand the request: {e.Message}");
            }
            catch (Exception e) when (e is StateException or IOException or UnauthorizedAccessException or TimeoutException)
            {
                reply = new Message.Refused(e.Message);
            }
            catch (Exception e)
            {
                _server._failed(e);
                reply = new Message.Refused($"{e.Message}\nThis is a fault in sentinel. daemon.log says where it is; please report it.");
            }

            End(reply);
        }

        private void End(Message reply)
        {
            Forget();
            _isDone = true;
            Send(reply);
        }

        private void Beat()
        {
            Send(new Message.Working());
            if (!_isClosed)
                _timer = _server._loop.After(Heartbeat, Beat);
        }

        private void Send(Message message)
        {
            if (_isClosed)
                return;
            _toSend.Enqueue(Protocol.Write(message));
            if (_isDone)
            {
                _timer?.Dispose();
                _timer = _server._loop.After(Patience, Dispose);
            }

            Flush();
        }

        private void Flush()
        {
            while (_toSend.TryPeek(out var frame))
            {
                switch (UnixSocket.Write(_socket, frame.AsSpan(_sentBytes)))
                {
                    case null:
                        _watch ??= _server._loop.OnWritable(_socket, Flush);
                        return;
                    case -1:
                        Dispose();
                        return;
                    case { } written:
                        _sentBytes += written;
                        if (_sentBytes == frame.Length)
                        {
                            _toSend.Dequeue();
                            _sentBytes = 0;
                        }

                        break;
                }
            }

            _watch?.Dispose();
            _watch = null;
            if (_isDone)
                Dispose();
        }
    }
}
