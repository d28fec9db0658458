using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Sentinel.Linux.Native;

/// <summary>Reads a file of /proc/PID into existing memory, since this is done for every process of the machine.</summary>
internal static unsafe class ProcFile
{
    /// <param name="pid">The process.</param>
    /// <param name="file">A slash, its name and a NUL.</param>
    /// <param name="buffer">Filled as far as the file goes.</param>
    /// <returns>How many bytes were read; -1 when there is no such process, or it may not be looked at.</returns>
    /// <exception cref="IOException">We have no room to open it, which says nothing about the process.</exception>
    public static int Read(int pid, ReadOnlySpan<byte> file, Span<byte> buffer)
    {
        Span<byte> path = stackalloc byte[32];
        "/proc/"u8.CopyTo(path);
        Utf8Formatter.TryFormat(pid, path[6..], out var digits);
        file.CopyTo(path[(6 + digits)..]);
        return Read(path, buffer);
    }

    /// <param name="path">Ends with a NUL.</param>
    /// <inheritdoc cref="Read(int, ReadOnlySpan{byte}, Span{byte})"/>
    public static int Read(ReadOnlySpan<byte> path, Span<byte> buffer)
    {
        int fd;
        fixed (byte* name = path)
            fd = LibC.open_raw(name, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
        if (fd < 0)
            return Marshal.GetLastPInvokeError() is LibC.EMFILE or LibC.ENFILE or LibC.ENOMEM
                ? throw SystemCallException.Last("open", Encoding.UTF8.GetString(path[..^1]))
                : -1;
        var total = 0;
        fixed (byte* to = buffer)
        {
            nint read;
            while (total < buffer.Length && (read = LibC.read(fd, to + total, buffer.Length - total)) > 0)
            {
                total += (int)read;
                // Less than a page is the whole file; more may come in pieces.
                if (total < Environment.SystemPageSize)
                    break;
            }
        }

        LibC.close(fd);
        return total;
    }
}
