using System.Runtime.InteropServices;
using System.Text;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Native;

/// <summary>
/// The keys that are pressed at the terminal on standard input, each at once and without showing it. The terminal is put back as it was
/// when this is disposed, and when a signal stops or ends the process before that; see termios(3) and cfmakeraw(3). What is drawn on the
/// terminal meanwhile goes through <see cref="Write"/>, so that nothing is drawn on it afterwards.
/// </summary>
public sealed unsafe class Keyboard : IDisposable
{
    private const int Stdin = 0;

    // struct termios: four words of flags, a byte, and the special characters.
    private const int TermiosBytes = 64, InputFlags = 0, OutputFlags = 1, LocalFlags = 3, MinimumCharacter = 17 + 6, TimeCharacter = 17 + 5;
    private const uint Canonical = 2, Echo = 8;

    // IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON; OPOST; ISIG, ECHONL, IEXTEN.
    private const uint CookedInput = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400, CookedOutput = 0x1, CookedKeys = 0x1 | 0x40 | 0x8000;
    private const int AtOnce = 0, WhenDrained = 1;

    // A terminal may take nothing any more; then it is put back without waiting for what is being written.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _before;
    private readonly bool _isRaw;
    private readonly byte[] _enter, _leave;
    private readonly Action _taken;
    private readonly Lock _writing = new();
    private volatile bool _isTaken;
    private readonly PosixSignalRegistration[] _signals;

    private Keyboard(byte[] before, bool isRaw, byte[] enter, byte[] leave, Action taken)
    {
        (_before, _isRaw, _enter, _leave, _taken) = (before, isRaw, enter, leave, taken);
        _signals =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                // The signal then does what it does to every process.
                .Select(signal => PosixSignalRegistration.Create(signal, _ => Restore())),
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => Pause()),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Take(isAgain: true)),
        ];
        Take();
    }

    /// <summary>Null when standard input is not a terminal.</summary>
    /// <param name="isRaw">Whether keys that make signals come as any other, and what is printed goes out as it is.</param>
    /// <param name="enter">What the terminal gets when it becomes ours: at the beginning, and when the process goes on after it was stopped.</param>
    /// <param name="leave">What it gets when it is put back.</param>
    /// <param name="taken">Called, on any thread, when the process goes on after it was stopped.</param>
    public static Keyboard? Open(bool isRaw = false, string enter = "", string leave = "", Action? taken = null)
    {
        var before = new byte[TermiosBytes];
        fixed (byte* settings = before)
            return LibC.tcgetattr(Stdin, settings) == 0
                ? new Keyboard(before, isRaw, Encoding.UTF8.GetBytes(enter), Encoding.UTF8.GetBytes(leave), taken ?? (() => { }))
                : null;
    }

    /// <summary>Writes to the terminal, unless it has been put back.</summary>
    /// <exception cref="IOException">The terminal has gone.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
            if (_isTaken)
                StandardStream.Output.Write(bytes);
    }

    /// <summary>Gives the terminal back, and stops this process and those that it is piped with, as Ctrl+Z does.</summary>
    public void Suspend()
    {
        Restore();
        _ = LibC.kill(0, SignalName.Stop);
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

    private void Take(bool isAgain = false)
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

        lock (_writing)
        {
            _isTaken = true;
            StandardStream.Output.Write(_enter);
        }

        if (isAgain)
            _taken();
    }

    // The runtime, once it handles the signal, does not let it stop the process.
    private void Pause()
    {
        Restore();
        _ = LibC.kill(Environment.ProcessId, SignalName.Stop);
    }

    private void Restore()
    {
        var isOurs = _writing.TryEnter(Patience);
        try
        {
            if (_isTaken && isOurs)
                StandardStream.Output.Write(_leave);
            _isTaken = false;
        }
        catch (IOException)
        {
            // The terminal has gone.
        }
        finally
        {
            if (isOurs)
                _writing.Exit();
        }

        fixed (byte* settings = _before)
            LibC.tcsetattr(Stdin, isOurs ? WhenDrained : AtOnce, settings);
    }
}
