using System.Runtime.InteropServices;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Native;

/// <summary>
/// The keys that are pressed at the terminal on standard input, each at once and without showing it. The terminal is put back as it was
/// when this is disposed, and when a signal stops or ends the process before that; see termios(3) and cfmakeraw(3).
/// </summary>
public sealed unsafe class Keyboard : IDisposable
{
    private const int Stdin = 0;

    // struct termios: four words of flags, a byte, and the special characters.
    private const int TermiosBytes = 64, InputFlags = 0, OutputFlags = 1, LocalFlags = 3, MinimumCharacter = 17 + 6, TimeCharacter = 17 + 5;
    private const uint Canonical = 2, Echo = 8;

    // IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON; OPOST; ISIG, ECHONL, IEXTEN.
    private const uint CookedInput = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400, CookedOutput = 0x1, CookedKeys = 0x1 | 0x40 | 0x8000;
    private const int WhenDrained = 1;

    private readonly byte[] _before;
    private readonly bool _isRaw;
    private readonly PosixSignalRegistration[] _signals;

    private Keyboard(byte[] before, bool isRaw)
    {
        (_before, _isRaw) = (before, isRaw);
        _signals =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                // The signal then does what it does to every process.
                .Select(signal => PosixSignalRegistration.Create(signal, _ => Restore())),
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => Pause()),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Take()),
        ];
        Take();
    }

    /// <summary>Null when standard input is not a terminal.</summary>
    /// <param name="isRaw">Whether keys that make signals come as any other, and what is printed goes out as it is.</param>
    public static Keyboard? Open(bool isRaw = false)
    {
        var before = new byte[TermiosBytes];
        fixed (byte* settings = before)
            return LibC.tcgetattr(Stdin, settings) == 0 ? new Keyboard(before, isRaw) : null;
    }

    /// <summary>The next key; null: none was pressed in that time.</summary>
    /// <exception cref="EndOfStreamException">The terminal has gone.</exception>
    public char? Read(TimeSpan wait)
    {
        var poll = new LibC.PollFd { Fd = Stdin, Events = LibC.POLLIN };
        if (LibC.poll(&poll, 1, (int)wait.TotalMilliseconds) <= 0)
            return null;
        byte key;
        return LibC.read(Stdin, &key, 1) == 1 ? (char)key : throw new EndOfStreamException("the terminal has gone");
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        Restore();
    }

    private void Take()
    {
        var settings = _before.AsSpan().ToArray();
        fixed (byte* start = settings)
        {
            var flags = (uint*)start;
            flags[LocalFlags] &= ~(Canonical | Echo);
            if (_isRaw)
            {
                flags[InputFlags] &= ~CookedInput;
                flags[OutputFlags] &= ~CookedOutput;
                flags[LocalFlags] &= ~CookedKeys;
            }

            (start[MinimumCharacter], start[TimeCharacter]) = (1, 0);
            LibC.tcsetattr(Stdin, WhenDrained, start);
        }
    }

    // The runtime, once it handles the signal, does not let it stop the process.
    private void Pause()
    {
        Restore();
        _ = LibC.kill(Environment.ProcessId, SignalName.Stop);
    }

    private void Restore()
    {
        fixed (byte* settings = _before)
            LibC.tcsetattr(Stdin, WhenDrained, settings);
    }
}
