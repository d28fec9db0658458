using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// A datagram socket on which processes report their state; see sd_notify(3) and unix(7). Descriptors that come along are closed:
/// nobody can make us hold on to anything.
/// </summary>
internal sealed unsafe class NotifySocket : IDisposable
{
    private const int MessageBytes = 4096;
    private const int MessagesAtOnce = 64;
    private const int PassCredentials = 16;
    private const int PassPidFd = 76;

    private readonly NotifyAddress _address;
    private readonly SafeFileHandle _socket;
    private readonly ulong? _file;
    private readonly IDisposable _reading;
    private readonly Func<NotifySender, bool> _believes;
    private readonly Action<string> _told;
    private readonly Action<int> _doubted;
    private readonly int _controlBytes = NotifySender.CredentialBytes;

    public NotifySocket(EventLoop loop, NotifyAddress address, Func<NotifySender, bool> believes, Action<string> told, Action<int> doubted)
    {
        (_address, _believes, _told, _doubted) = (address, believes, told, doubted);
        var fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        _socket = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemCallException.Last("make", "a socket");
        try
        {
            var on = 1;
            if (LibC.setsockopt(_socket, LibC.SOL_SOCKET, PassCredentials, &on, sizeof(int)) != 0)
                throw SystemCallException.Last("listen on", address.Path);
            // Since Linux 6.5: identifies even a sender that has ended since.
            if (LibC.setsockopt(_socket, LibC.SOL_SOCKET, PassPidFd, &on, sizeof(int)) == 0)
                _controlBytes += NotifySender.PidFdBytes;
            NotifyFolder.Bind(_socket, address);
            _file = Inode.At(address.Path);
            _reading = loop.OnReadable(_socket, Read);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _reading.Dispose();
        _socket.Dispose();
        // Another may listen there by now.
        if (Inode.At(_address.Path) == _file)
            LibC.unlink(_address.Path);
        LibC.rmdir(_address.Folder);
    }

    private void Read()
    {
        var buffer = stackalloc byte[MessageBytes];
        var control = stackalloc byte[NotifySender.CredentialBytes + NotifySender.PidFdBytes];
        for (var i = 0; i < MessagesAtOnce && !_socket.IsClosed; i++)
        {
            var vector = new LibC.IoVector { Base = buffer, Length = MessageBytes };
            var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = _controlBytes };
            var length = LibC.recvmsg(_socket, &message, LibC.MSG_CMSG_CLOEXEC);
            if (length < 0)
                return;
            using var sender = NotifySender.In(new ReadOnlySpan<byte>(control, (int)message.ControlLength));
            if (_believes(sender))
                _told(Encoding.UTF8.GetString(buffer, (int)length));
            else
                _doubted(sender.Pid);
        }
    }
}
