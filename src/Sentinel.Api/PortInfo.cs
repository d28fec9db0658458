namespace Sentinel.Api;

/// <summary>A leased port, and who uses it.</summary>
/// <param name="Name">Of the lease.</param>
/// <param name="ProcessId">The id of the process that has it; null: it was leased by itself.</param>
/// <param name="Process">The name of that process.</param>
/// <param name="Listeners">The processes that listen on it, as far as Sentinel may see them.</param>
public sealed record PortInfo(
    int Port, string Name, DateTimeOffset AllocatedAt, int? ProcessId, string? Process, IReadOnlyList<Listener> Listeners);
