using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>Tells <c>run</c> when a process is ready, and how to find out whether it is healthy.</summary>
internal sealed class HealthOptionSet
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.1);

    private readonly Option<Probe?> _healthHttp = SharedOptions.Parsed(
        "--health-http", "url", "Healthy while this URL answers 200 to 399; $PORT is its own port", Probe.Http);
    private readonly Option<Probe?> _healthTcp = SharedOptions.Parsed(
        "--health-tcp", "host:port", "Healthy while a TCP connection to this address succeeds", Probe.Tcp);
    private readonly Option<Probe?> _healthExec = SharedOptions.Parsed(
        "--health-exec", "command", "Healthy while this command, run as it is, exits with code 0", Probe.Exec);
    private readonly Option<bool> _healthNotify = SharedOptions.Flag(
        "--health-notify", "Healthy while it sends WATCHDOG=1 at least once per --health-interval (sd_notify)");

    private readonly Option<TimeSpan?> _interval = SharedOptions.Seconds(
        "--health-interval", $"Seconds from one check to the next [default: {HealthCheck.DefaultInterval.TotalSeconds}]");

    private readonly Option<TimeSpan?> _timeout = SharedOptions.Seconds(
        "--health-timeout", $"Seconds an answer may take [default: {HealthCheck.DefaultTimeout.TotalSeconds}]");

    private readonly Option<int?> _failures = SharedOptions.Number(
        "--health-failures", 1, 1000, $"Failures in a row that make it unhealthy; with --restart it is then restarted [default: {HealthCheck.DefaultFailures}]");

    private readonly Option<TimeSpan?> _startPeriod = SharedOptions.Seconds(
        "--health-start-period", "Seconds after its start in which failures do not count, until it is healthy once [default: 0]");

    private readonly Option<Probe?> _readyHttp = SharedOptions.Parsed(
        "--ready-http", "url", "Ready when this URL answers 200 to 399", Probe.Http);
    private readonly Option<Probe?> _readyTcp = SharedOptions.Parsed(
        "--ready-tcp", "host:port", "Ready when a TCP connection to this address succeeds", Probe.Tcp);
    private readonly Option<Probe?> _readyLog = SharedOptions.Parsed(
        "--ready-log", "regex", "Ready when it writes a line that matches", Probe.Log);
    private readonly Option<bool> _readyNotify = SharedOptions.Flag("--ready-notify", "Ready when it sends READY=1 (sd_notify)");

    private readonly Option<bool> _anyListener = SharedOptions.Flag(
        "--any-listener", "Accept an answer from any process, such as a proxy or a container's port; without it, only from the process and what it started");

    private readonly Option<TimeSpan?> _startupTimeout = SharedOptions.Seconds(
        "--startup-timeout",
        "Fail the start if it is not ready (or, without a --ready option, has ended) within this many seconds; 0: no limit "
        + $"[default: {Readiness.DefaultTimeout.TotalSeconds} with a --ready option]");

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var option in new Option[]
        {
            _healthHttp, _healthTcp, _healthExec, _healthNotify, _interval, _timeout, _failures, _startPeriod,
            _readyHttp, _readyTcp, _readyLog, _readyNotify, _anyListener, _startupTimeout,
        })
            command.Options.Add(option);
        command.Check(result =>
        {
            HealthProbe(result);
            ReadyProbe(result);
            foreach (var option in new[] { _interval, _timeout })
                if (result.GetValue(option) is { } time && time < Shortest)
                    throw new FormatException($"{option.Name} takes {Shortest.TotalSeconds} seconds or more");
        });
    }

    public ProcessSpec In(ParseResult result, ProcessSpec spec) => spec with
    {
        Health = HealthOf(result.CommandResult, spec.Health),
        Readiness = ReadinessOf(result.CommandResult, spec.Readiness),
        AnyListener = spec.AnyListener || result.GetValue(_anyListener),
    };

    /// <summary>The option for health checks that is given although there are none; null when there is no such option.</summary>
    public string? IdleIn(CommandResult result, HealthCheck? before) => before is null && HealthProbe(result) is null
        ? new Option[] { _interval, _timeout, _failures, _startPeriod }.FirstOrDefault(option => result.GetResult(option) is not null)?.Name
        : null;

    private HealthCheck? HealthOf(CommandResult result, HealthCheck? before)
    {
        var check = HealthProbe(result) is { } probe ? (before ?? HealthCheck.By(probe)) with { Probe = probe } : before;
        return check is null ? null : check with
        {
            Interval = result.GetValue(_interval) ?? check.Interval,
            Timeout = result.GetValue(_timeout) ?? check.Timeout,
            Failures = result.GetValue(_failures) ?? check.Failures,
            StartPeriod = result.GetValue(_startPeriod) ?? check.StartPeriod,
        };
    }

    private Readiness? ReadinessOf(CommandResult result, Readiness? before)
    {
        var (probe, timeout) = (ReadyProbe(result) ?? before?.Probe, result.GetValue(_startupTimeout) ?? before?.Timeout);
        return probe is not null ? new Readiness(probe, timeout ?? Readiness.DefaultTimeout)
            : timeout is { } limit && limit > TimeSpan.Zero ? new Readiness(null, limit)
            : null;
    }

    private Probe? HealthProbe(CommandResult result) => OnlyOne(result, [_healthHttp, _healthTcp, _healthExec], _healthNotify);

    private Probe? ReadyProbe(CommandResult result) => OnlyOne(result, [_readyHttp, _readyTcp, _readyLog], _readyNotify);

    private static Probe? OnlyOne(CommandResult result, Option<Probe?>[] asking, Option<bool> notify)
    {
        var given = asking.Select(option => (option.Name, Probe: result.GetValue(option)))
            .Append((notify.Name, Probe: result.GetValue(notify) ? Probe.Notify : null))
            .Where(option => option.Probe is not null)
            .ToList();
        return given.Count > 1
            ? throw new FormatException($"{given[0].Name} and {given[1].Name} check the same thing; use one of them")
            : given.FirstOrDefault().Probe;
    }
}
