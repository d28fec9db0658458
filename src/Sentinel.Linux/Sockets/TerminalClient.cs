using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Loop;

namespace Sentinel.Linux.Sockets;

/// <summary>Someone who is connected to the keeper of a terminal.</summary>
internal sealed class TerminalClient : IDisposable
{
    private const int BlockBytes = 8 * 1024;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _socket;
    private readonly TimeSpan _patience;
    private readonly Action<TerminalClient, byte, byte[]> _heard;
    private readonly Action<TerminalClient> _left;
    private readonly Action _caughtUp;
    private readonly List<byte> _received = [];
    private readonly Queue<byte[]> _pending = [];
    private readonly Outbox _outbox;
    private long _given;
    private IDisposable? _reading;
    private IDisposable? _writing;
    private IDisposable? _timer;

    /// <param name="patience">How long it may take nothing.</param>
    /// <param name="left">Told when it has gone, or does not read.</param>
    /// <param name="caughtUp">Told when it has read everything.</param>
    public TerminalClient(
        EventLoop loop, SafeFileHandle socket, TimeSpan patience, Action<TerminalClient, byte, byte[]> heard, Action<TerminalClient> left, Action caughtUp)
    {
        (_loop, _socket, _outbox, _patience, _heard, _left, _caughtUp) = (loop, socket, new Outbox(socket), patience, heard, left, caughtUp);
        Listens(true);
    }

    /// <summary>Whether it is to see what the program prints.</summary>
    public bool IsAttached { get; set; }

    /// <summary>Whether it waits to hear that what it sent was taken.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>How many bytes it has still to read.</summary>
    public long Pending => _given - _outbox.Sent;

    public void Give(byte[] bytes)
    {
        _pending.Enqueue(bytes);
        _given += bytes.Length;
        Write();
    }

    /// <summary>Whether to read what it says.</summary>
    public void Listens(bool isOn)
    {
        if (isOn)
        {
            _reading ??= _loop.OnReadable(_socket, Read);
            return;
        }

        _reading?.Dispose();
        _reading = null;
    }

    public void Dispose()
    {
        Listens(false);
        _writing?.Dispose();
        _timer?.Dispose();
        _socket.Dispose();
    }

    private void Read()
    {
        var block = new byte[BlockBytes];
        if (UnixSocket.Read(_socket, block) is not { } read)
            return;
        if (read == 0)
        {
            _left(this);
            return;
        }

        _received.AddRange(block.AsSpan(0, read));
        while (TerminalFrame.Take(_received) is var (kind, content))
            _heard(this, kind, content);
    }

    private void Write()
    {
        var before = _outbox.Sent;
        if (_outbox.Send(() => _pending.TryDequeue(out var next) ? next : null) is not { } isAll)
        {
            // Not at once: the keeper, which gives it something, goes through all of us.
            _loop.After(TimeSpan.Zero, () => _left(this));
            return;
        }

        if (_outbox.Sent > before)
        {
            _timer?.Dispose();
            _timer = null;
        }

        if (!isAll)
        {
            _writing ??= _loop.OnWritable(_socket, Write);
            _timer ??= _loop.After(_patience, () => _left(this));
            return;
        }

        _writing?.Dispose();
        _writing = null;
        _timer?.Dispose();
        _timer = null;
        _caughtUp();
    }
}
