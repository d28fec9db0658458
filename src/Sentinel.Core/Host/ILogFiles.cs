using Microsoft.Win32.SafeHandles;

namespace Sentinel.Core.Host;

/// <summary>What keeping logs needs of a file system and .NET does not offer.</summary>
public interface ILogFiles
{
    /// <summary>How logs, and what is beside them, are opened.</summary>
    IHomeFiles Home { get; }

    /// <summary>In which unit the front of a file can be removed.</summary>
    int BlockBytes(SafeFileHandle file);

    /// <summary>Where the first byte is that takes up space; the file's length when there is none.</summary>
    long StartOfData(SafeFileHandle file);

    /// <summary>The first offset from one on at which something stands; the file's length when nothing more does.</summary>
    long NextData(SafeFileHandle file, long from);

    /// <summary>The first offset from one on at which nothing stands: that of a hole, or the file's length.</summary>
    long NextHole(SafeFileHandle file, long from);

    /// <summary>Gives back the space of all before an offset, where other offsets stay as they are; see fallocate(2), FALLOC_FL_PUNCH_HOLE.</summary>
    /// <returns>False when the file system cannot.</returns>
    bool Punch(SafeFileHandle file, long end);

    /// <summary>
    /// Removes all before an offset, while others go on appending; a multiple of <see cref="BlockBytes"/>, and less than the file.
    /// See fallocate(2), FALLOC_FL_COLLAPSE_RANGE.
    /// </summary>
    /// <returns>False when the file system cannot.</returns>
    bool Collapse(SafeFileHandle file, long end);

    /// <summary>Copies a part of a file into another, within the kernel.</summary>
    /// <param name="at">Where it begins there.</param>
    /// <returns>False when that cannot be done, and part of it may stand there.</returns>
    /// <exception cref="IOException">There is no room for it.</exception>
    bool Copy(SafeFileHandle from, long start, long end, SafeFileHandle to, long at);

    /// <summary>A new file that has no name, to be written to, and is gone when it is closed; null where that cannot be made.</summary>
    SafeFileHandle? OpenNameless(string folder);

    /// <summary>What the file system of a folder is known to be able to do; null when it is not known, and has to be tried.</summary>
    LogRung? KnownOf(string folder);

    /// <summary>Which file it is, whatever its name is now.</summary>
    (ulong Device, ulong Number) IdentityOf(SafeFileHandle file);

    /// <summary>Whether what stands at a path is a regular file, or nothing: opening it waits for nobody.</summary>
    bool IsRegular(string path);

    /// <summary>Waits for the lock on an open file, which ends when that is closed.</summary>
    void Lock(SafeFileHandle file);

    /// <summary>Takes another lock on an open file, which ends when that is closed, unless somebody has it.</summary>
    bool TryLockTurn(SafeFileHandle file);
}
