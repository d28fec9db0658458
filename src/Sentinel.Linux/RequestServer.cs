using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Daemon;

namespace Sentinel.Linux;

/// <summary>
/// Answers commands on a socket: from each connection one message, to it one reply. Whoever is slow, silent or talks nonsense
/// is left alone with it, and cut off after a while.
/// </summary>
public sealed class RequestServer : IDisposable
{
    private const int MostConnections = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly Func<Message, ValueTask<Message>> _answer;
    private readonly string _path;
    private readonly uint _user = LibC.geteuid();
    // The oldest first.
    private readonly List<Connection> _connections = [];
    private SafeFileHandle _listener;
    private ulong? _file;
    private IDisposable _accepting;

    /// <param name="answer">Gives the reply to a message; an exception becomes a refusal.</param>
    public RequestServer(string path, EventLoop loop, Func<Message, ValueTask<Message>> answer)
    {
        (_path, _loop, _answer) = (path, loop, answer);
        (_listener, _accepting) = Listen();
    }

    /// <summary>Listens anew when somebody took the socket away, or put one there that is nobody's.</summary>
    public void KeepThere()
    {
        if (UnixSocket.FileAt(_path) == _file || !Directory.Exists(Path.GetDirectoryName(_path)))
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
        LibC.unlink(_path);
    }

    private (SafeFileHandle Listener, IDisposable Accepting) Listen()
    {
        var listener = UnixSocket.Listen(_path);
        _file = UnixSocket.FileAt(_path);
        return (listener, _loop.OnReadable(listener, Accept));
    }

    private void Accept()
    {
        while (UnixSocket.Accept(_listener) is { } socket)
        {
            if (UnixSocket.PeerUser(socket) != _user)
            {
                socket.Dispose();
                continue;
            }

            // Whoever has been silent for longest makes room.
            if (_connections.Count >= MostConnections)
                _connections.FirstOrDefault(connection => connection.IsSilent)?.Dispose();
            _connections.Add(new Connection(this, socket));
        }
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

        public Connection(RequestServer server, SafeFileHandle socket)
        {
            (_server, _socket) = (server, socket);
            _watch = server._loop.OnReadable(socket, Receive);
            _timer = server._loop.After(Patience, Dispose);
        }

        /// <summary>Whether it has not asked for anything yet.</summary>
        public bool IsSilent { get; private set; } = true;

        public void Dispose()
        {
            if (_isClosed)
                return;
            _isClosed = true;
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
                // It grows with what really came, not with what was announced.
                Array.Resize(ref _received, Math.Min(whole, _received.Length * 2));
        }

        private async void Answer(ReadOnlyMemory<byte> body)
        {
            IsSilent = false;
            _watch?.Dispose();
            _watch = null;
            _timer?.Dispose();
            _timer = _server._loop.After(Heartbeat, Beat);
            Message reply;
            try
            {
                reply = await _server._answer(Protocol.Read(body));
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
            catch (Exception e)
            {
                reply = new Message.Refused(e.Message);
            }

            _received = [];
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
