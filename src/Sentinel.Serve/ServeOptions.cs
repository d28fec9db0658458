using System.Globalization;
using System.Net;
using Sentinel.Core.Home;

namespace Sentinel.Serve;

/// <summary>What <c>sentinel web</c>, <c>sentinel serve</c> and the daemon tell this program when they start it.</summary>
/// <param name="Home">Sentinel's folder.</param>
/// <param name="Command">The path of the <c>sentinel</c> that carries out what is to be changed.</param>
internal sealed record ServeOptions(SentinelHome Home, string Command)
{
    /// <summary>Where to listen; null: on no network.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>0: any that is free.</summary>
    public int Port { get; init; }

    /// <summary>Whether another may be taken if the port is in use.</summary>
    public bool IsAnyPort { get; init; }

    /// <summary>The path of a socket to make; null: none.</summary>
    public string? Socket { get; init; }

    /// <summary>A socket that listens already, by its descriptor.</summary>
    public ulong? Handle { get; init; }

    /// <summary>After how long without a connection to end; null: never.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>Names, beside those of this machine, by which it may be called.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Whether nothing can be changed through it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether there is a page for browsers.</summary>
    public bool WithPage { get; init; }

    /// <summary>Whether to open it in a browser.</summary>
    public bool Opens { get; init; }

    /// <summary>The folder of an agent that it serves by its standard streams; null: it serves no such.</summary>
    public string? AgentFolder { get; init; }

    /// <exception cref="FormatException">It cannot be understood.</exception>
    public static ServeOptions Parse(IEnumerable<string> arguments)
    {
        var options = new ServeOptions(new SentinelHome(""), "");
        foreach (var argument in arguments)
        {
            var (key, value) = argument.IndexOf('=') is >= 0 and var at ? (argument[..at], argument[(at + 1)..]) : (argument, "");
            options = key switch
            {
                "--home" => options with { Home = new SentinelHome(value) },
                "--command" => options with { Command = value },
                "--address" => options with { Address = IPAddress.Parse(value) },
                "--port" => options with { Port = int.Parse(value, CultureInfo.InvariantCulture) },
                "--any-port" => options with { IsAnyPort = true },
                "--socket" => options with { Socket = value },
                "--handle" => options with { Handle = ulong.Parse(value, CultureInfo.InvariantCulture) },
                "--idle" => options with { Idle = TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--host" => options with { Hosts = [.. options.Hosts, value] },
                "--read-only" => options with { IsReadOnly = true },
                "--open" => options with { Opens = true },
                "--agent" => options with { AgentFolder = value },
                "--page" => options with { WithPage = true },
                _ => throw new FormatException($"there is no option '{key}'"),
            };
        }

        return options.Home.Folder.Length > 0 && options.Command.Length > 0 ? options : throw new FormatException("--home and --command are missing");
    }
}
