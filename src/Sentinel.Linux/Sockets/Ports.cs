using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

namespace Sentinel.Linux.Sockets;

/// <inheritdoc/>
public sealed unsafe class Ports(ProcessTable table) : IPorts
{
    private const int IPv4 = 2, IPv6 = 10;
    private const int Tcp = 1, Udp = 2;
    private const int CloseOnExec = 0x80000;
    private const int SocketLevel = 1, ReuseAddress = 2;
    private const int IPv6Level = 41, IPv6Only = 26;

    // States of /proc/net/tcp and udp; see proc_pid_net(5).
    private const string Listening = "0A", Unconnected = "07";

    public (int First, int Last) Ephemeral
    {
        get
        {
            var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return (int.Parse(range[0], CultureInfo.InvariantCulture), int.Parse(range[1], CultureInfo.InvariantCulture));
        }
    }

    public string? WhyNot(int port)
    {
        foreach (var type in (int[])[Tcp, Udp])
            foreach (var family in (int[])[IPv4, IPv6])
                switch (Bind(family, type, port))
                {
                    case LibC.EADDRINUSE:
                        return Listeners(new HashSet<int> { port }) is [var listener, ..] ? $"is used by {listener}" : "is used by another process";
                    case LibC.EACCES:
                        return "needs root or the capability CAP_NET_BIND_SERVICE; ports from 1024 up are for everyone";
                }

        return null;
    }

    public IReadOnlyList<Listener> Listeners(IReadOnlySet<int> ports)
    {
        var sockets = SocketsOn(ports);
        if (sockets.Count == 0)
            return [];
        var found = new List<Listener>();
        var unknown = sockets.Keys.ToHashSet();
        foreach (var process in table.All().OrderBy(process => process.StartTicks))
            foreach (var socket in OpenFiles.Of(process.Pid).Where(sockets.ContainsKey).Distinct())
            {
                unknown.Remove(socket);
                found.Add(new Listener(sockets[socket].Port, sockets[socket].Protocol, process.Pid, NameOf(process.Pid)));
            }

        // A socket that was closed meanwhile has no owner.
        if (unknown.Count > 0)
            unknown.IntersectWith(SocketsOn(ports).Keys);
        found.AddRange(unknown.Select(socket => new Listener(sockets[socket].Port, sockets[socket].Protocol, null, null)));
        return [.. found.Distinct()];
    }

    // Zero, or the errno that says why not.
    private static int Bind(int family, int type, int port)
    {
        var descriptor = LibC.socket(family, type | CloseOnExec, 0);
        if (descriptor < 0)
            return 0;
        using var socket = new SafeFileHandle(descriptor, ownsHandle: true);
        var on = 1;
        // Old connections in TIME_WAIT are not in the way; a socket that listens still is.
        if (type == Tcp)
            LibC.setsockopt(socket, SocketLevel, ReuseAddress, &on, sizeof(int));
        if (family == IPv6)
            LibC.setsockopt(socket, IPv6Level, IPv6Only, &on, sizeof(int));
        // struct sockaddr_in and sockaddr_in6 for all our addresses: all zero but the family and the port.
        var address = stackalloc byte[28];
        new Span<byte>(address, 28).Clear();
        *(ushort*)address = (ushort)family;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), (ushort)port);
        // Without IPv6 nobody uses it.
        return LibC.bind(socket, address, family == IPv4 ? 16u : 28u) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    // By the name that its descriptor has.
    private static Dictionary<string, (int Port, string Protocol)> SocketsOn(IReadOnlySet<int> ports)
    {
        var sockets = new Dictionary<string, (int Port, string Protocol)>();
        foreach (var protocol in (string[])["tcp", "udp"])
            foreach (var family in (string[])["", "6"])
                foreach (var (port, inode) in SocketsIn($"/proc/net/{protocol}{family}", protocol == "tcp" ? Listening : Unconnected))
                    if (ports.Contains(port))
                        sockets[$"socket:[{inode}]"] = (port, protocol);
        return sockets;
    }

    private static IEnumerable<(int Port, string Inode)> SocketsIn(string table, string state)
    {
        foreach (var fields in NetTable.Rows(table))
            if (fields.Length > 9 && fields[3] == state)
                yield return (NetTable.PortIn(fields[1]), fields[9]);
    }

    private static string? NameOf(int pid)
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
}
