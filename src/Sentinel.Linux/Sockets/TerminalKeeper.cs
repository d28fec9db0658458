using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Logs;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// Holds the side of a pseudo-terminal that is not the program's: writes what the program prints to its log and to those who are
/// attached, and hands on what they type. It goes on until nothing has the program's side open any more.
/// </summary>
/// <remarks>Several may attach at once: all see the same, and all can type.</remarks>
public sealed unsafe class TerminalKeeper : IDisposable
{
    private const int BlockBytes = 16 * 1024;

    // One who reads more slowly than the program prints slows it down, as a terminal does; one who does not read is sent away.
    private const int MostPending = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly SafeFileHandle _master;
    private readonly LogReader _log;
    private readonly SafeFileHandle _listener;
    private readonly List<TerminalClient> _clients = [];
    private readonly LineEnds _lineEnds = new();
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly List<byte> _typed = [];
    private IDisposable? _reading;
    private IDisposable? _writing;

    /// <param name="master">Our side; it stays the caller's.</param>
    /// <param name="path">Where to listen.</param>
    public TerminalKeeper(SafeFileHandle master, string path, LogReader log)
    {
        (_master, _log) = (master, log);
        LibC.fcntl(master, LibC.F_SETFL, LibC.O_NONBLOCK);
        _listener = UnixSocket.Listen(path);
    }

    public void Run(Action<Exception> failed)
    {
        _loop.OnReadable(_listener, Accept);
        Resume();
        _loop.Run(failed);
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _loop.Dispose();
        _listener.Dispose();
    }

    private void Accept()
    {
        while (UnixSocket.Accept(_listener, out _) is { } socket)
            _clients.Add(new TerminalClient(_loop, socket, Patience, Heard, Left, Resume));
    }

    private void Left(TerminalClient client)
    {
        _clients.Remove(client);
        client.Dispose();
        Resume();
    }

    // As long as nobody is behind.
    private void Resume()
    {
        if (_clients.Exists(client => client.Pending >= MostPending))
            return;
        _reading ??= _loop.OnReadable(_master, Read);
    }

    private void Read()
    {
        nint read;
        fixed (byte* block = _block)
            read = LibC.read(_master, block, BlockBytes);
        // EIO: the program's side is closed.
        if (read <= 0)
        {
            if (read == 0 || Marshal.GetLastPInvokeError() is not (LibC.EAGAIN or LibC.EINTR))
                End();
            return;
        }

        var printed = new ReadOnlySpan<byte>(_block, 0, (int)read);
        var line = _lineEnds.Plain(printed);
        _log.Take(line, line.Length);
        foreach (var client in _clients.Where(client => client.IsAttached).ToList())
            client.Give(printed.ToArray());
        if (_clients.Exists(client => client.Pending >= MostPending))
        {
            _reading?.Dispose();
            _reading = null;
        }
    }

    private void End()
    {
        if (_lineEnds.Rest is { Length: > 0 } rest)
            _log.Take(rest, rest.Length);
        _loop.Stop();
    }

    private void Heard(TerminalClient client, byte kind, byte[] content)
    {
        switch (kind)
        {
            case TerminalFrame.Attach:
                client.IsAttached = true;
                break;
            case TerminalFrame.WindowSize when content.Length == 4:
                Terminal.SetSize(_master, BinaryPrimitives.ReadUInt16LittleEndian(content), BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(2)));
                break;
            case TerminalFrame.Input:
                _typed.AddRange(content);
                client.IsWaiting = !client.IsAttached;
                Type();
                break;
        }
    }

    // What the program has not read yet waits here, and then with the clients.
    private void Type()
    {
        var bytes = _typed.ToArray();
        nint written;
        fixed (byte* typed = bytes)
            written = bytes.Length == 0 ? 0 : LibC.write((int)_master.DangerousGetHandle(), typed, bytes.Length);
        if (written > 0)
            _typed.RemoveRange(0, (int)written);
        foreach (var client in _clients)
            client.Listens(_typed.Count < MostPending);
        if (_typed.Count > 0)
        {
            _writing ??= _loop.OnWritable(_master, Type);
            return;
        }

        _writing?.Dispose();
        _writing = null;
        foreach (var client in _clients.Where(client => client.IsWaiting).ToList())
        {
            client.IsWaiting = false;
            client.Give([TerminalFrame.Input]);
        }
    }

    /// <summary>A terminal ends lines with CR LF; a log ends them with LF.</summary>
    internal sealed class LineEnds
    {
        private bool _isHeld;

        public byte[] Rest => _isHeld ? "\r"u8.ToArray() : [];

        public byte[] Plain(ReadOnlySpan<byte> printed)
        {
            var plain = new List<byte>(printed.Length);
            foreach (var one in printed)
            {
                if (_isHeld && one != '\n')
                    plain.Add((byte)'\r');
                _isHeld = one == '\r';
                if (!_isHeld)
                    plain.Add(one);
            }

            return [.. plain];
        }
    }
}
