using Sentinel.Core.Keepers;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Sockets;

/// <summary>Who is connected to listening sockets, as /proc/net tells of it.</summary>
public static class SocketTraffic
{
    // States of /proc/net/tcp; see proc_pid_net(5).
    private const string Over = "06", Listening = "0A";

    // In /proc/net/unix: a socket that somebody is connected to.
    private const string Connected = "03";

    public static Connections Of(IReadOnlyList<ListenSocket> sockets)
    {
        var (isAny, over) = (false, new HashSet<string>());
        var ports = sockets.Select(socket => socket.EndPoint?.Port).OfType<int>().ToHashSet();
        if (ports.Count > 0)
            foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
                foreach (var fields in NetTable.Rows(table))
                    if (fields.Length > 3 && fields[3] != Listening && (ports.Contains(NetTable.PortIn(fields[1])) || (fields[3] == Over && ports.Contains(NetTable.PortIn(fields[2])))))
                    {
                        if (fields[3] == Over)
                            over.Add($"{fields[1]} {fields[2]}");
                        else
                            isAny = true;
                    }

        var paths = sockets.Select(socket => socket.Path).OfType<string>().Select(path => Path.GetFileName(path)).ToList();
        if (paths.Count > 0)
            foreach (var fields in NetTable.Rows("/proc/net/unix"))
                // Num RefCount Protocol Flags Type St Inode Path; the path as it was given to bind(2).
                if (fields.Length > 7 && fields[5] == Connected && paths.Exists(path => fields[^1].EndsWith($"/{path.Split(' ')[^1]}", StringComparison.Ordinal)))
                    isAny = true;
        return new Connections(isAny, over);
    }
}
