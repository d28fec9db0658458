using Sentinel.Model.Specs;

namespace Sentinel.Linux.Native;

/// <summary>Paths that lead elsewhere, byte for byte.</summary>
public static unsafe class Links
{
    private const int LongestPath = 4096;

    /// <summary>Where a link leads; null when it is not a link.</summary>
    public static string? Target(string link)
    {
        var target = stackalloc byte[LongestPath];
        var length = LibC.readlink(link, target, LongestPath);
        return length < 0 ? null : NativeText.Of(new ReadOnlySpan<byte>(target, (int)length));
    }

    /// <summary>Whether two paths lead to the same file or folder now.</summary>
    public static bool AreSame(string one, string other) => Identity(one) is { } identity && identity == Identity(other);

    /// <summary>The file or folder that a path leads to now; null when there is none.</summary>
    public static (uint, uint, ulong)? Identity(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) == 0 ? (status.DeviceMajor, status.DeviceMinor, status.Inode) : null;
    }
}
