using System.Net.Sockets;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;

namespace Sentinel.Tests.Linux;

/// <summary>A client that sends and receives frames as a test tells it to.</summary>
internal static class RawClient
{
    public static Socket Connect(SentinelHome home, TimeSpan deadline)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)deadline.TotalMilliseconds };
        socket.Connect(new UnixDomainSocketEndPoint(home.Socket));
        return socket;
    }

    public static Message Receive(Socket socket) => Protocol.Read(Exactly(socket, Protocol.LengthIn(Exactly(socket, Protocol.HeaderBytes))!.Value));

    public static byte[] Exactly(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var received = 0; received < count;)
            received += socket.Receive(bytes.AsSpan(received)) is > 0 and var read ? read : throw new EndOfStreamException();
        return bytes;
    }
}
