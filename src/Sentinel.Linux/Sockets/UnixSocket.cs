using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>Stream sockets in the file system; see unix(7).</summary>
internal static unsafe class UnixSocket
{
    private const int PeerCredentials = 17;
    private const int Backlog = 128;
    private const uint OwnerOnly = 0x7f; // 0177
    private const int AddressBytes = 110;

    /// <summary>In bytes: who connects to a longer path gets an error; see unix(7).</summary>
    public const int LongestPath = 107;


    /// <summary>Listens at a path, to which only its owner may connect. Whatever was there is replaced.</summary>
    public static SafeFileHandle Listen(string path)
    {
        var socket = Open();
        LibC.unlink(path);
        Bind(socket, path);
        return LibC.listen(socket, Backlog) == 0 ? socket : throw SystemCallException.Last("listen on", path);
    }

    /// <summary>Whether somebody has removed or replaced the file of a socket, in a folder that is there.</summary>
    /// <param name="file">Its number, as <see cref="Inode.At"/> gave it.</param>
    public static bool IsLost(string path, ulong? file) => Inode.At(path) != file && Directory.Exists(Path.GetDirectoryName(path));

    /// <summary>Makes the file of a socket.</summary>
    /// <param name="mask">The file mode creation mask; by default, only its owner may connect or send.</param>
    public static void Bind(SafeFileHandle socket, string path, uint mask = OwnerOnly)
    {
        mask = LibC.umask(mask);
        try
        {
            WithAddress(path, (address, length) =>
                LibC.bind(socket, (byte*)address, length) == 0 ? 0 : throw SystemCallException.Last("make the socket", path));
        }
        finally
        {
            LibC.umask(mask);
        }
    }

    /// <summary>Null when nobody listens there, or nobody is let in for now.</summary>
    /// <param name="isBusy">Whether someone listens, but too many are waiting.</param>
    public static SafeFileHandle? Connect(string path, out bool isBusy)
    {
        var socket = Open();
        var error = WithAddress(path, (address, length) =>
            LibC.connect(socket, (byte*)address, length) == 0 ? 0 : Marshal.GetLastPInvokeError());
        isBusy = error == LibC.EAGAIN;
        if (error == 0)
            return socket;
        socket.Dispose();
        return isBusy || error is LibC.ENOENT or LibC.ECONNREFUSED or LibC.ENOTDIR
            ? null
            : throw new IOException($"cannot connect to {path}: {SystemCallException.Reason(error)}");
    }

    /// <summary>Null when nobody is waiting any more.</summary>
    /// <param name="isFull">Whether someone may be waiting, but there is no descriptor for them.</param>
    public static SafeFileHandle? Accept(SafeFileHandle listener, out bool isFull)
    {
        var fd = LibC.accept4(listener, null, null, LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK);
        isFull = fd < 0 && Marshal.GetLastPInvokeError() is LibC.EMFILE or LibC.ENFILE;
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
    }

    /// <summary>A descriptor that can be closed to make room for another; null when none is left.</summary>
    public static SafeFileHandle? Spare()
    {
        var fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
    }

    /// <summary>Whether the other end will say nothing more: it is closed, or was given up.</summary>
    public static bool HasHungUp(SafeFileHandle socket)
    {
        var poll = new LibC.PollFd { Fd = (int)socket.DangerousGetHandle(), Events = LibC.POLLRDHUP };
        return LibC.poll(&poll, 1, 0) > 0;
    }

    /// <summary>The user whose process is at the other end.</summary>
    public static uint PeerUser(SafeFileHandle socket)
    {
        // struct ucred: pid, uid, gid.
        var credentials = stackalloc uint[3];
        var length = 3u * sizeof(uint);
        return LibC.getsockopt(socket, LibC.SOL_SOCKET, PeerCredentials, credentials, &length) == 0
            ? credentials[1]
            : throw SystemCallException.Last("ask", "who is at the other end of a socket");
    }

    /// <returns>How many bytes were read; 0 at the end; null when there is nothing yet.</returns>
    public static int? Read(SafeFileHandle socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var read = LibC.read(socket, bytes, buffer.Length);
            return read >= 0 ? (int)read : IsForNow() ? null : 0;
        }
    }

    /// <returns>How many bytes were written; null when there is no room yet; -1 when nobody reads any more.</returns>
    public static int? Write(SafeFileHandle socket, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var written = LibC.send(socket, bytes, buffer.Length, LibC.MSG_NOSIGNAL);
            return written >= 0 ? (int)written : IsForNow() ? null : -1;
        }
    }

    private static bool IsForNow() => Marshal.GetLastPInvokeError() is LibC.EAGAIN or LibC.EINTR;

    private static SafeFileHandle Open()
    {
        var fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("make", "a socket");
    }

    // The address of a socket has room for only 107 bytes; by way of the folder's descriptor any path is short. The path itself is what
    // programs that are handed the socket compare with, and what people see.
    private static int WithAddress(string path, Func<nint, uint, int> use)
    {
        using var folder = Encoding.UTF8.GetByteCount(path) <= LongestPath ? null : LibC.open(Path.GetDirectoryName(path)!, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
        if (folder?.IsInvalid == true)
            return Marshal.GetLastPInvokeError();
        var address = stackalloc byte[AddressBytes];
        *(ushort*)address = LibC.AF_UNIX;
        var shortPath = folder is null ? path : $"/proc/self/fd/{folder.DangerousGetHandle()}/{Path.GetFileName(path)}";
        var length = Encoding.UTF8.GetBytes(shortPath, new Span<byte>(address + 2, AddressBytes - 3));
        address[2 + length] = 0;
        return use((nint)address, (uint)(2 + length + 1));
    }
}
