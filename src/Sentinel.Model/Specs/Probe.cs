using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>How to find out whether a process is ready or healthy.</summary>
public enum ProbeKind
{
    /// <summary>GET a URL; a status of 200 to 399 is a good answer.</summary>
    Http,

    /// <summary>A TCP connection.</summary>
    Tcp,

    /// <summary>A command, run in the same way as the process; exit code 0 is a good answer.</summary>
    Exec,

    /// <summary>A line that the process writes.</summary>
    Log,

    /// <summary>Nothing is asked: the process reports by itself, as with sd_notify(3).</summary>
    Notify,
}

/// <summary>The words for it in the state and in all machine-readable output.</summary>
public static class ProbeKinds
{
    public static string Word(this ProbeKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Null when there is no such kind.</summary>
    public static ProbeKind? Parse(string word) => Enum.GetValues<ProbeKind>().Cast<ProbeKind?>().FirstOrDefault(kind => kind!.Value.Word() == word);
}

/// <summary>A question to a process.</summary>
/// <param name="Target">
/// The URL, <c>HOST:PORT</c>, command line or regular expression; empty for <see cref="ProbeKind.Notify"/>. In the first two,
/// <c>$NAME</c> stands for a variable of the process.
/// </param>
public sealed record Probe(ProbeKind Kind, string Target)
{
    public static readonly Probe Notify = new(ProbeKind.Notify, "");

    /// <exception cref="FormatException">The text is not a URL that can be requested.</exception>
    public static Probe Http(string url) => new Probe(ProbeKind.Http, url) is var probe && probe.UrlFor(Placeholder) is not null
        ? probe
        : throw new FormatException($"'{url}' is not a URL; expected e.g. http://localhost:8080/health");

    /// <param name="address"><c>HOST:PORT</c>, or a port of this machine.</param>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static Probe Tcp(string address) => new Probe(ProbeKind.Tcp, address) is var probe && probe.EndPointFor(Placeholder) is not null
        ? probe
        : throw new FormatException($"'{address}' is not an address; expected e.g. localhost:8080");

    /// <exception cref="FormatException">The text is not a command.</exception>
    public static Probe Exec(string command)
    {
        Command.From([command]);
        return new Probe(ProbeKind.Exec, command);
    }

    /// <exception cref="FormatException">The text is not a regular expression.</exception>
    public static Probe Log(string expression)
    {
        _ = LineExpression.Parse(expression);
        return new Probe(ProbeKind.Log, expression);
    }

    /// <summary>The URL to request, with the process's variables filled in; null if the result is not a URL.</summary>
    public Uri? UrlFor(Func<string, string?> valueOf) =>
        Uri.TryCreate(Expanded(valueOf), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? url : null;

    /// <summary>Where to connect, with the process's variables filled in; null if the result is not an address.</summary>
    public (string Host, int Port)? EndPointFor(Func<string, string?> valueOf)
    {
        var address = Expanded(valueOf);
        var colon = address.LastIndexOf(':');
        var host = colon < 0 ? "localhost" : address[..colon];
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (isBracketed)
            host = host[1..^1];
        return host.Length > 0 && host.Contains(':') == isBracketed && !host.Any(char.IsWhiteSpace)
            && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? (host, port)
            : null;
    }

    public override string ToString() => Kind switch
    {
        ProbeKind.Http => Target,
        ProbeKind.Tcp => $"tcp {Target}",
        ProbeKind.Exec => $"exec {Target}",
        ProbeKind.Log => $"log {Target}",
        _ => "notify",
    };

    // A variable's value, most likely a port, is not known before the process starts.
    private static string Placeholder(string name) => "1";

    private string Expanded(Func<string, string?> valueOf) => new VariableExpansion(valueOf, takesBareNames: true).Expand(Target, isQuoted: false, out _);
}
