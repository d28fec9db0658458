using Sentinel.Api;
using Sentinel.Core.Host;

namespace Sentinel.Tests.Supervision;

/// <summary>A machine's ports, of which some are used.</summary>
internal sealed class MadeUpPorts : IPorts
{
    public Dictionary<int, Listener> Used { get; } = [];

    public (int First, int Last) Ephemeral { get; init; } = (32768, 60999);

    public string? WhyNot(int port) => Used.TryGetValue(port, out var listener) ? $"is used by {listener}" : null;

    public IReadOnlyList<Listener> Listeners(IReadOnlySet<int> ports) => [.. Used.Values.Where(listener => ports.Contains(listener.Port))];
}
