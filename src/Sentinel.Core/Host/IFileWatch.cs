using Microsoft.Win32.SafeHandles;

namespace Sentinel.Core.Host;

/// <summary>Tells when files change, without looking at them again and again.</summary>
public interface IFileWatch : IDisposable
{
    /// <summary>Watches a file for what is written to it, or a folder for files that come and go.</summary>
    void Add(string path);

    /// <summary>Blocks until something that is watched may have changed.</summary>
    /// <returns>False when nobody reads our output any more.</returns>
    bool Wait();

    /// <summary>Whether two open files are one; not so when one took the other's place under its name.</summary>
    bool AreSame(SafeFileHandle one, SafeFileHandle other);
}
