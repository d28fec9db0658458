namespace Sentinel.Core.Host;

/// <summary>The few things that the store needs from a file system and .NET does not offer.</summary>
public interface IStateFiles
{
    /// <summary>How the files of the folder are opened.</summary>
    IHomeFiles Home { get; }

    /// <summary>Takes the exclusive lock; the kernel releases it when its holder is gone, however that ended.</summary>
    /// <param name="path">The lock file; created if it does not exist.</param>
    /// <param name="waiting">Called once, with the holder's pid, when somebody else has held the lock for long.</param>
    /// <param name="isKept">Asked now and then while it waits: whether the holder keeps the lock for as long as it lives.</param>
    /// <exception cref="TimeoutException">Somebody else held it too long.</exception>
    /// <exception cref="LockKeptException">The holder keeps it.</exception>
    IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept = null);

    /// <summary>Like <see cref="Lock"/>, but null when somebody else holds it.</summary>
    IDisposable? TryLock(string path);

    /// <summary>Replaces the content of a file, as a whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="previous">Where the replaced content is kept.</param>
    /// <param name="content">The new content.</param>
    /// <param name="durable">
    /// Whether it must survive a loss of power from now on, not only the end of this process. A file that does not exist yet
    /// always does.
    /// </param>
    void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable);

    /// <summary>Creates a folder that only its owner can look into; refuses one that others could tamper with.</summary>
    void MakePrivateFolder(string path);
}

/// <summary>The lock is not available: a daemon has started, and must be asked instead.</summary>
public sealed class LockKeptException() : Exception("a daemon has started meanwhile; try again");
