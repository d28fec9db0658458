using System.Runtime.InteropServices;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Native;

/// <summary>
/// The keys that are pressed at the terminal on standard input, each at once and without showing it. The terminal is put back as it was
/// when this is disposed, and when a signal stops or ends the process before that; see termios(3).
/// </summary>
public sealed unsafe class Keyboard : IDisposable
{
    private const int Stdin = 0;

    // struct termios: four words of flags, a byte, and the special characters.
    private const int TermiosBytes = 64, LocalFlags = 3, MinimumCharacter = 17 + 6, TimeCharacter = 17 + 5;
    private const uint Canonical = 2, Echo = 8;
    private const int WhenDrained = 1;

    private readonly byte[] _before;
    private readonly PosixSignalRegistration[] _signals;

    private Keyboard(byte[] before)
    {
        _before = before;
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
    public static Keyboard? Open()
    {
        var before = new byte[TermiosBytes];
        fixed (byte* settings = before)
            return LibC.tcgetattr(Stdin, settings) == 0 ? new Keyboard(before) : null;
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
            ((uint*)start)[LocalFlags] &= ~(Canonical | Echo);
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
