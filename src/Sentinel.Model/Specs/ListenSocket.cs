using System.Globalization;
using System.Net;

namespace Sentinel.Model.Specs;

/// <summary>
/// A listening socket that Sentinel opens for a process, passes to each of its runs, and keeps open between them; see sd_listen_fds(3).
/// Processes that ask for the same address share one socket.
/// </summary>
/// <param name="Name">What the process knows it by, in <c>LISTEN_FDNAMES</c>.</param>
/// <param name="EndPoint">The address for TCP; null: it is in the file system. <see cref="IPAddress.IPv6Any"/>: every address, of IPv4 too.</param>
/// <param name="Path">Its path in the file system, which may be relative to the folder of the process; null: TCP.</param>
public sealed record ListenSocket(string Name, IPEndPoint? EndPoint, string? Path)
{
    private const string Unix = "unix:", Every = "*", Local = "localhost";
    private const int LongestName = 255;

    /// <summary>Parses <c>HOST:PORT</c> or <c>unix:PATH</c>, both with <c>NAME=</c> in front or without.</summary>
    /// <exception cref="FormatException">The text is neither, or the name cannot be one; the message says why.</exception>
    public static ListenSocket Parse(string text)
    {
        var end = text.IndexOf('=');
        var address = text[(end + 1)..];
        var path = address.StartsWith(Unix, StringComparison.Ordinal) ? address[Unix.Length..] : null;
        if (path is not null && (path.Length == 0 || path.EndsWith('/') || path.Contains('\0')))
            throw new FormatException($"'{address}' names no file; expected e.g. unix:run/api.sock");
        var point = path is null ? Tcp(address) : null;
        var name = end < 0 ? NameOf(point, path) : text[..end];
        return IsName(name) ? new ListenSocket(name, point, path)
            : throw new FormatException($"'{name}' cannot be the name of a socket: letters, digits, '-', '_' and '.', {LongestName} at most; give it one: --socket NAME={address}");
    }

    /// <summary>The address, as <see cref="Parse"/> takes it.</summary>
    public string Address => Path is not null ? Unix + Path
        : EndPoint!.Address.Equals(IPAddress.IPv6Any) ? string.Create(CultureInfo.InvariantCulture, $"{Every}:{EndPoint.Port}")
        : EndPoint.ToString();

    /// <summary>The same, with a path that does not depend on a folder: what two processes that share it have in common.</summary>
    /// <param name="folder">That of the process.</param>
    public ListenSocket In(string folder) => Path is null ? this : this with { Path = System.IO.Path.GetFullPath(Path, folder) };

    public override string ToString() => Name == NameOf(EndPoint, Path) ? Address : $"{Name}={Address}";

    private static string NameOf(IPEndPoint? point, string? path) => path is null
        ? point!.Port.ToString(CultureInfo.InvariantCulture)
        : System.IO.Path.GetFileNameWithoutExtension(path);

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static IPEndPoint Tcp(string address)
    {
        var colon = address.LastIndexOf(':');
        var (host, digits) = colon < 0 ? ("", address) : (address[..colon], address[(colon + 1)..]);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < PortLease.Lowest or > PortLease.Highest)
            throw new FormatException($"'{address}' is no address; expected e.g. 127.0.0.1:8080 or unix:run/api.sock");
        if (host.Length == 0)
            throw new FormatException($"'{address}' does not say who may connect: 127.0.0.1:{port}, this machine alone; *:{port}, everybody");
        if (host == Every)
            return new IPEndPoint(IPAddress.IPv6Any, port);
        if (host == Local)
            return new IPEndPoint(IPAddress.Loopback, port);
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        return IPAddress.TryParse(isBracketed ? host[1..^1] : host, out var ip) && ip.ToString().Contains(':') == isBracketed
            ? new IPEndPoint(ip, port)
            : throw new FormatException($"'{host}' is no address of this machine: expected a number such as 127.0.0.1 or [::1], or localhost");
    }
}
