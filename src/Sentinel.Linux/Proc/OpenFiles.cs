using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Linux.Proc;

/// <summary>The files that processes have open, as far as we may know.</summary>
public static unsafe class OpenFiles
{
    // The mark that the kernel adds.
    private const string Deleted = " (deleted)";

    public static IEnumerable<string> Of(int pid) => NamesOf(pid).Select(file => file.Target);

    /// <summary>The deleted files, by the paths that they had and the names in /proc under which they can still be read.</summary>
    public static IEnumerable<(string Path, string StillAt)> DeletedOf(int pid) => NamesOf(pid)
        .Where(file => file.Target.EndsWith(Deleted, StringComparison.Ordinal))
        .Select(file => (file.Target[..^Deleted.Length], file.Descriptor));

    /// <summary>The logs that a process still writes to although they were deleted.</summary>
    public static IReadOnlyList<DeletedLog> DeletedLogsOf(ProcessRecord record, ProcessTable table) => record.State.Main is not { } main || !table.IsHere(main) ? [] :
    [
        // By its name alone: the folder may have been reached by a link.
        .. DeletedOf(main.Pid)
            .Where(file => Path.GetFileName(file.Path) is var name && (name == $"{record.LogName}.stdout.log" || name == $"{record.LogName}.stderr.log"))
            .DistinctBy(file => file.Path)
            .Select(file => new DeletedLog(file.Path, file.StillAt)),
    ];

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

    /// <summary>Everything unexpected that became of the logs of a process.</summary>
    public static LogFaults LogFaultsOf(ProcessRecord record, SentinelHome home, ProcessTable table) => new(
        DeletedLogsOf(record, table), MovedLogsOf(record, home, table), LogFaults.EmptiedLogsOf(record, home, new HomeFiles()));

    /// <summary>The logs that a process still writes to under other names: they were renamed.</summary>
    public static IReadOnlyList<MovedLog> MovedLogsOf(ProcessRecord record, SentinelHome home, ProcessTable table)
    {
        if (record.State.Main is not { } main || !table.IsHere(main))
            return [];
        var moved = new List<MovedLog>();
        foreach (var (descriptor, log) in new[] { (1, home.StdoutOf(record)), (2, home.StderrOf(record)) })
        {
            var path = $"/proc/{main.Pid}/fd/{descriptor}";
            if (LinkOf(path) is not { } now || now[0] != '/' || now.EndsWith(Deleted, StringComparison.Ordinal)
                || FlagsOf(main.Pid, descriptor) is not { } flags || (flags & (LibC.O_APPEND | LibC.O_WRONLY)) != (LibC.O_APPEND | LibC.O_WRONLY)
                || IdentityOf(path) is not { } written || written == IdentityOf(log) || !new LogFiles().IsRegular(path))
                continue;
            // If a program has chosen another file itself, its log is still where it was.
            if (!File.Exists(log) || Path.GetFileName(now).StartsWith(Path.GetFileName(log), StringComparison.Ordinal)
                || IdentityOf(Path.GetDirectoryName(now)!) == IdentityOf(home.Logs))
                moved.Add(new MovedLog(log, now));
        }

        return moved;
    }

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

    private static string? LinkOf(string path)
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

    private static (ulong, ulong)? IdentityOf(string path)
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
