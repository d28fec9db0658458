namespace Sentinel.Model.Specs;

/// <summary>How much of a stream's log is kept.</summary>
/// <param name="MaxBytes">A log larger than this is rotated; 0: never.</param>
/// <param name="Backups">How many backups are kept.</param>
/// <param name="Compress">Whether they are compressed with gzip.</param>
public sealed record LogLimits(long MaxBytes, int Backups, bool Compress)
{
    /// <summary>Less than a few blocks cannot be cut off.</summary>
    public const long LeastBytes = 16 * 1024;

    public const int MostBackups = 1000;

    public static readonly LogLimits Default = new(10 * 1024 * 1024, 3, Compress: false);
}
