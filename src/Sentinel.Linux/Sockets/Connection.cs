using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;
using Sentinel.Core.Store;
using Sentinel.Linux.Loop;

namespace Sentinel.Linux.Sockets;

/// <summary>What the connections of one server share.</summary>
/// <param name="Received">The memory for what they receive.</param>
/// <param name="Answer">Answers a message.</param>
/// <param name="Feed">Where clients may subscribe; null: nowhere.</param>
/// <param name="Failed">Told of a fault of ours.</param>
internal sealed record ConnectionTools(
    EventLoop Loop,
    TimeProvider Time,
    ByteBudget Received,
    Func<Message, ValueTask<Message>> Answer,
    EventFeed? Feed,
    Action<Exception> Failed);

/// <summary>How much memory may be in use for one purpose.</summary>
internal sealed class ByteBudget(long most)
{
    private long _taken;

    public void Take(int bytes) => _taken += bytes;

    /// <summary>False if that would be too much.</summary>
    public bool TryTake(int bytes)
    {
        if (_taken + bytes > most)
            return false;
        _taken += bytes;
        return true;
    }

    public void Give(int bytes) => _taken -= bytes;
}

/// <summary>One client of the daemon: asks once, and is told once a second that its request is being worked at.</summary>
internal sealed class Connection : IDisposable
{
    // How long a client may take to ask, and to read the reply.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly ConnectionTools _tools;
    private readonly SafeFileHandle _socket;
    private readonly Action<Connection> _closed;
    private readonly Queue<byte[]> _toSend = [];
    private readonly Outbox _outbox;
    private readonly long _since;
    private byte[] _received = new byte[4096];
    private int _receivedBytes;
    private EventStream? _stream;
    private bool _isDone;
    private bool _isClosed;
    private IDisposable? _watch;
    private IDisposable? _timer;

    /// <param name="closed">Called once, when it is closed.</param>
    public Connection(ConnectionTools tools, SafeFileHandle socket, bool isLast, Action<Connection> closed)
    {
        (_tools, _socket, _outbox, IsLast, _closed) = (tools, socket, new Outbox(socket), isLast, closed);
        _since = tools.Time.GetTimestamp();
        tools.Received.Take(_received.Length);
        _watch = tools.Loop.OnReadable(socket, Receive);
        _timer = tools.Loop.After(SilenceLimit, Dispose);
    }

    /// <summary>Whether it has one of the last descriptors.</summary>
    public bool IsLast { get; }

    public TimeSpan Age => _tools.Time.GetElapsedTime(_since);

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
        _stream?.Dispose();
        _socket.Dispose();
        _closed(this);
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
        if (!_tools.Received.TryTake(length - _received.Length))
        {
            StopReceiving();
            End(new Message.Refused("the daemon is being asked for too much at once; try again", FailureCode.Busy));
            return;
        }

        Array.Resize(ref _received, length);
    }

    private void Forget()
    {
        _tools.Received.Give(_received.Length);
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
        _timer = _tools.Loop.After(Heartbeat, Beat);
        Message reply;
        try
        {
            var message = Protocol.Read(body);
            Forget();
            if (message is Message.Ask or Message.Inquire && !IsStillWanted())
            {
                Dispose();
                return;
            }

            if (message is Message.Subscribe { After: var after } && _tools.Feed is not null)
            {
                _timer?.Dispose();
                // It would keep one of the last descriptors for long.
                var whyNot = IsLast ? "the daemon has no file descriptor left for subscribers" : null;
                _stream = new EventStream(_tools, _socket, after, whyNot, Dispose);
                return;
            }

            reply = await _tools.Answer(message);
        }
        catch (OtherProtocolException e)
        {
            reply = new Message.Refused(
                $"the daemon speaks version {ProtocolRange.Ours} of its protocol and this command version {e.Version}; "
                + "'sentinel daemon restart' makes them the same and leaves your processes running",
                FailureCode.OtherProtocol);
        }
        catch (JsonException e)
        {
            reply = new Message.Refused($"the daemon does not understand the request: {e.Message}", FailureCode.NotUnderstood);
        }
        catch (Exception e) when (e is StateException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            reply = new Message.Refused(e.Message, FailureCode.Fault);
        }
        catch (Exception e)
        {
            _tools.Failed(e);
            reply = new Message.Refused($"{e.Message}\nThis is a fault in sentinel. daemon.log says where it is; please report it.", FailureCode.Fault);
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
            _timer = _tools.Loop.After(Heartbeat, Beat);
    }

    private void Send(Message message)
    {
        if (_isClosed)
            return;
        _toSend.Enqueue(Protocol.Write(message));
        if (_isDone)
        {
            _timer?.Dispose();
            _timer = _tools.Loop.After(SilenceLimit, Dispose);
        }

        Flush();
    }

    private void Flush()
    {
        switch (_outbox.Send(() => _toSend.TryDequeue(out var frame) ? frame : null))
        {
            case false:
                _watch ??= _tools.Loop.OnWritable(_socket, Flush);
                return;
            case null:
                Dispose();
                return;
        }

        _watch?.Dispose();
        _watch = null;
        if (_isDone)
            Dispose();
    }
}
