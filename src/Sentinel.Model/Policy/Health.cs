namespace Sentinel.Model.Policy;

/// <summary>What the health checks of a run have shown.</summary>
/// <param name="Since">When it became so.</param>
/// <param name="Why">What was wrong at the last check; null when nothing was.</param>
public sealed record Health(bool IsHealthy, DateTimeOffset Since, string? Why)
{
    /// <summary>The word for it that users see.</summary>
    public string Word => IsHealthy ? "healthy" : "unhealthy";
}
