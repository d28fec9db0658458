using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Core.Imports;

/// <summary>The ports of a service: that of the machine becomes that of the process.</summary>
internal static partial class ComposePorts
{
    public static void Map(Draft draft, Keys service)
    {
        foreach (var port in service.Take("ports")?.Items ?? [])
            if (port.IsTable)
                Long(draft, port);
            else
                Short(draft, port, port.Text() ?? "");
    }

    private static void Long(Draft draft, Value port)
    {
        var keys = port.Keys()!;
        var (host, container) = (keys.Text("published") ?? "", keys.Text("target") ?? "");
        Add(draft, port, host, container, keys.Text("protocol") ?? "tcp", keys.Text("host_ip") ?? "", keys.Text("name"));
    }

    // [[IP:]HOST:]CONTAINER[/PROTOCOL]
    private static void Short(Draft draft, Value port, string text)
    {
        if (Interpolation.IsIn(text))
        {
            if (Interpolation.Default(text) is not { } usual)
            {
                port.Tell($"'{text}' is known only to docker compose");
                return;
            }

            port.Tell($"'{text}' is read as {usual}, with the defaults of its variables");
            text = usual;
        }

        if (Form().Match(text) is not { Success: true } form)
        {
            port.Tell($"'{text}' is not a port such as 3000 or 8080:80");
            return;
        }

        var protocol = form.Groups["protocol"] is { Success: true } named ? named.Value : "tcp";
        Add(draft, port, form.Groups["host"].Value, form.Groups["container"].Value, protocol, form.Groups["ip"].Value, null);
    }

    private static void Add(Draft draft, Value from, string host, string container, string protocol, string ip, string? name)
    {
        var published = host.Length > 0 ? host : container;
        if (protocol != "tcp")
            from.Tell($"only ports of TCP are leased, not {protocol}");
        else if (!int.TryParse(published, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            from.Tell(published.Contains('-') ? $"a range of ports, {published}, is not taken" : $"'{published}' is not a port");
        else
            draft.Port(from, number, name);
        if (host.Length > 0 && container.Length > 0 && host != container)
            from.Tell($"without a container the program itself has to listen on {host}, which it finds in PORT, not on {container}");
        if (ip.Length > 0)
            from.Tell($"without a container the program itself decides on which address it listens, not {ip}");
    }

    [GeneratedRegex(@"^(?:(?:(?<ip>\[[^\]]*\]|[^:]*):)?(?<host>[0-9-]*):)?(?<container>[0-9-]+)(?:/(?<protocol>\w+))?$")]
    private static partial Regex Form();
}
