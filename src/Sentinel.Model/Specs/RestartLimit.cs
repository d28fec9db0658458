namespace Sentinel.Model.Specs;

/// <summary>When to give up on a process: it has been restarted this often within this time, and has ended once more.</summary>
public sealed record RestartLimit(int Restarts, TimeSpan Window)
{
    /// <summary>Used when only the number is given.</summary>
    public static readonly TimeSpan DefaultWindow = TimeSpan.FromMinutes(10);
}
