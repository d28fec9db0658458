namespace Sentinel.Core.Host;

/// <summary>The ports of this machine.</summary>
public interface IPorts
{
    /// <summary>The range from which the kernel itself picks a port for each connection that needs one.</summary>
    (int First, int Last) Ephemeral { get; }

    /// <summary>
    /// Null when a process of ours could listen on it: over TCP and UDP, IPv4 and IPv6, on every address. Otherwise why not, as
    /// the end of a sentence.
    /// </summary>
    string? WhyNot(int port);

    /// <summary>Who listens, as far as we may see.</summary>
    IReadOnlyList<Listener> Listeners(IReadOnlySet<int> ports);
}

/// <summary>A process that waits for connections (TCP) or packets (UDP).</summary>
/// <param name="Port">The port that it listens on.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Pid">Null when we may not see it.</param>
/// <param name="Program">The name that the kernel has for it; null likewise.</param>
public sealed record Listener(int Port, string Protocol, int? Pid, string? Program)
{
    public override string ToString() => Pid is null ? "a process of another user" : $"{Program} (pid {Pid})";
}
