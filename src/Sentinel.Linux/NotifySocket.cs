using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.Linux;

/// <summary>An abstract datagram socket on which processes tell how they are; see sd_notify(3) and unix(7).</summary>
internal sealed unsafe class NotifySocket : IDisposable
{
    private const int MessageBytes = 4096;
    private const int MessagesAtOnce = 64;
    private const int PassCredentials = 16;
    private const int Credentials = 2;

    // Room for struct cmsghdr and struct ucred.
    private const int ControlBytes = 64;
    private const int ControlHeaderBytes = 16;

    private readonly SafeFileHandle _socket;
    private readonly IDisposable _reading;
    private readonly uint? _user;
    private readonly Action<string> _told;

    /// <param name="address">Begins with @.</param>
    /// <param name="user">Who is believed, beside ourselves and root.</param>
    public NotifySocket(EventLoop loop, string address, uint? user, Action<string> told)
    {
        (_user, _told) = (user, told);
        var fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        _socket = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("make", "a socket");
        var bytes = Encoding.UTF8.GetBytes(address);
        var place = stackalloc byte[2 + bytes.Length];
        *(ushort*)place = LibC.AF_UNIX;
        bytes.CopyTo(new Span<byte>(place + 2, bytes.Length));
        place[2] = 0;
        var on = 1;
        if (LibC.setsockopt(_socket, LibC.SOL_SOCKET, PassCredentials, &on, sizeof(int)) != 0
            || LibC.bind(_socket, place, (uint)(2 + bytes.Length)) != 0)
        {
            var failure = SystemCallException.Last("listen on", address);
            _socket.Dispose();
            throw failure;
        }

        _reading = loop.OnReadable(_socket, Read);
    }

    public void Dispose()
    {
        _reading.Dispose();
        _socket.Dispose();
    }

    private void Read()
    {
        var buffer = stackalloc byte[MessageBytes];
        var control = stackalloc byte[ControlBytes];
        for (var i = 0; i < MessagesAtOnce && !_socket.IsClosed; i++)
        {
            var vector = new LibC.IoVector { Base = buffer, Length = MessageBytes };
            var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlBytes };
            var length = LibC.recvmsg(_socket, &message, 0);
            if (length < 0)
                return;
            if (SenderOf(message) is { } sender && (sender == LibC.geteuid() || sender == 0 || sender == _user))
                _told(Encoding.UTF8.GetString(buffer, (int)length));
        }
    }

    // The kernel puts struct ucred there: pid, uid, gid.
    private static uint? SenderOf(in LibC.MessageHeader message)
    {
        var control = (byte*)message.Control;
        return message.ControlLength >= ControlHeaderBytes + (3 * sizeof(uint))
            && *(int*)(control + 8) == LibC.SOL_SOCKET && *(int*)(control + 12) == Credentials
            ? ((uint*)(control + ControlHeaderBytes))[1]
            : null;
    }
}
