using System.Globalization;

namespace Sentinel.Linux.Sockets;

/// <summary>The tables of sockets in /proc/net; see proc_pid_net(5).</summary>
internal static class NetTable
{
    /// <summary>The fields of each row: sl local_address rem_address st ... inode in those of TCP and UDP. None where there is no such table.</summary>
    public static IEnumerable<string[]> Rows(string table)
    {
        foreach (var line in File.Exists(table) ? File.ReadLines(table).Skip(1) : [])
            yield return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The port of an address in a table.</summary>
    public static int PortIn(string address) => int.Parse(address.AsSpan(address.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
