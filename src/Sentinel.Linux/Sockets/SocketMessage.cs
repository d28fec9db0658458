using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>What programs of ours say to the keeper of sockets, and it to them: texts that end with a NUL, some with a descriptor; see SCM_RIGHTS in unix(7).</summary>
internal static unsafe class SocketMessage
{
    /// <summary>"take KEY": answered by yes with the descriptor, or no.</summary>
    public const string Take = "take";

    /// <summary>"hold KEY" with a descriptor: answered by yes.</summary>
    public const string Hold = "hold";

    /// <summary>"keep" and the keys of all that are to stay, each after a line end: answered by yes.</summary>
    public const string Keep = "keep";

    public const string Yes = "yes", No = "no";

    private const int BlockBytes = 16 * 1024;

    // struct cmsghdr and one descriptor, rounded up.
    private const int HeaderBytes = 16, ControlBytes = 24;
    private const int Rights = 1; // SCM_RIGHTS

    /// <returns>False when the other end is gone, or does not take it.</returns>
    public static bool Send(SafeFileHandle socket, string text, SafeHandle? descriptor = null)
    {
        var bytes = Encoding.UTF8.GetBytes(text + '\0');
        var control = stackalloc byte[ControlBytes];
        new Span<byte>(control, ControlBytes).Clear();
        fixed (byte* content = bytes)
        {
            var vector = new LibC.IoVector { Base = content, Length = bytes.Length };
            var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (descriptor is not null)
            {
                *(long*)control = HeaderBytes + sizeof(int);
                *(int*)(control + 8) = LibC.SOL_SOCKET;
                *(int*)(control + 12) = Rights;
                *(int*)(control + HeaderBytes) = (int)descriptor.DangerousGetHandle();
                message.Control = control;
                message.ControlLength = ControlBytes;
            }

            return LibC.sendmsg(socket, &message, LibC.MSG_NOSIGNAL) == bytes.Length;
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <param name="received">Gets it, after what was there before.</param>
    /// <param name="descriptor">The descriptor that came with it, if one did.</param>
    /// <returns>False at the end.</returns>
    public static bool Receive(SafeFileHandle socket, List<byte> received, ref SafeFileHandle? descriptor)
    {
        var block = stackalloc byte[BlockBytes];
        var control = stackalloc byte[ControlBytes];
        var vector = new LibC.IoVector { Base = block, Length = BlockBytes };
        var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlBytes };
        var length = LibC.recvmsg(socket, &message, LibC.MSG_CMSG_CLOEXEC);
        if (length < 0)
            return Marshal.GetLastPInvokeError() is LibC.EAGAIN or LibC.EINTR;
        if (message.ControlLength >= HeaderBytes + sizeof(int) && *(int*)(control + 8) == LibC.SOL_SOCKET && *(int*)(control + 12) == Rights)
        {
            descriptor?.Dispose();
            descriptor = new SafeFileHandle(*(int*)(control + HeaderBytes), ownsHandle: true);
        }

        received.AddRange(new ReadOnlySpan<byte>(block, (int)length));
        return length > 0;
    }

    /// <summary>The text that was received; null: it is not whole yet.</summary>
    public static string? TextOf(List<byte> received) =>
        received is [.., 0] ? Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(received)[..^1]) : null;
}
