using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>
/// A pseudo-terminal; see pty(7). A process of ours, its keeper, holds the side that is not the program's: it writes what the program
/// prints to its log, and lets people attach. It lives for as long as anything of the program has the terminal open.
/// </summary>
internal static unsafe class PseudoTerminal
{
    /// <summary>TIOCSCTTY of ioctl_tty(2): makes a terminal that of a session.</summary>
    public const int TakeTerminal = 0x540e;

    private const ulong SetLock = 0x40045431; // TIOCSPTLCK
    private const ulong OpenOther = 0x5441; // TIOCGPTPEER

    // What programs expect where nobody looks.
    private const ushort Rows = 24, Columns = 80;

    /// <summary>Opens one, and starts its keeper.</summary>
    /// <returns>The program's side.</returns>
    /// <exception cref="IOException">There is none to be had.</exception>
    /// <exception cref="SpawnException">Its keeper could not be started.</exception>
    public static SafeFileHandle Open(Launch launch)
    {
        using var master = LibC.open("/dev/ptmx", LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC, 0);
        if (master.IsInvalid)
            throw SystemCallException.Last("open", "/dev/ptmx");
        var unlocked = 0;
        LibC.ioctl(master, SetLock, &unlocked);
        Terminal.SetSize(master, Rows, Columns);
        var side = LibC.ioctl(master, OpenOther, (void*)(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC));
        if (side < 0)
            throw SystemCallException.Last("open", "the other side of a pseudo-terminal");
        var program = new SafeFileHandle(side, ownsHandle: true);
        if (launch.Account is { } account && LibC.fchown(program, account.UserId, account.GroupId) != 0)
            throw SystemCallException.Last("hand over", "a pseudo-terminal");
        InputPipe.Place(launch.InputPath!);
        OwnProcess.Begin(master, [LogReaders.TerminalName, .. LogReaders.WordsFor(launch.StdoutPath, launch.LogLimits), launch.InputPath!]);
        return program;
    }
}
