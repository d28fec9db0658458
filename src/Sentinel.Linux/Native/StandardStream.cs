using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <summary>
/// Standard output or standard error, written to directly. The runtime's console would first set up the terminal, change
/// what signals do and start a thread; a file stream would keep an offset of its own where the shell shares one.
/// </summary>
public sealed unsafe class StandardStream : Stream
{
    public static readonly StandardStream Output = new(1);

    public static readonly StandardStream Error = new(2);

    private readonly int _descriptor;

    internal StandardStream(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all of it, whatever the reader is; that nobody reads any more is not an error.</summary>
    /// <exception cref="SystemCallException">It could not be written, for example for lack of space.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
                written = LibC.write(_descriptor, bytes, buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else if (!MayGoOn())
                return;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>
    /// Puts /dev/null where a standard stream is closed: otherwise the next file that is opened would take its place, and be
    /// written to as if it were that stream.
    /// </summary>
    public static void FillGaps()
    {
        fixed (byte* path = "/dev/null\0"u8)
            for (var descriptor = 0; descriptor <= 2; descriptor++)
                if (LibC.fcntl(descriptor, LibC.F_GETFD, 0) < 0)
                    LibC.open_raw(path, LibC.O_RDWR, 0);
    }

    private bool MayGoOn()
    {
        switch (Marshal.GetLastPInvokeError())
        {
            case LibC.EINTR:
                return true;
            case LibC.EAGAIN:
                // Another process that shares it made it non-blocking.
                var poll = new LibC.PollFd { Fd = _descriptor, Events = LibC.POLLOUT };
                LibC.poll(&poll, 1, -1);
                return true;
            case LibC.EPIPE or LibC.EBADF:
                return false;
            default:
                throw SystemCallException.Last("write to", this == Output ? "standard output" : "standard error");
        }
    }
}
