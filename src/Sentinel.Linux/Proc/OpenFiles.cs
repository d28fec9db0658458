using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>The files that processes have open, as far as we may know.</summary>
public static unsafe class OpenFiles
{
    // The mark that the kernel adds.
    private const string Deleted = " (deleted)";

    public static IEnumerable<string> Of(int pid) => NamesOf(pid).Select(file => file.Target);

    /// <summary>The deleted files, by the paths that they had and the names in /proc under which they can still be read.</summary>
    public static IEnumerable<(string Path, string StillAt)> DeletedOf(int pid) => NamesOf(pid)
        .Where(file => IsOfDeleted(file.Target))
        .Select(file => (file.Target[..^Deleted.Length], file.Descriptor));

    /// <summary>
    /// Whether anyone may have a file open for writing, in any namespace: the kernel gives no read lease on such a file (fcntl(2),
    /// F_SETLEASE). If it cannot tell, the answer is yes.
    /// </summary>
    public static bool MayBeWritten(string path)
    {
        using var file = LibC.open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
        // Should anyone open it just now, the signal that tells us must be harmless.
        if (file.IsInvalid || LibC.fcntl(file, LibC.F_SETSIG, LibC.SIGURG) != 0 || LibC.fcntl(file, LibC.F_SETLEASE, LibC.F_RDLCK) != 0)
            return true;
        _ = LibC.fcntl(file, LibC.F_SETLEASE, LibC.F_UNLCK);
        return false;
    }

    /// <summary>The descriptors under which a process has sockets open.</summary>
    internal static IEnumerable<int> SocketsOf(int pid) => NamesOf(pid)
        .Where(file => file.Target.StartsWith("socket:", StringComparison.Ordinal))
        .Select(file => int.Parse(Path.GetFileName(file.Descriptor), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>How a process has a file open; see open(2). Null: not known.</summary>
    internal static int? FlagsOf(int pid, int descriptor)
    {
        const string label = "flags:";
        try
        {
            var line = File.ReadLines($"/proc/{pid}/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
            return line is null ? null : Convert.ToInt32(line[label.Length..].Trim(), 8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether what a link in /proc/PID/fd says is of a file that was deleted.</summary>
    internal static bool IsOfDeleted(string target) => target.EndsWith(Deleted, StringComparison.Ordinal);

    /// <summary>What a link names; null when that cannot be read.</summary>
    internal static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Device and inode; null when there is no such file.</summary>
    internal static (ulong, ulong)? IdentityOf(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) == 0
            ? (((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode)
            : null;
    }

    private static IEnumerable<(string Descriptor, string Target)> NamesOf(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{pid}/fd").Order(StringComparer.Ordinal)
                .Select(file => (file, new FileInfo(file).LinkTarget)).Where(file => file.LinkTarget is not null).Select(file => (file.file, file.LinkTarget!))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
