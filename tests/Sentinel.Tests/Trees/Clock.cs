namespace Sentinel.Tests.Trees;

/// <summary>A clock that moves only when it is told to.</summary>
internal sealed class Clock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public TimeSpan Elapsed { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How far somebody has set it forward, or back.</summary>
    public TimeSpan Set { get; set; }

    public void Advance(TimeSpan by) => Elapsed += by;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + Elapsed + Set;
}
