using Sentinel.Api;

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
