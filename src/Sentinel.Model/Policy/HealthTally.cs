using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>The outcome of one run's checks, as a function of their results.</summary>
/// <param name="Failures">Failures in a row, as far as they count.</param>
/// <param name="HasPassed">Whether a check has ever passed: if so, the process has started.</param>
public readonly record struct HealthTally(int Failures, bool HasPassed)
{
    // While it starts, it is checked more often.
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(1);

    /// <param name="age">How long the process has run.</param>
    public HealthTally After(bool hasPassed, HealthCheck check, TimeSpan age) =>
        hasPassed ? new HealthTally(0, true)
        : !HasPassed && age < check.StartPeriod ? this
        : this with { Failures = Failures + 1 };

    /// <summary>Null: undecided, so it stays as it was.</summary>
    public bool? IsHealthy(HealthCheck check) => Failures >= check.Failures ? false : Failures == 0 && HasPassed ? true : null;

    /// <summary>How long to wait until the next check.</summary>
    /// <param name="jitter">From 0 to 1, so that processes started together are not checked together.</param>
    public TimeSpan Delay(HealthCheck check, double jitter) => !HasPassed && Failures == 0 && Impatience < check.Interval
        ? Impatience * (0.5 + jitter)
        : check.Interval * (0.9 + (0.2 * jitter));
}
