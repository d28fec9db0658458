using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model;

namespace Sentinel.Linux.Files;

/// <inheritdoc/>
/// <remarks>
/// A file is opened below a folder that is already open and was found to be ours, without following a link, and is checked by its
/// descriptor before a byte of it is read or written: nobody can swap the file in between.
/// </remarks>
public sealed unsafe class HomeFiles : IHomeFiles
{
    private const uint OwnerOnly = 0x180; // 0600
    private const uint Look = LibC.STATX_TYPE | LibC.STATX_MODE | LibC.STATX_NLINK | LibC.STATX_UID;
    private const uint Mark = LibC.STATX_INO | LibC.STATX_BTIME;
    private const ushort OthersWrite = 0x12; // 0022

    // The numbers of /dev/null and /dev/full; see null(4).
    private const uint MemoryDevices = 1, Null = 3, Full = 7;

    public SafeFileHandle? OpenToRead(string path, bool mayHaveTwoNames = false) =>
        Open(path, LibC.O_RDONLY, mayHaveTwoNames);

    public SafeFileHandle? OpenToChange(string path) => Open(path, LibC.O_RDWR);

    public SafeFileHandle OpenOrMake(string path) =>
        Open(path, LibC.O_RDWR | LibC.O_CREAT) ?? throw new UnauthorizedAccessException(LinkRefusal(path));

    public SafeFileHandle MakeAnew(string path)
    {
        using (var folder = OpenFolder(path, isToWrite: true))
            if (folder is not null)
                LibC.unlinkat(folder, Path.GetFileName(path), 0);
        return Open(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL)!;
    }

    public FileMark? MarkOf(string path) => Status(path, 0, Mark) is { } status ? MarkOf(status) : null;

    public FileVersion? VersionOf(string path) => Status(path, LibC.AT_SYMLINK_NOFOLLOW, Mark | LibC.STATX_SIZE | LibC.STATX_MTIME) is { } status
        ? new FileVersion(MarkOf(status), status.Bytes, Nanoseconds(status.WrittenSeconds, status.WrittenNanoseconds))
        : null;

    public long? LengthOf(string path) =>
        Status(path, LibC.AT_SYMLINK_NOFOLLOW, LibC.STATX_TYPE | LibC.STATX_SIZE) is { } status && (status.Mode & LibC.S_IFMT) == LibC.S_IFREG
            ? (long)status.Bytes
            : null;

