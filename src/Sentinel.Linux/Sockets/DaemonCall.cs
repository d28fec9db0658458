using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Linux.Loop;

namespace Sentinel.Linux.Sockets;

/// <summary>One connection to the daemon on a loop: something is said, and what comes back is told as it comes.</summary>
public sealed class DaemonCall : IDisposable
{
    private const int BlockBytes = 64 * 1024;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _socket;
    private readonly Outbox _outbox;
    private readonly Action<Message?> _heard;
    private byte[]? _toSay;
    private byte[] _received = new byte[BlockBytes];
    private int _count;
    private IDisposable? _reading, _writing, _timer;
    private bool _isOver;

    private DaemonCall(EventLoop loop, SafeFileHandle socket, Message said, Action<Message?> heard)
    {
        (_loop, _socket, _outbox, _heard, _toSay) = (loop, socket, new Outbox(socket), heard, Protocol.Write(said));
        _reading = loop.OnReadable(socket, Read);
        Rewind();
        Write();
    }

    /// <param name="heard">Called from the loop with each message, and with null when it is over: the daemon has hung up, or is silent. Not after this is disposed of.</param>
    /// <returns>Null: no daemon runs.</returns>
    public static DaemonCall? Begin(EventLoop loop, SentinelHome home, Message said, Action<Message?> heard)
    {
        try
        {
            return UnixSocket.Connect(home.Socket, out _) is { } socket ? new DaemonCall(loop, socket, said, heard) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether it is over because the daemon said nothing for as long as <see cref="DaemonClient.SilenceLimit"/>.</summary>
    public bool IsSilent { get; private set; }

    public void Dispose()
    {
        _isOver = true;
        _reading?.Dispose();
        _writing?.Dispose();
        _timer?.Dispose();
        _socket.Dispose();
    }

    private void Rewind()
    {
        _timer?.Dispose();
        _timer = _loop.After(DaemonClient.SilenceLimit, () =>
        {
            IsSilent = true;
            End();
        });
    }

    private void Write()
    {
        var sent = _outbox.Send(() =>
        {
            var frame = _toSay;
            _toSay = null;
            return frame;
        });
        _writing?.Dispose();
        // Where nobody reads any more, reading tells so.
        _writing = sent == false ? _loop.OnWritable(_socket, Write) : null;
    }

    private void Read()
    {
        if (_count == _received.Length)
            Array.Resize(ref _received, _received.Length * 2);
        switch (UnixSocket.Read(_socket, _received.AsSpan(_count)))
        {
            case null:
                return;
            case 0:
                End();
                return;
            case { } read:
                _count += read;
                break;
        }

        Rewind();
        var at = 0;
        while (!_isOver && _count - at >= Protocol.HeaderBytes)
        {
            if (Protocol.LengthIn(_received.AsSpan(at)) is not { } length)
            {
                End();
                return;
            }

            if (_count - at < Protocol.HeaderBytes + length)
                break;
            var body = _received.AsMemory(at + Protocol.HeaderBytes, length);
            at += Protocol.HeaderBytes + length;
            _heard(Understood(body));
        }

        if (_isOver)
            return;
        _received.AsSpan(at, _count - at).CopyTo(_received);
        _count -= at;
    }

    private void End()
    {
        if (_isOver)
            return;
        Dispose();
        _heard(null);
    }

    private static Message Understood(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Protocol.Read(body);
        }
        catch (OtherProtocolException e)
        {
            return new Message.Refused($"the daemon speaks version {e.Version} of its protocol; 'sentinel daemon restart' makes them the same", FailureCode.OtherProtocol);
        }
        catch (JsonException)
        {
            return new Message.Refused("the answer of the daemon cannot be understood", FailureCode.NotUnderstood);
        }
    }
}
