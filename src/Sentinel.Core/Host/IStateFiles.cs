namespace Sentinel.Core.Host;

/// <summary>The few things that the store needs of a file system and .NET does not offer.</summary>
public interface IStateFiles
{
    /// <summary>How the files of the folder are opened.</summary>
    IHomeFiles Home { get; }

    /// <summary>Takes the exclusive lock; the kernel drops it when its holder is gone, however it went.</summary>
    /// <param name="path">The lock file; made when it is not there.</param>
    /// <param name="waiting">Called once when somebody else has held it for long, with that holder's pid.</param>
    /// <param name="isKept">Asked now and then while it waits, whether somebody keeps it as long as he lives.</param>
    /// <exception cref="TimeoutException">Somebody else held it too long.</exception>
    /// <exception cref="LockKeptException">Somebody keeps it.</exception>
    IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept = null);

    /// <summary>As <see cref="Lock"/>, but null when somebody else holds it.</summary>
    IDisposable? TryLock(string path);

    /// <summary>Puts new content in the place of a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="previous">Where the content that is replaced is kept.</param>
    /// <param name="content">The new content.</param>
    /// <param name="durable">
    /// Whether it must survive a loss of power from now on, not only the end of this process. A file that is not there yet
    /// always does.
    /// </param>
    void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable);

    /// <summary>Makes a folder that only its owner can look into; one that others could tamper with is refused.</summary>
    void MakePrivateFolder(string path);
}

/// <summary>A lock is not to be had: a daemon has begun, and what there is to do is to be asked of it.</summary>
public sealed class LockKeptException() : Exception("a daemon has begun meanwhile; try again");
