using Microsoft.Win32.SafeHandles;

namespace Sentinel.Core.Host;

/// <summary>Tells when files change, without polling them.</summary>
public interface IFileWatch : IDisposable
{
    /// <summary>Watches a file for writes, or a folder for files that come and go.</summary>
    void Add(string path);

    /// <summary>Blocks until something watched may have changed.</summary>
    /// <returns>False when nobody reads our output any more.</returns>
    bool Wait();

    /// <summary>Whether two open files are the same; false if one has replaced the other under its name.</summary>
    bool AreSame(SafeFileHandle one, SafeFileHandle other);
}
