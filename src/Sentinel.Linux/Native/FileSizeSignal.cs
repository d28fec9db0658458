namespace Sentinel.Linux.Native;

/// <summary>Kills a process whose file grows too large (RLIMIT_FSIZE); when it is ignored, the write fails as on a full disk.</summary>
public static class FileSizeSignal
{
    private const int Number = 25; // SIGXFSZ
    private const nint Ignored = 1; // SIG_IGN

    /// <summary>In this process only; the processes it starts begin with the default action of every signal.</summary>
    public static void Ignore() => LibC.signal(Number, Ignored);
}