    /// <summary>Opens a log for a process to append to, and makes it if it does not exist.</summary>
    internal static SafeFileHandle OpenLog(string path)
    {
        using var folder = OpenFolder(path, isToWrite: true) ?? throw SystemCallException.Last("open", path);
        const int flags = LibC.O_WRONLY | LibC.O_APPEND | LibC.O_CREAT;
        var file = Open(folder, path, flags, follows: false);
        try
        {
            // Someone who links a log to /dev/null wants no log.
            file ??= Open(folder, path, flags, follows: true)!;
            var status = Status(file, path);
            if (!IsNowhere(status))
                Check(status, path, mayHaveTwoNames: false);
            // O_NONBLOCK was only for opening; the process that writes the log would inherit it.
            LibC.fcntl(file, LibC.F_SETFL, LibC.O_APPEND);
            return file;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Whether what is written to an open log is kept nowhere.</summary>
    internal static bool KeepsNothing(SafeFileHandle log, string path) => IsNowhere(Status(log, path));

    /// <summary>Why a process must not get a log, before anything is ended for it; null when it may, or there is none yet.</summary>
    public static string? WhyNoLog(string path)
    {
        try
        {
            using var folder = OpenFolder(path, isToWrite: true);
            if (folder is null)
                return null;
            using var file = LibC.openat(folder, Path.GetFileName(path), LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, 0);
            if (file.IsInvalid)
                return null;
            var status = Status(file, path);
            if ((status.Mode & LibC.S_IFMT) == LibC.S_IFLNK)
                return LeadsNowhere(folder, path) ? null : LinkRefusal(path);
            if (!IsNowhere(status))
                Check(status, path, mayHaveTwoNames: false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Opens a folder of Sentinel's as a place to open files in; null when it does not exist.</summary>
    internal static SafeFileHandle? OpenFolder(string file, bool isToWrite)
    {
        var path = Path.GetDirectoryName(file)!;
        var folder = LibC.open(path, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
        if (folder.IsInvalid)
        {
            folder.Dispose();
            return Marshal.GetLastPInvokeError() is LibC.ENOENT or LibC.ENOTDIR ? null : throw SystemCallException.Last("open", path);
        }

        try
        {
            if (WhyNotOurs(path, Status(folder, path), isToWrite) is { } why)
                throw new UnauthorizedAccessException(why);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Why a folder must not be used as Sentinel's; null when it may be, or does not exist.</summary>
    public static string? WhyNotHome(string path, bool isToWrite)
    {
        if (Status(path, LibC.AT_SYMLINK_NOFOLLOW, Look) is not { } itself)
            return Marshal.GetLastPInvokeError() is LibC.ENOENT or LibC.ENOTDIR ? null : SystemCallException.Last("look at", path).Message;
        if ((itself.Mode & LibC.S_IFMT) != LibC.S_IFLNK)
            return WhyNotOurs(path, itself, isToWrite);
        // A link lets its owner choose the folder: anyone who planted one would choose for us.
        if (itself.Uid != LibC.geteuid() && itself.Uid != 0)
            return $"{path} is a link that belongs to another user (uid {itself.Uid}; this is uid {LibC.geteuid()}); set SENTINEL_HOME to another folder";
        return Status(path, 0, Look) is { } target ? WhyNotOurs(path, target, isToWrite) : null;
    }

    private static string? WhyNotOurs(string path, LibC.StatX folder, bool isToWrite)
    {
        var user = LibC.geteuid();
        if (folder.Uid != user)
            return $"{path} belongs to another user (uid {folder.Uid}; this is uid {user}); run as that user, or set SENTINEL_HOME to another folder";
        return isToWrite && (folder.Mode & OthersWrite) != 0
            ? $"others may write to {path}, so nothing in it can be trusted; 'chmod go-w {path}', or set SENTINEL_HOME to another folder"
            : null;
    }

    private static SafeFileHandle? Open(string path, int flags, bool mayHaveTwoNames = false)
    {
        using var folder = OpenFolder(path, isToWrite: flags != LibC.O_RDONLY);
        if (folder is null)
            return (flags & LibC.O_CREAT) == 0 ? null : throw SystemCallException.Last("open", path);
        var file = Open(folder, path, flags, follows: false);
        try
        {
            if (file is not null)
                Check(Status(file, path), path, mayHaveTwoNames);
            return file;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    // Null: there is no file, or a link to where nothing is kept.
    private static SafeFileHandle? Open(SafeFileHandle folder, string path, int flags, bool follows)
    {
        // O_NONBLOCK: a pipe would make us wait for someone at its other end.
        var file = LibC.openat(
            folder, Path.GetFileName(path), flags | (follows ? 0 : LibC.O_NOFOLLOW) | LibC.O_NONBLOCK | LibC.O_NOCTTY | LibC.O_CLOEXEC, OwnerOnly);
        if (!file.IsInvalid)
            return file;
        file.Dispose();
        var error = Marshal.GetLastPInvokeError();
        if (error == LibC.ENOENT && (flags & LibC.O_CREAT) == 0)
            return null;
        var failure = SystemCallException.Last("open", path);
        return error switch
        {
            LibC.ELOOP => LeadsNowhere(folder, path) ? null : throw new UnauthorizedAccessException(LinkRefusal(path)),
            LibC.ENXIO => throw new UnauthorizedAccessException(KindRefusal(path)),
            _ => throw failure,
        };
    }

    private static void Check(LibC.StatX status, string path, bool mayHaveTwoNames)
    {
        if ((status.Mode & LibC.S_IFMT) != LibC.S_IFREG)
            throw new UnauthorizedAccessException(KindRefusal(path));
        if (status.Uid != LibC.geteuid())
            throw new UnauthorizedAccessException($"{path} belongs to another user (uid {status.Uid}; this is uid {LibC.geteuid()}); delete it, or give it back with chown");
        // It may have lost its name meanwhile.
        if (status.Links > 1 && !mayHaveTwoNames)
            throw new UnauthorizedAccessException($"{path} has another name elsewhere (a hard link), and is left alone; put a copy in its place");
    }

    private static bool LeadsNowhere(SafeFileHandle folder, string path)
    {
        using var file = LibC.openat(folder, Path.GetFileName(path), LibC.O_PATH | LibC.O_CLOEXEC, 0);
        return !file.IsInvalid && IsNowhere(Status(file, path));
    }

    private static bool IsNowhere(LibC.StatX file) =>
        (file.Mode & LibC.S_IFMT) == LibC.S_IFCHR && (file.SpecialMajor, file.SpecialMinor) is (MemoryDevices, Null or Full);

    private static string LinkRefusal(string path) => $"{path} is a link, and nothing is read or written through one; remove it";

    private static string KindRefusal(string path) => $"{path} is not a regular file, and is left alone; remove it";

    private static LibC.StatX Status(SafeFileHandle file, string path)
    {
        LibC.StatX status;
        return LibC.statx((int)file.DangerousGetHandle(), "", LibC.AT_EMPTY_PATH, Look, &status) == 0 ? status : throw SystemCallException.Last("look at", path);
    }

    private static FileMark MarkOf(LibC.StatX status) => new(
        status.Inode,
        (status.Mask & LibC.STATX_BTIME) != 0 ? Nanoseconds(status.BornSeconds, status.BornNanoseconds) : null,
        ((ulong)status.DeviceMajor << 32) | status.DeviceMinor);

    private static long Nanoseconds(long seconds, uint rest) => (seconds * 1_000_000_000) + rest;

    private static LibC.StatX? Status(string path, int flags, uint mask)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, flags, mask, &status) == 0 ? status : null;
    }
}
