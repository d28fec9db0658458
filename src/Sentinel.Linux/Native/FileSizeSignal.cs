namespace Sentinel.Linux.Native;

/// <summary>The signal that kills who makes a file larger than it may be (RLIMIT_FSIZE); ignored, the write fails as on a full disk.</summary>
public static class FileSizeSignal
{
    private const int Number = 25; // SIGXFSZ
    private const nint Ignored = 1; // SIG_IGN

    /// <summary>In this process; what it starts begins with the default of every signal.</summary>
    public static void Ignore() => LibC.signal(Number, Ignored);
}
