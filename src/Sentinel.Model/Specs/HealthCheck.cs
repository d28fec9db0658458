namespace Sentinel.Model.Specs;

/// <summary>How the health of a process is found out, again and again: what Kubernetes calls a liveness probe.</summary>
/// <param name="Interval">From the end of a check to the next, a tenth more or less.</param>
/// <param name="Timeout">How long an answer may take.</param>
/// <param name="Failures">So many in a row make it unhealthy.</param>
/// <param name="StartPeriod">From its start: until it has been healthy once, failures do not count in it.</param>
public sealed record HealthCheck(Probe Probe, TimeSpan Interval, TimeSpan Timeout, int Failures, TimeSpan StartPeriod)
{
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(3);
    public const int DefaultFailures = 3;

    public static HealthCheck By(Probe probe) => new(probe, DefaultInterval, DefaultTimeout, DefaultFailures, TimeSpan.Zero);
}

/// <summary>When a process that has been started counts as running: what Kubernetes calls a startup probe.</summary>
/// <param name="Probe">What tells that it is ready; null: that it has lived for the <paramref name="Timeout"/>.</param>
/// <param name="Timeout">By then it is ready, or its start has failed; zero: it may take as long as it likes.</param>
public sealed record Readiness(Probe? Probe, TimeSpan Timeout)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(90);
}
