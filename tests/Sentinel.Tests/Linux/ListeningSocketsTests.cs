using System.Net;
using System.Net.Sockets;
using Sentinel.Linux.Sockets;

namespace Sentinel.Tests.Linux;

public sealed class ListeningSocketsTests
{
    private readonly ListeningSockets _sockets = new(TimeProvider.System);

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("0.0.0.0", "127.0.0.1", true)]
    [InlineData("0.0.0.0", "127.0.0.2", true)]
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("127.0.0.2", "127.0.0.1", false)]
    [InlineData("0.0.0.0", "192.0.2.1", false)]
    [InlineData("::", "127.0.0.1", true)]
    [InlineData("::", "::1", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "::1", false)]
    public void A_connection_comes_to_who_listens_there(string listens, string asked, bool comes)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 || !listens.Contains(':'), "there is no IPv6");
        using var listener = Listen(IPAddress.Parse(listens), 0);

        var found = _sockets.At(new IPEndPoint(IPAddress.Parse(asked), PortOf(listener)), isNow: true);

        Assert.Equal(comes ? 1 : 0, found.Count);
        if (!comes)
            return;
        var held = _sockets.HeldBy(Environment.ProcessId, found, out var isSeen)!;
        Assert.True(isSeen);
        Assert.True(_sockets.IsHeld(held));
        Assert.Null(_sockets.HeldBy(1, found, out _));
        listener.Dispose();
        Assert.False(_sockets.IsHeld(held));
    }

    [Fact]
    public void Who_listens_on_that_address_alone_comes_before_who_listens_on_all()
    {
        using var one = Listen(IPAddress.Parse("127.0.0.2"), 0, shares: true);
        using var all = Listen(IPAddress.Any, PortOf(one), shares: true);

        var (ofOne, ofAll) = (At("127.0.0.2"), At("127.0.0.1"));

        Assert.NotEqual(Assert.Single(ofOne), Assert.Single(ofAll));

        IReadOnlyList<ulong> At(string address) => _sockets.At(new IPEndPoint(IPAddress.Parse(address), PortOf(one)), isNow: true);
    }

    [Fact]
    public void All_that_share_an_address_are_found()
    {
        using var one = Listen(IPAddress.Loopback, 0, shares: true);
        using var other = Listen(IPAddress.Loopback, PortOf(one), shares: true);
        Assert.Equal(2, _sockets.At(new IPEndPoint(IPAddress.Loopback, PortOf(one)), isNow: true).Count);
    }

    private static int PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    private static Socket Listen(IPAddress address, int port, bool shares = false)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.Equals(IPAddress.IPv6Any))
            socket.DualMode = true;
        // SO_REUSEPORT, for which the runtime has no name.
        if (shares)
            socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
        return socket;
    }
}
