using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Api;

/// <summary>A port that a process has, and what it is for.</summary>
/// <param name="Name">The name of its lease.</param>
public sealed record PortRef(string Name, int Port)
{
    /// <summary>Where a browser finds it; null: its name does not say that it speaks HTTP.</summary>
    public string? Url => Name is "http" or "https" ? $"{Name}://127.0.0.1:{Port}" : null;

    /// <summary>Where a process can be reached.</summary>
    public static IReadOnlyList<PortRef> Of(ProcessRecord record, State state) => [.. state.PortsOf(record).Select(lease => new PortRef(lease.Name, lease.Port))];
}
