using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Sockets;

/// <summary>Opens listening sockets, and gets them back from processes that have them.</summary>
internal static unsafe class NewSocket
{
    // The kernel takes less where net.core.somaxconn is less.
    private const int Backlog = 4096;

    private const int ReuseAddress = 2, AcceptsConnections = 30; // SO_REUSEADDR, SO_ACCEPTCONN
    private const int IPv6Level = 41, IPv6Only = 26;
    private const int SysPidFdGetFd = 438;

    /// <exception cref="IOException">It cannot be opened; the message says why.</exception>
    public static SafeFileHandle Listen(ListenSocket socket, SocketRequest wanted)
    {
        var open = socket.Path is { } path ? BoundAt(path, wanted) : Bound(socket);
        if (LibC.listen(open, Backlog) == 0)
            return open;
        open.Dispose();
        throw SystemCallException.Last("listen on", socket.Address);
    }

    /// <summary>Finds out whether one could be opened, and leaves nothing behind.</summary>
    /// <exception cref="IOException">It could not; the message says why.</exception>
    public static void Try(ListenSocket socket)
    {
        if (socket.Path is not { } path)
        {
            Bound(socket).Dispose();
            return;
        }

        if (Encoding.UTF8.GetByteCount(path) > UnixSocket.LongestPath)
            throw new IOException($"{path} is too long for a socket: {UnixSocket.LongestPath} bytes at most");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new IOException($"there is no folder {Path.GetDirectoryName(path)} for the socket {path}");
        if (Inode.At(path) is null)
            return;
        using var other = UnixSocket.Connect(path, out var isBusy);
        if (other is not null || isBusy)
            throw new AddressInUseException($"another program listens at {path}");
        if (!IsSocket(path))
            throw new IOException($"{path} is there, and is no socket");
    }

    /// <summary>A socket that one of these processes listens on; null: none does, or the system does not let us have it (see pidfd_getfd(2)).</summary>
    public static SafeFileHandle? Borrowed(ListenSocket socket, IReadOnlyList<int> holders)
    {
        foreach (var pid in holders)
        {
            var process = LibC.syscall(PidFd.SysPidFdOpen, pid, 0, 0, 0);
            if (process < 0)
                continue;
            using var held = new SafeFileHandle((nint)process, ownsHandle: true);
            foreach (var descriptor in OpenFiles.SocketsOf(pid))
            {
                var copy = LibC.syscall(SysPidFdGetFd, (int)process, descriptor, 0, 0);
                // It is another's, or ptrace(2) of it is not allowed to us.
                if (copy < 0)
                    continue;
                var own = new SafeFileHandle((nint)copy, ownsHandle: true);
                if (IsListening(own) && IsAt(own, socket))
                    return own;
                own.Dispose();
            }
        }

        return null;
    }

    private static SafeFileHandle Bound(ListenSocket socket)
    {
        var point = socket.EndPoint!;
        var fd = LibC.socket(ConnectionProbe.Family(point), LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        // Every address: without IPv6, those of IPv4.
        if (fd < 0 && point.Address.Equals(IPAddress.IPv6Any))
        {
            point = new IPEndPoint(IPAddress.Any, point.Port);
            fd = LibC.socket(ConnectionProbe.Family(point), LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        }

        if (fd < 0)
            throw SystemCallException.Last("open", socket.Address);
        var open = new SafeFileHandle(fd, ownsHandle: true);
        var (on, off) = (1, 0);
        // Old connections in TIME_WAIT are not in the way; a socket that listens still is.
        LibC.setsockopt(open, LibC.SOL_SOCKET, ReuseAddress, &on, sizeof(int));
        if (point.Address.Equals(IPAddress.IPv6Any))
            LibC.setsockopt(open, IPv6Level, IPv6Only, &off, sizeof(int));
        var address = stackalloc byte[ConnectionProbe.SockAddrBytes];
        if (LibC.bind(open, address, ConnectionProbe.Write(point, new Span<byte>(address, ConnectionProbe.SockAddrBytes))) == 0)
            return open;
        var failure = SystemCallException.Last("listen on", socket.Address);
        open.Dispose();
        throw failure.Error switch
        {
            LibC.EADDRINUSE => new AddressInUseException($"another program listens on {socket.Address}"),
            LibC.EACCES => new IOException($"{socket.Address} needs root or the capability CAP_NET_BIND_SERVICE; ports from 1024 up are for everyone"),
            _ => failure,
        };
    }

    private static SafeFileHandle BoundAt(string path, SocketRequest wanted)
    {
        Try(new ListenSocket("", null, path));
        // Nobody listens there any more.
        LibC.unlink(path);
        var fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0)
            throw SystemCallException.Last("open", path);
        var open = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            UnixSocket.Bind(open, path, (uint)wanted.Umask);
            if (wanted.Owner is { } owner && LibC.chown(path, owner.UserId, owner.GroupId) != 0)
                throw SystemCallException.Last("hand over", path);
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private static bool IsListening(SafeFileHandle socket)
    {
        int listens;
        var length = (uint)sizeof(int);
        return LibC.getsockopt(socket, LibC.SOL_SOCKET, AcceptsConnections, &listens, &length) == 0 && listens != 0;
    }

    private static bool IsAt(SafeFileHandle socket, ListenSocket wanted)
    {
        var bytes = stackalloc byte[256];
        var length = 256u;
        if (LibC.getsockname(socket, bytes, &length) != 0)
            return false;
        var has = new ReadOnlySpan<byte>(bytes, (int)length);
        // The path is as it was given to bind(2), which depends on who did that: the file is what both have in common.
        if (wanted.Path is { } path)
            return MemoryMarshal.Read<ushort>(has) == LibC.AF_UNIX && Encoding.UTF8.GetString(has[2..]).TrimEnd('\0').EndsWith('/' + Path.GetFileName(path), StringComparison.Ordinal);
        Span<byte> is4 = stackalloc byte[ConnectionProbe.SockAddrBytes];
        var size = (int)ConnectionProbe.Write(wanted.EndPoint!, is4);
        return has.SequenceEqual(is4[..size]);
    }

    private static bool IsSocket(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_MODE, &status) == 0 && (status.Mode & LibC.S_IFMT) == LibC.S_IFSOCK;
    }
}

/// <summary>Somebody else has the address.</summary>
internal sealed class AddressInUseException(string message) : IOException(message);
