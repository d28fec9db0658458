namespace Sentinel.Linux;

/// <summary>What standard output is connected to.</summary>
public static unsafe class Terminal
{
    private const int Stdout = 1;
    private const ulong GetWindowSize = 0x5413;

    public static bool IsTerminal => LibC.isatty(Stdout) == 1;

    /// <summary>In columns; null where that is not known.</summary>
    public static int? Width => Size(1);

    /// <summary>In rows; null where that is not known.</summary>
    public static int? Height => Size(0);

    private static int? Size(int field)
    {
        // struct winsize: rows, columns, and two that are not used.
        var size = stackalloc ushort[4];
        return LibC.ioctl(Stdout, GetWindowSize, size) == 0 && size[field] > 0 ? size[field] : null;
    }
}
