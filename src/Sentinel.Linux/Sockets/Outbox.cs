using Microsoft.Win32.SafeHandles;

namespace Sentinel.Linux.Sockets;

/// <summary>Sends frames to a client as far as it reads them.</summary>
internal sealed class Outbox(SafeFileHandle socket)
{
    private byte[] _frame = [];
    private int _sentBytes;

    /// <summary>How many bytes it has sent so far.</summary>
    public long Sent { get; private set; }

    /// <summary>Sends until there is nothing more, or no room.</summary>
    /// <param name="next">The frame after one that was sent; null: there is none for now.</param>
    /// <returns>Whether all was sent; null when nobody reads any more.</returns>
    public bool? Send(Func<byte[]?> next)
    {
        while (true)
        {
            if (_sentBytes == _frame.Length)
            {
                if (next() is not { } frame)
                    return true;
                (_frame, _sentBytes) = (frame, 0);
            }

            switch (UnixSocket.Write(socket, _frame.AsSpan(_sentBytes)))
            {
                case null:
                    return false;
                case -1:
                    return null;
                case { } written:
                    _sentBytes += written;
                    Sent += written;
                    break;
            }
        }
    }
}
