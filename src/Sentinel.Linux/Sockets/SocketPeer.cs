using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>Who is at the other end of a socket in the file system.</summary>
public static class SocketPeer
{
    /// <summary>Whether that is this user, or root.</summary>
    /// <exception cref="IOException">It is no such socket.</exception>
    public static bool IsOwner(SafeHandle socket)
    {
        using var same = new SafeFileHandle(socket.DangerousGetHandle(), ownsHandle: false);
        return UnixSocket.PeerUser(same) is var user && (user == 0 || user == LibC.geteuid());
    }
}
