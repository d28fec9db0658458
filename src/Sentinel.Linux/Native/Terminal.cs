namespace Sentinel.Linux.Native;

/// <summary>What standard output and standard error are connected to.</summary>
public static unsafe class Terminal
{
    private const int Stdin = 0, Stdout = 1, Stderr = 2;
    private const ulong GetWindowSize = 0x5413;
    private const ulong GetAttributes = 0x5401, SetAttributes = 0x5402;

    // struct termios of the kernel: four numbers of flags (input, output, control, local), then characters.
    private const int AttributesBytes = 64;
    private const int InputFlags = 0, OutputFlags = 1, LocalFlags = 3;

    // IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON; OPOST; ISIG, ICANON, ECHO, ECHONL, IEXTEN; see cfmakeraw(3).
    private const uint CookedInput = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400, CookedOutput = 0x1, CookedLocal = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;

    public static bool IsTerminal => LibC.isatty(Stdout) == 1;

    /// <summary>Whether standard input is one.</summary>
    public static bool IsKeyboard => LibC.isatty(Stdin) == 1;

    /// <summary>Whether this process belongs to a terminal that has not been closed; closing it sends SIGHUP.</summary>
    public static bool IsOfTerminal
    {
        get
        {
            using var terminal = LibC.open("/dev/tty", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
            return !terminal.IsInvalid;
        }
    }

    /// <summary>In columns; null if unknown.</summary>
    public static int? Width => Size(Stdout, 1);

    /// <summary>The width of the terminal on standard error, in columns; null when that is not a terminal.</summary>
    public static int? ErrorWidth => Size(Stderr, 1);

    /// <summary>In rows; null if unknown.</summary>
    public static int? Height => Size(Stdout, 0);

    /// <summary>Hands on every key at once, as it is, and prints what is written as it is. Disposal makes the terminal what it was.</summary>
    public static IDisposable MakeRaw()
    {
        var before = new byte[AttributesBytes];
        fixed (byte* attributes = before)
            if (LibC.ioctl(Stdin, GetAttributes, attributes) != 0)
                throw SystemCallException.Last("ask", "how the terminal is set up");
        var raw = before.ToArray();
        fixed (byte* attributes = raw)
        {
            var flags = (uint*)attributes;
            flags[InputFlags] &= ~CookedInput;
            flags[OutputFlags] &= ~CookedOutput;
            flags[LocalFlags] &= ~CookedLocal;
            if (LibC.ioctl(Stdin, SetAttributes, attributes) != 0)
                throw SystemCallException.Last("set up", "the terminal");
        }

        return new Restoration(before);
    }

    private sealed class Restoration(byte[] before) : IDisposable
    {
        public void Dispose()
        {
            fixed (byte* attributes = before)
                LibC.ioctl(Stdin, SetAttributes, attributes);
        }
    }

    private static int? Size(int descriptor, int field)
    {
        // struct winsize: rows, columns, and two unused fields.
        var size = stackalloc ushort[4];
        return LibC.ioctl(descriptor, GetWindowSize, size) == 0 && size[field] > 0 ? size[field] : null;
    }
}
