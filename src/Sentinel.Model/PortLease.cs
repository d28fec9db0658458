namespace Sentinel.Model;

/// <summary>A leased port, which nobody else is given.</summary>
/// <param name="Port">1 to 65535.</param>
/// <param name="Name">What it is for, in the user's words; several ports may have the same name.</param>
/// <param name="AllocatedAt">When it was leased.</param>
/// <param name="ProcessId">The process that holds it for as long as that process is registered; null: whoever asked for it.</param>
public sealed record PortLease(int Port, string Name, DateTimeOffset AllocatedAt, int? ProcessId)
{
    public const string DefaultName = "default";
    public const int Lowest = 1, LowestUnprivileged = 1024, Highest = 65535;
}
