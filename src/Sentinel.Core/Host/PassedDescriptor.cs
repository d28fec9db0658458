using System.Runtime.InteropServices;

namespace Sentinel.Core.Host;

/// <summary>An open file that a process is started with; see sd_listen_fds(3).</summary>
/// <param name="handle">Stays the caller's: the process gets a descriptor of its own for the same file.</param>
public sealed class PassedDescriptor(string name, SafeHandle handle)
{
    private const int LongestName = 255;

    /// <summary>Its name in <c>LISTEN_FDNAMES</c>: up to 255 characters of ASCII, no colon and no control character.</summary>
    public string Name { get; } = IsName(name) ? name : throw new ArgumentException($"'{name}' cannot be the name of a descriptor", nameof(name));

    public SafeHandle Handle => handle;

    private static bool IsName(string name) =>
        name.Length <= LongestName && name.All(c => char.IsAscii(c) && !char.IsControl(c) && c != ':');
}
