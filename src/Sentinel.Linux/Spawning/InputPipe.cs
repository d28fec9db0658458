using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>
/// A named pipe that is the standard input of a process. The process has both ends in one descriptor: it never reads the end of the
/// file, and nobody need live for that.
/// </summary>
internal static class InputPipe
{
    private const uint OwnerOnly = 0x180; // 0600

    /// <summary>Makes it anew: what was sent to an earlier run is not for this one.</summary>
    /// <exception cref="IOException">It cannot be made there.</exception>
    public static SafeFileHandle Make(string path, Account? owner)
    {
        Place(path);
        if (LibC.mkfifo(path, OwnerOnly) != 0)
            throw SystemCallException.Last("make", $"the pipe {path}");
        var pipe = LibC.open(path, LibC.O_RDWR | LibC.O_CLOEXEC | LibC.O_NOFOLLOW, 0);
        if (pipe.IsInvalid)
            throw SystemCallException.Last("open", path);
        // The process may open its own standard input again, by its name in /proc.
        if (owner is not null && LibC.fchown(pipe, owner.UserId, owner.GroupId) != 0)
            throw SystemCallException.Last("hand over", path);
        return pipe;
    }

    /// <summary>Makes room for what a process reads from: its folder is there, and nothing of that name.</summary>
    public static void Place(string path)
    {
        LibC.mkdir(Path.GetDirectoryName(path)!, 0x1c0); // 0700
        LibC.unlink(path);
    }
}
