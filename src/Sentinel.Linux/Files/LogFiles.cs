using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Files;

/// <inheritdoc/>
public sealed unsafe class LogFiles : ILogFiles
{
    // Modes of fallocate(2).
    private const int KeepSize = 1;
    private const int PunchHole = 2;
    private const int CollapseRange = 8;

    // O_TMPFILE of open(2), without the O_DIRECTORY in it.
    private const int Nameless = 0x400000;
    private const uint OwnerOnly = 0x180; // 0600

    // Values for lseek(2).
    private const int SeekData = 3;
    private const int SeekHole = 4;

    // The bytes that locks are taken on: as many as anyone reads of the file, and one after them.
    private const long WholeBytes = 1024;

    public IHomeFiles Home { get; } = new HomeFiles();

    public int BlockBytes(SafeFileHandle file)
    {
        LibC.StatX status;
        return Look(file, 0, &status) && status.BlockBytes > 0 ? (int)status.BlockBytes : Environment.SystemPageSize;
    }

    public long StartOfData(SafeFileHandle file) => NextData(file, 0);

    public long NextData(SafeFileHandle file, long from)
    {
        // The length first: data that is appended after this lies beyond it.
        var length = RandomAccess.GetLength(file);
        var start = LibC.lseek(file, from, SeekData);
        if (start >= 0)
            return start;
        return Marshal.GetLastPInvokeError() == LibC.ENXIO ? Math.Max(from, length) : from;
    }

    public long NextHole(SafeFileHandle file, long from)
    {
        var length = RandomAccess.GetLength(file);
        var start = LibC.lseek(file, from, SeekHole);
        return start >= 0 ? start : Math.Max(from, length);
    }

    public bool Punch(SafeFileHandle file, long end) => Allocate(file, PunchHole | KeepSize, end);

    public bool Collapse(SafeFileHandle file, long end) => Allocate(file, CollapseRange, end);

    public bool Copy(SafeFileHandle from, long start, long end, SafeFileHandle to, long at)
    {
        while (start < end)
        {
            var copied = LibC.copy_file_range(from, &start, to, &at, (nint)(end - start), 0);
            if (copied == 0)
                return false;
            if (copied < 0 && Marshal.GetLastPInvokeError() is var error and not LibC.EINTR)
                return error is LibC.ENOSPC or LibC.EFBIG ? throw SystemCallException.Last("copy", "a log") : false;
        }

        return true;
    }

    public SafeFileHandle? OpenNameless(string folder)
    {
        using var place = HomeFiles.OpenFolder(Path.Combine(folder, "."), isToWrite: true);
        if (place is null)
            return null;
        var file = LibC.openat(place, ".", Nameless | LibC.O_DIRECTORY | LibC.O_RDWR | LibC.O_CLOEXEC, OwnerOnly);
        if (!file.IsInvalid)
            return file;
        file.Dispose();
        return null;
    }

    public LogRung? KnownOf(string folder)
    {
        // struct statfs begins with the type of the file system; see statfs(2) for the numbers.
        var status = stackalloc long[32];
        if (LibC.statfs(folder, status) != 0)
            return null;
        return status[0] switch
        {
            0xef53 or 0x58465342 or 0xf2f52010 => LogRung.Collapse, // ext4, XFS, F2FS
            0x01021994 or 0x9123683e => LogRung.Punch, // tmpfs, Btrfs
            _ => null,
        };
    }

    public (ulong Device, ulong Number) IdentityOf(SafeFileHandle file)
    {
        LibC.StatX status;
        return Look(file, LibC.STATX_INO, &status)
            ? (((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode)
            : throw SystemCallException.Last("look at", "a log");
    }

    public bool IsRegular(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_TYPE, &status) != 0 || (status.Mode & LibC.S_IFMT) == LibC.S_IFREG;
    }

    public void Lock(SafeFileHandle file)
    {
        // Another kind of lock than the shared one that the runtime takes on every file that it opens.
        var whole = new LibC.FileLock { Type = LibC.F_WRLCK, Length = WholeBytes };
        while (LibC.fcntl(file, LibC.F_OFD_SETLKW, &whole) != 0)
            if (Marshal.GetLastPInvokeError() != LibC.EINTR)
                throw SystemCallException.Last("lock", "a log");
    }

    public bool TryLockTurn(SafeFileHandle file)
    {
        var turn = new LibC.FileLock { Type = LibC.F_WRLCK, Start = WholeBytes, Length = 1 };
        return LibC.fcntl(file, LibC.F_OFD_SETLK, &turn) == 0;
    }

    private static bool Look(SafeFileHandle file, uint mask, LibC.StatX* status) =>
        LibC.statx((int)file.DangerousGetHandle(), "", LibC.AT_EMPTY_PATH, mask, status) == 0;

    private static bool Allocate(SafeFileHandle file, int mode, long end)
    {
        while (LibC.fallocate(file, mode, 0, end) != 0)
            switch (Marshal.GetLastPInvokeError())
            {
                case LibC.EINTR:
                    continue;
                // It cannot do this at all, or not with this file.
                case LibC.EOPNOTSUPP or LibC.ENOSYS or LibC.EINVAL:
                    return false;
                default:
                    throw SystemCallException.Last("cut", "a log");
            }

        return true;
    }
}
