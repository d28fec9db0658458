using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;

namespace Sentinel.Linux.Sockets;

/// <summary>One client that is told of events until it hangs up, as fast as it reads.</summary>
internal sealed class EventStream : IDisposable
{
    // How much a client may get before others have their turn.
    private const int MostBytesAtOnce = 256 * 1024;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly ConnectionTools _tools;
    private readonly SafeFileHandle _socket;
    private readonly Outbox _outbox;
    private readonly Action _ended;
    private readonly Subscription? _subscription;
    private IDisposable? _watch;
    private IDisposable? _timer;
    private IDisposable? _soon;
    private byte[]? _lastWord;
    private bool _isLastWordSaid;
    private bool _isToBeat;
    // Whether we wait until the client has read some of it.
    private bool _isFull;
    private int _bytesLeft;
    private bool _hasEnded;

    /// <param name="whyNot">Null, or why the client is refused.</param>
    /// <param name="ended">Called once, when it is over; the socket is closed by then.</param>
    public EventStream(ConnectionTools tools, SafeFileHandle socket, long after, string? whyNot, Action ended)
    {
        (_tools, _socket, _outbox, _ended) = (tools, socket, new Outbox(socket), ended);
        if (whyNot is null)
            _subscription = tools.Feed!.Subscribe(after, FlushSoon, out whyNot);
        if (_subscription is null)
            _lastWord = Protocol.Write(new Message.Refused(whyNot!));
        _timer = tools.Loop.After(Heartbeat, Beat);
        FlushSoon();
    }

    public void Dispose()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        _subscription?.Dispose();
        _watch?.Dispose();
        _timer?.Dispose();
        _soon?.Dispose();
        _socket.Dispose();
        _ended();
    }

    // Not at once: the one that records events must not wait for sockets, nor be told of their failures.
    private void FlushSoon()
    {
        if (!_isFull)
            _soon ??= _tools.Loop.After(TimeSpan.Zero, Flush);
    }

    private void Flush()
    {
        _soon?.Dispose();
        _soon = null;
        _watch?.Dispose();
        _watch = null;
        (_bytesLeft, _isFull) = (MostBytesAtOnce, false);
        switch (_outbox.Send(Next))
        {
            case null:
                Dispose();
                break;
            case false:
                _isFull = true;
                _watch = _tools.Loop.OnWritable(_socket, Flush);
                break;
            case true when _isLastWordSaid:
                Dispose();
                break;
            case true:
                _watch = _tools.Loop.OnReadable(_socket, HearHangUp);
                break;
        }
    }

    private byte[]? Next()
    {
        if (_bytesLeft <= 0)
        {
            FlushSoon();
            return null;
        }

        var frame = NextFrame();
        _bytesLeft -= frame?.Length ?? 0;
        return frame;
    }

    private byte[]? NextFrame()
    {
        if (_isLastWordSaid)
            return null;
        try
        {
            if (_lastWord is null && _subscription!.Next() is { } frame)
                return frame;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lastWord = Protocol.Write(new Message.Refused(e.Message, FailureCode.Fault));
        }

        _isLastWordSaid = _lastWord is not null;
        var beat = _isToBeat ? Protocol.Write(new Message.Working()) : null;
        _isToBeat = false;
        return _lastWord ?? beat;
    }

    // A client has nothing more to say.
    private void HearHangUp()
    {
        if (UnixSocket.Read(_socket, stackalloc byte[1]) is not null)
            Dispose();
    }

    // While the client does not read, one is enough.
    private void Beat()
    {
        _isToBeat = true;
        _timer = _tools.Loop.After(Heartbeat, Beat);
        FlushSoon();
    }
}
