using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <content>Sockets.</content>
internal static unsafe partial class LibC
{
    [LibraryImport(Name, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int bind(SafeHandle socket, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int listen(SafeHandle socket, int backlog);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsockname(SafeHandle socket, byte* address, uint* length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int accept4(SafeHandle socket, byte* address, uint* length, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int connect(SafeHandle socket, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsockopt(SafeHandle socket, int level, int name, void* value, uint* length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int setsockopt(SafeHandle socket, int level, int name, void* value, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int shutdown(SafeHandle socket, int how);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint send(SafeHandle socket, byte* buffer, nint count, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint sendto(int socket, byte* buffer, nint count, int flags, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint sendmsg(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint recvmsg(SafeHandle socket, MessageHeader* message, int flags);
}
