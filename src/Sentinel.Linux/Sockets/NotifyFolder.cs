using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>Gives a socket its place in a folder that only we can write to.</summary>
internal static unsafe class NotifyFolder
{
    private const UnixFileMode OursAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ToPassThrough = OursAlone | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const uint OthersMayWrite = 0x12; // 0022
    private const uint Mode = 2; // STATX_MODE

    // The last socket to leave a folder removes the folder, perhaps just now.
    private const int Attempts = 10;

    /// <exception cref="IOException">It cannot have its place.</exception>
    public static void Bind(SafeFileHandle socket, NotifyAddress address)
    {
        for (var attempt = 1; !TryBind(socket, address); attempt++)
            if (attempt == Attempts)
                throw SystemCallException.Last("listen on", address.Path);
    }

    private static bool TryBind(SafeFileHandle socket, NotifyAddress address)
    {
        LibC.mkdir(address.Folder, (uint)OursAlone);
        using var folder = LibC.open(address.Folder, LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, 0);
        if (folder.IsInvalid)
            return false;
        LibC.StatX status;
        if (LibC.statx((int)folder.DangerousGetHandle(), "", LibC.AT_EMPTY_PATH, LibC.STATX_UID | Mode, &status) != 0)
            throw SystemCallException.Last("look at", address.Folder);
        if (status.Uid != LibC.geteuid() || (status.Mode & OthersMayWrite) != 0)
            throw new IOException($"{address.Folder} can be written to by others, or is not ours; remove it");
        File.SetUnixFileMode(folder, address.User is null && (status.Mode & (uint)UnixFileMode.OtherExecute) == 0 ? OursAlone : ToPassThrough);

        // /proc/net/unix shows everyone the name by which a socket was bound, but not the name that its file gets later.
        var passing = $"/proc/self/fd/{folder.DangerousGetHandle()}/{Environment.ProcessId}-{socket.DangerousGetHandle()}";
        UnixSocket.Bind(socket, passing);
        if ((address.User is { } user && LibC.chown(passing, user, uint.MaxValue) != 0)
            || LibC.rename(passing, $"/proc/self/fd/{folder.DangerousGetHandle()}/{address.Name}") != 0)
        {
            var failure = SystemCallException.Last("listen on", address.Path);
            LibC.unlink(passing);
            throw failure;
        }

        return true;
    }
}
