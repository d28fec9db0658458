using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What the checks of one run have come to, as a function of their results.</summary>
/// <param name="Failures">In a row, as far as they count.</param>
/// <param name="HasPassed">Whether one ever passed: then it has started.</param>
public readonly record struct HealthTally(int Failures, bool HasPassed)
{
    // While it starts it is asked more often.
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(1);

    /// <param name="age">How long the process has run.</param>
    public HealthTally After(bool hasPassed, HealthCheck check, TimeSpan age) =>
        hasPassed ? new HealthTally(0, true)
        : !HasPassed && age < check.StartPeriod ? this
        : this with { Failures = Failures + 1 };

    /// <summary>Null: it cannot be said, and is as it was.</summary>
    public bool? IsHealthy(HealthCheck check) => Failures >= check.Failures ? false : Failures == 0 && HasPassed ? true : null;

    /// <summary>How long to wait until the next check.</summary>
    /// <param name="jitter">From 0 to 1: what was started together is not to be asked together.</param>
    public TimeSpan Delay(HealthCheck check, double jitter) => !HasPassed && Failures == 0 && Impatience < check.Interval
        ? Impatience * (0.5 + jitter)
        : check.Interval * (0.9 + (0.2 * jitter));
}
