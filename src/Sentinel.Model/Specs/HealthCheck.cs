namespace Sentinel.Model.Specs;

/// <summary>How the health of a process is checked, again and again: what Kubernetes calls a liveness probe.</summary>
/// <param name="Interval">From the end of one check to the next, give or take a tenth.</param>
/// <param name="Timeout">How long an answer may take.</param>
/// <param name="Failures">How many failures in a row make it unhealthy.</param>
/// <param name="StartPeriod">For this long after its start, failures do not count unless it has already been healthy.</param>
public sealed record HealthCheck(Probe Probe, TimeSpan Interval, TimeSpan Timeout, int Failures, TimeSpan StartPeriod)
{
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(3);
    public const int DefaultFailures = 3;

    public static HealthCheck By(Probe probe) => new(probe, DefaultInterval, DefaultTimeout, DefaultFailures, TimeSpan.Zero);
}

/// <summary>When a started process counts as running: what Kubernetes calls a startup probe.</summary>
/// <param name="Probe">Shows that it is ready; null: it is ready once it has lived for the <paramref name="Timeout"/>.</param>
/// <param name="Timeout">Its start fails if it is not ready by then; zero: it may take any time.</param>
public sealed record Readiness(Probe? Probe, TimeSpan Timeout)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(90);

    /// <summary>Where nothing tells, what is to take the place of another has to live for a while at least.</summary>
    public static readonly Readiness ByAge = new(null, TimeSpan.FromSeconds(2));
}
