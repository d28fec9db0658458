using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <inheritdoc/>
public sealed class ListeningSockets(TimeProvider time) : IListeningSockets
{
    // See proc_pid_net(5).
    private const string IsListening = "0A";

    // With thousands of checks at once, each would read about all the others.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private ILookup<int, (IPAddress Address, ulong Inode)>? _listening;
    private long _readAt;

    public IReadOnlyList<ulong> At(IPEndPoint address, bool isNow)
    {
        // Connecting to "any address" connects to this machine itself.
        var server = address.Address.IsIPv4MappedToIPv6 ? address.Address.MapToIPv4()
            : address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address.Address;
        if (!IPAddress.IsLoopback(server) && !IsOwn(new IPEndPoint(server, 0)))
            return [];
        // As the kernel chooses: a socket on that address alone comes before one on all addresses.
        return Listening(isNow)[address.Port]
            .Select(socket => (Rank: RankOf(socket.Address, server), socket.Inode))
            .Where(socket => socket.Rank is not null)
            .GroupBy(socket => socket.Rank, socket => socket.Inode)
            .MinBy(sockets => sockets.Key)?.Order().ToList() ?? [];
    }

    public IReadOnlyList<ulong> On(int? port) =>
        [.. (port is { } one ? Listening(isNow: true)[one] : Listening(isNow: true).SelectMany(sockets => sockets)).Select(socket => socket.Inode)];

    public HeldSocket? HeldBy(int pid, IReadOnlyCollection<ulong> sockets, out bool isSeen)
    {
        isSeen = true;
        try
        {
            foreach (var descriptor in Directory.EnumerateFiles($"/proc/{pid}/fd"))
                if (SocketAt(descriptor) is { } socket && sockets.Contains(socket))
                    return new HeldSocket(pid, descriptor, socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that is gone holds nothing.
            isSeen = !Directory.Exists($"/proc/{pid}");
        }

        return null;
    }

    public bool IsHeld(HeldSocket socket) => SocketAt(socket.Descriptor) == socket.Socket;

    public string? ProgramOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").TrimEnd('\n');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int? RankOf(IPAddress listens, IPAddress server)
    {
        var own = listens.IsIPv4MappedToIPv6 ? listens.MapToIPv4() : listens;
        return own.GetAddressBytes().AsSpan().SequenceEqual(server.GetAddressBytes()) ? 0
            : own.Equals(IPAddress.Any) && server.AddressFamily == IPAddress.Any.AddressFamily ? 1
            : own.Equals(IPAddress.IPv6Any) ? 2
            : null;
    }

    private ILookup<int, (IPAddress Address, ulong Inode)> Listening(bool isNow)
    {
        if (_listening is null || isNow || time.GetElapsedTime(_readAt) > MaxAge)
        {
            _readAt = time.GetTimestamp();
            _listening = In("/proc/net/tcp").Concat(In("/proc/net/tcp6")).ToLookup(socket => socket.Port, socket => (socket.Address, socket.Inode));
        }

        return _listening;
    }

    // Listening sockets come first in the table: read no further.
    private static IEnumerable<(IPAddress Address, int Port, ulong Inode)> In(string table)
    {
        foreach (var fields in NetTable.Rows(table))
        {
            if (fields.Length <= 9 || fields[3] != IsListening)
                yield break;
            yield return (
                AddressOf(fields[1].AsSpan(0, fields[1].IndexOf(':'))),
                NetTable.PortIn(fields[1]),
                ulong.Parse(fields[9], CultureInfo.InvariantCulture));
        }
    }

    // Four-byte numbers, in the byte order of this machine.
    private static IPAddress AddressOf(ReadOnlySpan<char> hex)
    {
        Span<byte> bytes = stackalloc byte[16];
        var length = Math.Min(hex.Length, 2 * bytes.Length) / 2;
        for (var i = 0; i < length; i += 4)
            MemoryMarshal.Write(bytes[i..], uint.Parse(hex.Slice(2 * i, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return new IPAddress(bytes[..length]);
    }

    // An address that we can bind a socket to is our own.
    private static unsafe bool IsOwn(IPEndPoint address)
    {
        var descriptor = LibC.socket(ConnectionProbe.Family(address), LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (descriptor < 0)
            return false;
        using var socket = new SafeFileHandle(descriptor, ownsHandle: true);
        var bytes = stackalloc byte[ConnectionProbe.SockAddrBytes];
        return LibC.bind(socket, bytes, ConnectionProbe.Write(address, new Span<byte>(bytes, ConnectionProbe.SockAddrBytes))) == 0;
    }

    private static ulong? SocketAt(string descriptor) =>
        new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal)
        && ulong.TryParse(target.AsSpan(8, target.Length - 9), NumberStyles.None, CultureInfo.InvariantCulture, out var socket)
            ? socket
            : null;
}
