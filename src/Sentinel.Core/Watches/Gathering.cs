namespace Sentinel.Core.Watches;

/// <summary>Changes that belong together: those of one save, or of one checkout.</summary>
/// <param name="First">When the first came.</param>
/// <param name="Last">When the last came.</param>
internal readonly record struct Gathering(DateTimeOffset First, DateTimeOffset Last)
{
    /// <summary>After so long without another it is over.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>After so long it is over, whatever comes.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    public static Gathering From(DateTimeOffset now) => new(now, now);

    public Gathering With(DateTimeOffset now) => this with { Last = now };

    /// <summary>How long to wait until it is over. A clock that was set does not make that longer.</summary>
    public TimeSpan Left(DateTimeOffset now)
    {
        var end = Last + Quiet < First + Most ? Last + Quiet : First + Most;
        return end - now > Quiet ? Quiet : end > now ? end - now : TimeSpan.Zero;
    }
}
