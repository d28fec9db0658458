using System.Net;

namespace Sentinel.Core.Host;

/// <summary>The sockets of this machine that wait for TCP connections, and the processes that hold them.</summary>
public interface IListeningSockets
{
    /// <summary>
    /// The sockets, by inode, of which one receives a connection to an address; several only if they share it (SO_REUSEPORT). Empty
    /// if the address is another machine's, or nobody is seen to listen.
    /// </summary>
    /// <param name="isNow">Whether the answer must be current; otherwise it may be a moment old, and serves many callers at once.</param>
    IReadOnlyList<ulong> At(IPEndPoint address, bool isNow);

    /// <summary>The sockets on a port, at whatever address, by inode, as they are now; null: on any port.</summary>
    IReadOnlyList<ulong> On(int? port);

    /// <summary>Which of the sockets a process holds, if any.</summary>
    /// <param name="isSeen">Whether we may see what it holds.</param>
    HeldSocket? HeldBy(int pid, IReadOnlyCollection<ulong> sockets, out bool isSeen);

    /// <summary>Whether a process still holds it: cheap.</summary>
    bool IsHeld(HeldSocket socket);

    /// <summary>The name that the kernel has for a process; null when it is gone.</summary>
    string? ProgramOf(int pid);
}

/// <param name="Descriptor">Its name in /proc.</param>
/// <param name="Socket">Its inode, which no other socket has as long as it is open.</param>
public sealed record HeldSocket(int Pid, string Descriptor, ulong Socket);
