using Microsoft.Win32.SafeHandles;

namespace Sentinel.Core.Host;

/// <summary>What log keeping needs from a file system and .NET does not offer.</summary>
public interface ILogFiles
{
    /// <summary>How logs and the files beside them are opened.</summary>
    IHomeFiles Home { get; }

    /// <summary>The unit, in bytes, in which the front of a file can be removed.</summary>
    int BlockBytes(SafeFileHandle file);

    /// <summary>The offset of the first byte that takes up space; the file's length when there is none.</summary>
    long StartOfData(SafeFileHandle file);

    /// <summary>The first offset at or after <paramref name="from"/> that holds data; the file's length when there is none.</summary>
    long NextData(SafeFileHandle file, long from);

    /// <summary>The first offset at or after <paramref name="from"/> that holds no data: a hole, or the file's length.</summary>
    long NextHole(SafeFileHandle file, long from);

    /// <summary>Frees the space before an offset, leaving other offsets as they are; see fallocate(2), FALLOC_FL_PUNCH_HOLE.</summary>
    /// <returns>False when the file system cannot.</returns>
    bool Punch(SafeFileHandle file, long end);

    /// <summary>
    /// Removes everything before an offset while others go on appending. The offset is a multiple of <see cref="BlockBytes"/>, and less
    /// than the file's length. See fallocate(2), FALLOC_FL_COLLAPSE_RANGE.
    /// </summary>
    /// <returns>False when the file system cannot.</returns>
    bool Collapse(SafeFileHandle file, long end);

    /// <summary>Copies a part of a file into another, within the kernel.</summary>
    /// <param name="at">The offset in the other file at which the copy begins.</param>
    /// <returns>False when that cannot be done; part of it may have been copied.</returns>
    /// <exception cref="IOException">There is no room for it.</exception>
    bool Copy(SafeFileHandle from, long start, long end, SafeFileHandle to, long at);

    /// <summary>A new file without a name, to write to, which is gone once closed; null if it cannot be created.</summary>
    SafeFileHandle? OpenNameless(string folder);

    /// <summary>What the file system of a folder is known to support; null when that is not known and must be tried.</summary>
    LogRung? KnownOf(string folder);

    /// <summary>Which file it is, whatever its name is now.</summary>
    (ulong Device, ulong Number) IdentityOf(SafeFileHandle file);

    /// <summary>Whether a path holds a regular file or nothing, so that opening it never blocks.</summary>
    bool IsRegular(string path);

    /// <summary>Waits for the lock on an open file; closing the file releases it.</summary>
    void Lock(SafeFileHandle file);

    /// <summary>Takes another lock on an open file, unless somebody has it; closing the file releases it.</summary>
    bool TryLockTurn(SafeFileHandle file);
}
