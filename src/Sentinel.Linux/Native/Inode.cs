namespace Sentinel.Linux.Native;

/// <summary>Which file a path leads to.</summary>
internal static unsafe class Inode
{
    /// <summary>The number of the file; null when the path leads to none.</summary>
    public static ulong? At(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) == 0 ? status.Inode : null;
    }
}
