namespace Sentinel.Core.Host;

/// <summary>The clock that people set.</summary>
public interface IWallClock
{
    /// <summary>How long the machine has been on, also while it slept; nobody sets that.</summary>
    TimeSpan SinceBoot { get; }

    /// <summary>Calls <paramref name="then"/> once, at a time or as soon as somebody sets the clock, unless the result is disposed of first.</summary>
    /// <param name="time">A time that is past is now.</param>
    IDisposable At(DateTimeOffset time, Action then);
}
