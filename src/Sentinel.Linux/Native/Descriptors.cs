using System.Globalization;

namespace Sentinel.Linux.Native;

/// <summary>How many files this process may have open, and whether there is room for more: some are reserved for work.</summary>
public static unsafe class Descriptors
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private const int MostKept = 16;

    // To list a folder while a process is held, and to read a file of it.
    private const int LastKept = 3;

    // Surely no fewer than are open, where the system does not tell.
    private const int Many = 65536;

    // Read before it is raised.
    private static readonly Lazy<(ulong Soft, ulong Hard)> Inherited = new(Limit);

    /// <summary>Raises the limit as far as it goes. Processes that we start keep the limit that they would have had.</summary>
    /// <returns>How many may be open now, if that was raised; else null.</returns>
    public static long? Raise()
    {
        _ = Inherited.Value;
        var (soft, hard) = Limit();
        if (soft >= hard)
            return null;
        Set(hard, hard);
        return Most() is var most && most > (long)soft ? most : null;
    }

    /// <summary>The limit that we were started with, if ours is another now; else null.</summary>
    internal static (ulong Soft, ulong Hard)? InheritedWhereRaised() => Inherited.Value is var limit && limit != Limit() ? limit : null;

    /// <summary>Whether this is one of the last descriptors we may have.</summary>
    internal static bool IsScarce(int descriptor) => descriptor >= Most() - Kept();

    /// <summary>Whether so few are left after this descriptor that it must not be kept.</summary>
    internal static bool IsLast(int descriptor) => descriptor >= Most() - LastKept;

    /// <summary>Why there is no room to watch another process; null when there is.</summary>
    internal static string? WhyNoMore()
    {
        var free = LibC.fcntl(0, LibC.F_DUPFD_CLOEXEC, 0);
        if (free >= 0)
            _ = LibC.close(free);
        // A smaller reserve than connections leave: a client that is let in can also get something done.
        return free < 0 || free >= Most() - (Kept() * 3 / 4)
            ? $"there is no room to watch another process: sentinel (pid {Environment.ProcessId}) may have {Most()} files open, and nearly all are; "
                + "'ulimit -n', or LimitNOFILE= in a unit, gives it more when it starts"
            : null;
    }

    /// <summary>The highest descriptor that is open, or a higher one.</summary>
    internal static int Highest()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Max(entry => int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Many;
        }
    }

    private static long Kept() => Math.Min(MostKept, Most() / 4);

    private static long Most() => (long)Math.Min(Limit().Soft, int.MaxValue);

    private static (ulong Soft, ulong Hard) Limit()
    {
        var limit = stackalloc ulong[2];
        return LibC.getrlimit(OpenFiles, limit) == 0 ? (limit[0], limit[1]) : (int.MaxValue, int.MaxValue);
    }

    private static void Set(ulong soft, ulong hard)
    {
        var limit = stackalloc ulong[2];
        (limit[0], limit[1]) = (soft, hard);
        // If the system refuses, the limit stays as it is.
        _ = LibC.setrlimit(OpenFiles, limit);
    }
}
