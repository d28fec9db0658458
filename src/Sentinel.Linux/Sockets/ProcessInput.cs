using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>Sends a process what it is to read, without ever waiting long for one that does not read.</summary>
public static unsafe class ProcessInput
{
    // A pipe takes as much as this as a whole, or not at all; see PIPE_BUF in pipe(7).
    private const int PieceBytes = 4096;

    /// <param name="path">Of the pipe, or of the socket of the terminal's keeper.</param>
    /// <param name="patience">How long the process may read nothing.</param>
    /// <returns>How many bytes were sent, and why not all; null: all were.</returns>
    public static (long Sent, string? WhyNotAll) Send(string path, bool isTerminal, ReadOnlyMemory<byte> bytes, TimeSpan patience)
    {
        using var to = isTerminal ? UnixSocket.Connect(path, out _) : LibC.open(path, LibC.O_WRONLY | LibC.O_NONBLOCK | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, 0);
        if (to is null or { IsInvalid: true })
            return (0, !isTerminal && Marshal.GetLastPInvokeError() == LibC.ENXIO ? "it has closed its standard input" : "nothing reads at its standard input");
        var sent = 0L;
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var piece = rest[..Math.Min(rest.Length, PieceBytes)];
            if (!(isTerminal ? SendToTerminal(to, piece.Span, patience) : SendToPipe(to, piece.Span, patience)))
                return (sent, "it does not read its standard input");
            sent += piece.Length;
            rest = rest[piece.Length..];
        }

        return (sent, null);
    }

    private static bool SendToPipe(SafeFileHandle pipe, ReadOnlySpan<byte> piece, TimeSpan patience)
    {
        fixed (byte* bytes = piece)
            while (LibC.write((int)pipe.DangerousGetHandle(), bytes, piece.Length) < 0)
                if (Marshal.GetLastPInvokeError() is not (LibC.EAGAIN or LibC.EINTR) || !IsReady(pipe, LibC.POLLOUT, patience))
                    return false;
        return true;
    }

    // Its keeper says so when the program has taken it.
    private static bool SendToTerminal(SafeFileHandle keeper, ReadOnlySpan<byte> piece, TimeSpan patience)
    {
        for (ReadOnlySpan<byte> frame = TerminalFrame.Of(TerminalFrame.Input, piece); !frame.IsEmpty;)
        {
            var written = UnixSocket.Write(keeper, frame);
            if (written < 0 || (written is null && !IsReady(keeper, LibC.POLLOUT, patience)))
                return false;
            frame = frame[(written ?? 0)..];
        }

        return IsReady(keeper, LibC.POLLIN, patience) && UnixSocket.Read(keeper, stackalloc byte[1]) == 1;
    }

    private static bool IsReady(SafeFileHandle file, short what, TimeSpan patience)
    {
        var poll = new LibC.PollFd { Fd = (int)file.DangerousGetHandle(), Events = what };
        return LibC.poll(&poll, 1, (int)patience.TotalMilliseconds) > 0;
    }
}
