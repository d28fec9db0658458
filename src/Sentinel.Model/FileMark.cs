namespace Sentinel.Model;

/// <summary>Identifies a file or folder, whatever its name.</summary>
/// <param name="Born">When it was created, in nanoseconds since 1970 (statx(2), stx_btime); null if the file system does not tell.</param>
/// <param name="Device">The device of its file system, which may change with each mount.</param>
public sealed record FileMark(ulong Inode, long? Born, ulong Device)
{
    /// <summary>Whether both are the same: a copy has another inode, or was created at another time.</summary>
    public bool IsSame(FileMark other) => Inode == other.Inode && Born == other.Born && (Born is not null || Device == other.Device);
}
