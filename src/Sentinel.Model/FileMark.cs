namespace Sentinel.Model;

/// <summary>A file or folder, under whatever name.</summary>
/// <param name="Born">When it was made, in nanoseconds since 1970 (statx(2), stx_btime); null where the file system does not tell.</param>
/// <param name="Device">That of its file system, which may be another after each mount.</param>
public sealed record FileMark(ulong Inode, long? Born, ulong Device)
{
    /// <summary>Whether it is one: a copy has another inode, or was made at another time.</summary>
    public bool IsSame(FileMark other) => Inode == other.Inode && Born == other.Born && (Born is not null || Device == other.Device);
}
