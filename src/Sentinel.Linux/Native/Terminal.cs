using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <summary>What standard output and standard error are connected to.</summary>
public static unsafe class Terminal
{
    private const int Stdin = 0, Stdout = 1, Stderr = 2;
    private const ulong GetWindowSize = 0x5413, SetWindowSize = 0x5414;

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

    /// <summary>Tells a terminal, and what runs on it, how large its window is.</summary>
    internal static void SetSize(SafeHandle terminal, ushort rows, ushort columns)
    {
        var size = stackalloc ushort[4] { rows, columns, 0, 0 };
        LibC.ioctl(terminal, SetWindowSize, size);
    }

    private static int? Size(int descriptor, int field)
    {
        // struct winsize: rows, columns, and two unused fields.
        var size = stackalloc ushort[4];
        return LibC.ioctl(descriptor, GetWindowSize, size) == 0 && size[field] > 0 ? size[field] : null;
    }
}
