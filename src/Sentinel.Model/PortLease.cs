namespace Sentinel.Model;

/// <summary>A port that nobody else is given.</summary>
/// <param name="Port">1 to 65535.</param>
/// <param name="Name">What it is for, in words of the user; several may have the same.</param>
/// <param name="AllocatedAt">When it was given out.</param>
/// <param name="ProcessId">The process whose it is, for as long as that is registered; null: whoever asked for it.</param>
public sealed record PortLease(int Port, string Name, DateTimeOffset AllocatedAt, int? ProcessId)
{
    public const string DefaultName = "default";
    public const int Lowest = 1, LowestUnprivileged = 1024, Highest = 65535;
}
