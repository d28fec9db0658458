using System.Net;

namespace Sentinel.Core.Host;

/// <summary>The sockets of this machine that wait for TCP connections, and who holds them.</summary>
public interface IListeningSockets
{
    /// <summary>
    /// The sockets, by inode, to one of which a connection to an address comes; several only where they share it (SO_REUSEPORT). Empty
    /// where the address is another machine's, or nobody is seen to listen.
    /// </summary>
    /// <param name="isNow">Whether it has to be so now; else it may have been so a moment ago, which many can be told at once.</param>
    IReadOnlyList<ulong> At(IPEndPoint address, bool isNow);

    /// <summary>Which of the sockets a process holds, if any.</summary>
    /// <param name="isSeen">Whether we may know what it holds.</param>
    HeldSocket? HeldBy(int pid, IReadOnlyCollection<ulong> sockets, out bool isSeen);

    /// <summary>Whether a process holds it still: cheap.</summary>
    bool IsHeld(HeldSocket socket);

    /// <summary>The name that the kernel has for a process; null when it is gone.</summary>
    string? ProgramOf(int pid);
}

/// <param name="Descriptor">Its name in /proc.</param>
/// <param name="Socket">Its inode, which no other socket has as long as it is open.</param>
public sealed record HeldSocket(int Pid, string Descriptor, ulong Socket);
