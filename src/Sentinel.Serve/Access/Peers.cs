using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Sentinel.Linux.Sockets;

namespace Sentinel.Serve.Access;

/// <summary>Lets nobody but the owner and root use a socket in the file system.</summary>
internal static class Peers
{
    public static Task OnlyOwner(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket && SocketPeer.IsOwner(socket.SafeHandle))
            return next(connection);
        connection.Abort();
        return Task.CompletedTask;
    }
}
