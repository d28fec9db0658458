using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>When a process is ready, and how to find out whether it is healthy.</summary>
internal static class HealthFields
{
    private const string Health = "health", Ready = "ready";
    private const double Shortest = 0.1;

    public static readonly SpecField[] All =
    [
        HealthBy(ProbeKind.Http, FieldShape.Text, "url", "Healthy while this URL answers 200 to 399; $PORT is its own port", Probe.Http),
        HealthBy(ProbeKind.Tcp, FieldShape.Text, "host:port", "Healthy while a TCP connection to this address succeeds", Probe.Tcp),
        HealthBy(ProbeKind.Exec, FieldShape.Text, "command", "Healthy while this command, run as it is, exits with code 0", Probe.Exec),
        HealthBy(ProbeKind.Notify, FieldShape.Flag, "", "Healthy while it sends WATCHDOG=1 at least once per --health-interval (sd_notify)", _ => Probe.Notify),
        new("health-interval", FieldShape.Number, "seconds", $"Seconds from one check to the next [default: {HealthCheck.DefaultInterval.TotalSeconds}]")
        {
            Get = Checked(health => FieldTexts.Unless(health.Interval, HealthCheck.DefaultInterval, time => FieldTexts.Of(time))),
            Set = (spec, value) => WithHealth(spec, value, health => health with { Interval = value.Seconds(Shortest) ?? HealthCheck.DefaultInterval }),
            IsAtOnce = IsAsked,
        },
        new("health-timeout", FieldShape.Number, "seconds", $"Seconds an answer may take [default: {HealthCheck.DefaultTimeout.TotalSeconds}]")
        {
            Get = Checked(health => FieldTexts.Unless(health.Timeout, HealthCheck.DefaultTimeout, time => FieldTexts.Of(time))),
            Set = (spec, value) => WithHealth(spec, value, health => health with { Timeout = value.Seconds(Shortest) ?? HealthCheck.DefaultTimeout }),
            IsAtOnce = IsAsked,
        },
        new("health-failures", FieldShape.Number, "number",
            $"Failures in a row that make it unhealthy; with --restart it is then restarted [default: {HealthCheck.DefaultFailures}]")
        {
            Get = Checked(health => FieldTexts.Unless(health.Failures, HealthCheck.DefaultFailures, failures => FieldTexts.Of(failures))),
            Set = (spec, value) => WithHealth(spec, value, health => health with { Failures = value.Number(1, 1000) ?? HealthCheck.DefaultFailures }),
            IsAtOnce = IsAsked,
        },
        new("health-start-period", FieldShape.Number, "seconds",
            "Seconds after its start in which failures do not count, until it is healthy once [default: 0]")
        {
            Get = Checked(health => FieldTexts.Unless(health.StartPeriod, TimeSpan.Zero, time => FieldTexts.Of(time))),
            Set = (spec, value) => WithHealth(spec, value, health => health with { StartPeriod = value.Seconds() ?? TimeSpan.Zero }),
            IsAtOnce = IsAsked,
        },
        ReadyBy(ProbeKind.Http, FieldShape.Text, "url", "Ready when this URL answers 200 to 399", Probe.Http),
        ReadyBy(ProbeKind.Tcp, FieldShape.Text, "host:port", "Ready when a TCP connection to this address succeeds", Probe.Tcp),
        ReadyBy(ProbeKind.Exec, FieldShape.Text, "command", "Ready when this command, run as it is, exits with code 0", Probe.Exec),
        ReadyBy(ProbeKind.Log, FieldShape.Text, "regex", "Ready when it writes a line that matches", Probe.Log),
        ReadyBy(ProbeKind.Notify, FieldShape.Flag, "", "Ready when it sends READY=1 (sd_notify)", _ => Probe.Notify),
        new("any-listener", FieldShape.Flag, "",
            "Accept an answer from any process, such as a proxy or a container's port; without it, only from the process and what it started")
        {
            Get = spec => FieldTexts.Of(spec.AnyListener),
            Set = (spec, value) => spec with { AnyListener = value.Flag },
            IsAtOnce = SpecField.Always,
        },
        new("startup-timeout", FieldShape.Number, "seconds",
            "Fail the start if it is not ready (or, without a --ready option, has ended) within this many seconds; 0: no limit "
            + $"[default: {Readiness.DefaultTimeout.TotalSeconds} with a --ready option]")
        {
            Get = spec => spec.Readiness is not { } readiness ? []
                : FieldTexts.Unless(readiness.Timeout, readiness.Probe is null ? TimeSpan.Zero : Readiness.DefaultTimeout, time => FieldTexts.Of(time)),
            Set = (spec, value) => spec with { Readiness = Within(spec.Readiness?.Probe, value.Seconds()) },
        },
    ];

    private static Readiness? Within(Probe? probe, TimeSpan? time) =>
        probe is not null ? new Readiness(probe, time ?? Readiness.DefaultTimeout)
        : time is { } limit && limit > TimeSpan.Zero ? new Readiness(null, limit)
        : null;

    private static SpecField HealthBy(ProbeKind kind, FieldShape shape, string value, string help, Func<string, Probe> parse) =>
        new($"{Health}-{kind.Word()}", shape, value, help)
        {
            Heading = kind == ProbeKind.Http ? "Health and readiness" : null,
            Get = spec => TextOf(spec.Health?.Probe, kind),
            Set = (spec, given) => given.Text is { } text ? spec with { Health = spec.Health is { } health ? health with { Probe = parse(text) } : HealthCheck.By(parse(text)) }
                : spec.Health?.Probe.Kind == kind ? spec with { Health = null } : spec,
            Choice = Health,
            IsAtOnce = IsAsked,
        };

    private static SpecField ReadyBy(ProbeKind kind, FieldShape shape, string value, string help, Func<string, Probe> parse) =>
        new($"{Ready}-{kind.Word()}", shape, value, help)
        {
            Get = spec => TextOf(spec.Readiness?.Probe, kind),
            Set = (spec, given) => given.Text is { } text ? spec with { Readiness = Within(parse(text), spec.Readiness?.Timeout) }
                : spec.Readiness?.Probe?.Kind == kind ? spec with { Readiness = null } : spec,
            Choice = Ready,
        };

    private static string[] TextOf(Probe? probe, ProbeKind kind) =>
        probe?.Kind != kind ? [] : kind == ProbeKind.Notify ? [SpecField.True] : [probe.Target];

    private static Func<ProcessSpec, IReadOnlyList<string>> Checked(Func<HealthCheck, string[]> get) =>
        spec => spec.Health is { } health ? get(health) : [];

    private static ProcessSpec WithHealth(ProcessSpec spec, FieldValue value, Func<HealthCheck, HealthCheck> change) =>
        spec.Health is { } health ? spec with { Health = change(health) }
        : value.IsGiven ? throw new FormatException($"--{value.Key} needs a health check: --health-http, --health-tcp, --health-exec or --health-notify")
        : spec;

    // A process that reports its health itself has to know that it should.
    private static bool IsAsked(ProcessSpec before, ProcessSpec after) => after.Health?.Probe.Kind != ProbeKind.Notify;
}
