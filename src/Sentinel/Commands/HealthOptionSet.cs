using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>How <c>run</c> is told when a process is ready, and how to find out whether it is healthy.</summary>
internal sealed class HealthOptionSet
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.1);

    private readonly Option<Probe?> _healthHttp = SharedOptions.Parsed(
        "--health-http", "url", "It is healthy while this answers 200 to 399; $PORT is its own", Probe.Http);
    private readonly Option<Probe?> _healthTcp = SharedOptions.Parsed(
        "--health-tcp", "host:port", "It is healthy while this lets one connect", Probe.Tcp);
    private readonly Option<Probe?> _healthExec = SharedOptions.Parsed(
        "--health-exec", "command", "It is healthy while this, run as it is, ends with code 0", Probe.Exec);
    private readonly Option<bool> _healthNotify = SharedOptions.Flag(
        "--health-notify", "It is healthy while it says WATCHDOG=1 at least once in the --health-interval (sd_notify)");

    private readonly Option<TimeSpan?> _interval = SharedOptions.Seconds(
        "--health-interval", $"How many seconds from one check to the next [default: {HealthCheck.DefaultInterval.TotalSeconds}]");

    private readonly Option<TimeSpan?> _timeout = SharedOptions.Seconds(
        "--health-timeout", $"How many seconds an answer may take [default: {HealthCheck.DefaultTimeout.TotalSeconds}]");

    private readonly Option<int?> _failures = SharedOptions.Number(
        "--health-failures", 1, 1000, $"How many failures in a row make it unhealthy; with --restart it is then restarted [default: {HealthCheck.DefaultFailures}]");

    private readonly Option<TimeSpan?> _startPeriod = SharedOptions.Seconds(
        "--health-start-period", "How many seconds after its start failures do not count, until it is healthy once [default: 0]");

    private readonly Option<Probe?> _readyHttp = SharedOptions.Parsed(
        "--ready-http", "url", "It is ready when this answers 200 to 399", Probe.Http);
    private readonly Option<Probe?> _readyTcp = SharedOptions.Parsed(
        "--ready-tcp", "host:port", "It is ready when this lets one connect", Probe.Tcp);
    private readonly Option<Probe?> _readyLog = SharedOptions.Parsed(
        "--ready-log", "regex", "It is ready when it writes a line that matches", Probe.Log);
    private readonly Option<bool> _readyNotify = SharedOptions.Flag("--ready-notify", "It is ready when it says READY=1 (sd_notify)");

    private readonly Option<bool> _anyListener = SharedOptions.Flag(
        "--any-listener", "An answer counts whoever gives it: a proxy, a container's port; without it, only one of the process and what it started");

    private readonly Option<TimeSpan?> _startupTimeout = SharedOptions.Seconds(
        "--startup-timeout",
        "Within so many seconds it is ready, or, without a --ready option, has not ended: else its start has failed; 0: no limit "
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

    /// <summary>What is said of checks although there are none; null when there is nothing.</summary>
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
            ? throw new FormatException($"{given[0].Name} and {given[1].Name} are two ways to find out the same; use one of them")
            : given.FirstOrDefault().Probe;
    }
}
