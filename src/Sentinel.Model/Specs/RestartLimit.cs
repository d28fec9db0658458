namespace Sentinel.Model.Specs;

/// <summary>When to give a process up: it has been restarted this often within this time, and has ended once more.</summary>
public sealed record RestartLimit(int Restarts, TimeSpan Window)
{
    /// <summary>Where only the number is given.</summary>
    public static readonly TimeSpan DefaultWindow = TimeSpan.FromMinutes(10);
}
