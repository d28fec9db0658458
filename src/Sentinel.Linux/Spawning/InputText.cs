using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>A text that a child reads from standard input, in memory: see memfd_create(2).</summary>
internal static class InputText
{
    public static SafeFileHandle Make(ReadOnlySpan<byte> text)
    {
        var fd = LibC.memfd_create("input", LibC.MFD_CLOEXEC);
        var memory = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("make", "a file in memory");
        RandomAccess.Write(memory, text, 0);
        return memory;
    }
}
