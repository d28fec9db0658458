using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Files;

/// <summary>Looks at Sentinel's folder and at the file system that it is on.</summary>
public static unsafe class HomeProbe
{
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint StatXMode = 2;
    private const ushort Permissions = 0xfff;
    private const ushort Kind = 0xf000, LinkKind = 0xa000, FolderKind = 0x4000;
    private const long ReadOnly = 1;

    // struct statfs of statfs(2) on 64 bits, in words of eight bytes.
    private const int StatFsWords = 32;
    private const int FileSystemType = 0, BlockSize = 1, Blocks = 2, BlocksAvailable = 4, FilesInAll = 5, FilesFree = 6, Flags = 10;

    public static HomeSight Look(SentinelHome home)
    {
        if (Stat(home.Folder, NoFollow) is not { } itself)
        {
            var parent = NearestOf(home.Folder);
            return new HomeSight.Missing(
                home.Folder, parent, Directory.Exists(parent) && LibC.access(parent, LibC.W_OK | LibC.X_OK) == 0, DiskOf(parent));
        }

        if (Stat(home.Folder, 0) is not { } status || (status.Mode & Kind) != FolderKind)
            return new HomeSight.NoFolder(home.Folder);
        var target = (itself.Mode & Kind) == LinkKind ? new DirectoryInfo(home.Folder).LinkTarget : null;
        return new HomeSight.There(
            Sight(home.Folder, status), target, LibC.geteuid(), [.. FilesIn(home.Folder), .. FilesIn(home.Logs)], DiskOf(home.Folder));
    }

    /// <summary>The name of the file system that a file or folder is on.</summary>
    public static string FileSystemOf(string path) => DiskOf(path).FileSystem;

    /// <summary>What a path leads to or, if it does not exist, its nearest ancestor that does.</summary>
    public static string NearestOf(string path)
    {
        while (Path.GetDirectoryName(path) is { } above && !Path.Exists(path))
            path = above;
        return path;
    }

    private static Disk DiskOf(string path)
    {
        var words = stackalloc long[StatFsWords];
        if (LibC.statfs(path, words) != 0)
            throw SystemCallException.Last("look at the file system of", path);
        var (name, isOfNetwork) = FileSystem(words[FileSystemType]);
        return new Disk(
            name, words[Blocks] == 0 ? null : words[BlocksAvailable] * words[BlockSize], words[FilesInAll] == 0 || words[FilesFree] > 0, (words[Flags] & ReadOnly) != 0, isOfNetwork);
    }

    // The numbers are those of statfs(2).
    private static (string Name, bool IsOfNetwork) FileSystem(long type) => type switch
    {
        0xef53 => ("ext4", false),
        0x58465342 => ("XFS", false),
        0x9123683e => ("Btrfs", false),
        0xf2f52010 => ("F2FS", false),
        0x01021994 => ("tmpfs", false),
        0x858458f6 => ("ramfs", false),
        0x794c7630 => ("overlayfs", false),
        0x2fc12fc1 => ("ZFS", false),
        0xca451a4e => ("bcachefs", false),
        0x4d44 => ("FAT", false),
        0x2011bab0 => ("exFAT", false),
        0x65735546 => ("FUSE", false),
        0x6969 => ("NFS", true),
        0xff534d42 or 0xfe534d42 => ("SMB", true),
        0x00c36400 => ("Ceph", true),
        0x01021997 => ("9p", true),
        _ => ($"a file system of type {type:x}", false),
    };

    private static IReadOnlyList<FileSight> FilesIn(string folder)
    {
        try
        {
            // A file that disappears meanwhile is not a fault.
            return [.. Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal)
                .Select(path => Stat(path, NoFollow) is { } status && (status.Mode & Kind) != LinkKind ? Sight(path, status) : null).OfType<FileSight>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static FileSight Sight(string path, LibC.StatX status) => new(path, status.Uid, (UnixFileMode)(status.Mode & Permissions));

    private static LibC.StatX? Stat(string path, int flags)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, flags, LibC.STATX_TYPE | StatXMode | LibC.STATX_UID, &status) == 0 ? status : null;
    }
}
