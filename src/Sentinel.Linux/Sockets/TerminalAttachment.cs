using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Sockets;

/// <summary>Connects the terminal of the user to that of a process, until either ends it.</summary>
public sealed unsafe class TerminalAttachment
{
    private const int BlockBytes = 16 * 1024;
    private const int MostUnsent = 64 * 1024;
    private const byte ControlP = 0x10, ControlQ = 0x11;

    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly SafeFileHandle _keyboard = new(0, ownsHandle: false);
    private readonly SafeFileHandle _keeper;
    private readonly Queue<byte[]> _unsent = [];
    private readonly Outbox _outbox;
    private long _said;
    private IDisposable? _sending;
    private bool _isHeld;
    private bool _hasDetached;

    private TerminalAttachment(SafeFileHandle keeper) => (_keeper, _outbox) = (keeper, new Outbox(keeper));

    /// <summary>Whether the user is at a terminal.</summary>
    public static bool IsPossible => Terminal.IsTerminal && Terminal.IsKeyboard;

    /// <param name="greeting">Shown once keys are no longer the user's own terminal's.</param>
    /// <returns>Whether the user detached; false: the process has ended; null: nothing listens there.</returns>
    public static bool? Run(string path, string greeting)
    {
        using var keeper = UnixSocket.Connect(path, out _);
        return keeper is null ? null : new TerminalAttachment(keeper).Run(greeting);
    }

    private bool Run(string greeting)
    {
        using var raw = Keyboard.Open(isRaw: true);
        StandardStream.Error.Write(NativeText.Bytes(greeting + "\r\n"));
        Say(TerminalFrame.Of(TerminalFrame.Attach, []));
        SaySize();
        using var resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _loop.Post(SaySize));
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Leave);
        using (_loop)
        {
            _loop.OnReadable(_keyboard, Type);
            _loop.OnReadable(_keeper, Show);
            _loop.Run(_ => _loop.Stop());
        }

        return _hasDetached;

        void Leave(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _hasDetached = true;
            _loop.Post(_loop.Stop);
        }
    }

    private void SaySize()
    {
        if (Terminal.Height is { } rows && Terminal.Width is { } columns)
            Say(TerminalFrame.OfSize(rows, columns));
    }

    private void Type()
    {
        var block = stackalloc byte[TerminalFrame.MostBytes / 2];
        var read = LibC.read(_keyboard, block, TerminalFrame.MostBytes / 2);
        if (read <= 0)
        {
            _hasDetached = true;
            _loop.Stop();
            return;
        }

        var typed = new List<byte>();
        foreach (var key in new ReadOnlySpan<byte>(block, (int)read))
        {
            if (_isHeld && key == ControlQ)
            {
                _hasDetached = true;
                _loop.Stop();
                break;
            }

            if (_isHeld)
                typed.Add(ControlP);
            _isHeld = key == ControlP;
            if (!_isHeld)
                typed.Add(key);
        }

        if (typed.Count > 0)
            Say(TerminalFrame.Of(TerminalFrame.Input, [.. typed]));
    }

    private void Show()
    {
        var block = new byte[BlockBytes];
        switch (UnixSocket.Read(_keeper, block))
        {
            case 0:
                _loop.Stop();
                break;
            case { } read:
                StandardStream.Output.Write(block.AsSpan(0, read));
                break;
        }
    }

    // What is typed too far ahead of a program that does not read is lost, as at any terminal.
    private void Say(byte[] frame)
    {
        if (_said - _outbox.Sent > MostUnsent)
            return;
        _unsent.Enqueue(frame);
        _said += frame.Length;
        Send();
    }

    private void Send()
    {
        if (_outbox.Send(() => _unsent.TryDequeue(out var next) ? next : null) is not { } isAll)
        {
            _loop.Stop();
            return;
        }

        if (!isAll)
        {
            _sending ??= _loop.OnWritable(_keeper, Send);
            return;
        }

        _sending?.Dispose();
        _sending = null;
    }
}
