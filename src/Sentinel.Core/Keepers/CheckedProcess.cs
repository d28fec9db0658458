using System.Net;
using Sentinel.Core.Checks;
using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>One process that is checked, or that reports how it is.</summary>
internal sealed class CheckedProcess : IDisposable
{
    // What it says about itself is written to the state no more often.
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    private readonly HealthTools _tools;
    private readonly Answerers.Of _answerers;
    private readonly List<IDisposable> _readying = [];
    private readonly ConditionWatch _conditions;
    private ProcessRecord _record;
    private ProcessIdentity? _main;
    private bool _hasBegun;
    private DateTimeOffset? _begun;
    private IDisposable? _ear;
    private string? _heard;
    private bool _hasDoubted;
    private IDisposable? _examining;
    private IDisposable? _saying;
    private string? _says;
    private string? _notReadyWhy;
    private bool _isOverdue;
    private string? _stranger;
    private HealthTally _tally;
    private bool _hasPinged;

    public CheckedProcess(HealthTools tools, ProcessRecord record)
    {
        (_tools, _record, _answerers) = (tools, record, tools.Answerers.ForOne());
        _conditions = new ConditionWatch(tools, (probe, then) => Ask(probe, HealthCheck.DefaultTimeout, then, needsSecrets: false), condition => Tell(new ProcessEvent.Met(condition)));
    }

    /// <summary>Notes what has become of the process.</summary>
    /// <param name="wanted">The conditions that others wait for.</param>
    public void Follow(ProcessRecord record, IEnumerable<Condition> wanted)
    {
        var before = _record;
        _record = record;
        if (record.Spec.IsToldBy(ProbeKind.Notify))
            Listen();
        var run = record.State as RunState.Running;
        if (run?.Identity != _main)
        {
            Rest();
            _main = run?.Identity;
            (_hasPinged, _hasDoubted, _hasBegun, _begun) = (false, false, run?.IsReady != false || !record.Spec.HasSteps, null);
        }
        else if (before.Readiness != record.Readiness || before.Spec.Health != record.Spec.Health
            || before.Spec.AnyListener != record.Spec.AnyListener)
            Rest();

        if (run is { IsReady: false } && _readying.Count == 0)
            BeginReadying(run);
        else if (run is { IsReady: true })
        {
            StopReadying();
            if (_examining is null)
                BeginExamining(run);
        }

        _conditions.Follow(record, _hasBegun ? wanted : []);
    }

    public void Dispose()
    {
        Rest();
        _conditions.Dispose();
        _ear?.Dispose();
        _saying?.Dispose();
    }

    private void Rest()
    {
        StopReadying();
        _examining?.Dispose();
        _examining = null;
    }

    private void StopReadying()
    {
        _readying.ForEach(waiting => waiting.Dispose());
        _readying.Clear();
    }

    private void BeginReadying(RunState.Running run)
    {
        if (!_hasBegun)
        {
            AwaitSteps();
            return;
        }

        var readiness = _record.Readiness;
        (_notReadyWhy, _isOverdue) = (null, false);
        switch (readiness?.Probe)
        {
            case { Kind: ProbeKind.Notify }:
                _notReadyWhy = "it has not said READY=1";
                break;
            case { Kind: ProbeKind.Log } probe:
                _notReadyWhy = $"nothing written matches '{probe.Target}'";
                _readying.AddRange(_tools.WhenWritten(_record, run, probe.Target, () => Tell(new ProcessEvent.Ready())));
                break;
            case { } probe:
                AskWhetherReady(probe);
                break;
        }

        if (readiness is not { Timeout: var timeout } || timeout <= TimeSpan.Zero)
            return;
        var left = (_begun ?? run.Since) + timeout - _tools.Time.GetUtcNow();
        // A process that nobody has probed until now may well be ready: the first answer decides.
        _isOverdue = left <= TimeSpan.Zero && readiness.Probe is not null && _notReadyWhy is null;
        if (!_isOverdue)
            _readying.Add(_tools.Loop.After(left, () => TimeIsUp(readiness)));
    }

    // Its time to become ready begins with its own command. Nothing tells of that moment.
    private void AwaitSteps() => _readying.Add(new Repeated(
        _tools.Loop,
        then => _tools.Loop.After(TimeSpan.Zero, () =>
        {
            var areUnderWay = _main is { } main && StartSteps.AreUnderWay(_tools.Answerers.Table, main.Pid);
            then(!areUnderWay);
            if (!areUnderWay)
                return;
            _begun = _tools.Time.GetUtcNow();
            Impede(_record.Spec.Before is { } before ? $"'{before}', which runs before it, has not ended" : "its secrets are being fetched");
        }),
        Begun));

    private void Begun()
    {
        _hasBegun = true;
        StopReadying();
        if (_record.Readiness is null)
            Tell(new ProcessEvent.Ready());
        else if (_record.State is RunState.Running { IsReady: false } run)
        {
            BeginReadying(run);
            Impede(null);
        }
    }

    private void Impede(string? why)
    {
        if (_record.State is RunState.Running { IsReady: false } run && run.Impediment != why)
            Tell(new ProcessEvent.Impeded(why));
    }

    private void TimeIsUp(Readiness readiness) => Tell(readiness.Probe is null
        ? new ProcessEvent.Ready()
        : new ProcessEvent.NotReady(
            $"it was not ready after {readiness.Timeout.TotalSeconds:0.###} s{(_notReadyWhy is null ? "" : $": {_notReadyWhy}")}"));

    private void AskWhetherReady(Probe probe) => _readying.Add(new Repeated(
        _tools.Loop,
        then => Ask(probe, HealthCheck.DefaultTimeout, why =>
        {
            _notReadyWhy = why;
            if (why is not null && _isOverdue)
            {
                TimeIsUp(_record.Readiness!);
                return;
            }

            then(why is null);
            if (why is not null)
                Impede(_stranger);
        }),
        () => Tell(new ProcessEvent.Ready())));

    private void BeginExamining(RunState.Running run)
    {
        if (_record.Spec.Health is not { } check)
            return;
        _tally = new HealthTally(0, HasPassed: run.Health is { IsHealthy: true });
        WaitToExamine(check);
    }

    private void WaitToExamine(HealthCheck check) =>
        _examining = _tools.Loop.After(_tally.Delay(check, _tools.Random.NextDouble()), () => Examine(check));

    private void Examine(HealthCheck check)
    {
        if (check.Probe.Kind != ProbeKind.Notify)
            _examining = Ask(check.Probe, check.Timeout, why => Examined(check, why));
        else
        {
            var why = _hasPinged ? null : $"it has not said WATCHDOG=1 for {check.Interval.TotalSeconds:0.###} s";
            _hasPinged = false;
            Examined(check, why);
        }
    }

    private void Examined(HealthCheck check, string? why)
    {
        if (_record.State is not RunState.Running run)
            return;
        _tools.Checks.Count(_record.Id, why is null ? CheckResult.Passed : CheckResult.Failed);
        _tally = _tally.After(why is null, check, _tools.Time.GetUtcNow() - run.Since);
        WaitToExamine(check);
        if (_tally.IsHealthy(check) is { } isHealthy && isHealthy != run.Health?.IsHealthy)
            Tell(new ProcessEvent.Examined(isHealthy, why));
    }

    // A secret is fetched each time: that may take long.
    private IDisposable Ask(Probe probe, TimeSpan timeout, Action<string?> then, bool needsSecrets = true)
    {
        _stranger = null;
        try
        {
            var launch = _tools.LaunchOf(_record);
            return _tools.Probes.Ask(probe, needsSecrets ? launch : launch with { Secrets = [] }, timeout, Judge, then);
        }
        catch (Exception e) when (e is EnvironmentException or SpawnException or IOException)
        {
            return _tools.Loop.After(TimeSpan.Zero, () => then(e.Message));
        }
    }

    private string? Judge(IPEndPoint address) => _stranger = _record.Spec.AnyListener ? null : _answerers.WhyNot(_record, address);

    // Each run reports to an address of its own.
    private void Listen()
    {
        if (_heard == _record.RunCookie)
            return;
        _heard = _record.RunCookie;
        _ear?.Dispose();
        _ear = null;
        try
        {
            var address = NotifyAddress.Of(_record, _tools.Home, _tools.LaunchOf(_record).Account);
            _ear = _tools.Probes.Listen(address, () => TreeRoot.OfRun(_record), Hear, Doubt);
        }
        catch (Exception e) when (e is EnvironmentException or SpawnException or IOException or UnauthorizedAccessException)
        {
            _tools.Warn($"{_record.Spec.Name}: its notifications cannot be received: {e.Message}");
        }
    }

    // Once for each run: whoever sends one message sends many.
    private void Doubt(int pid)
    {
        if (!_hasDoubted)
            _tools.Warn($"{_record.Spec.Name}: a notification from pid {pid} is not believed: it is not a process of {_record.Spec.Name}");
        _hasDoubted = true;
    }

    private void Hear(string message)
    {
        foreach (var (name, value) in Notification.Parse(message))
            switch (name, value)
            {
                case ("READY", "1") when _record is { Spec.Readiness.Probe.Kind: ProbeKind.Notify, State: RunState.Running { IsReady: false } }:
                    Tell(new ProcessEvent.Ready());
                    break;
                case ("WATCHDOG", "1"):
                    _hasPinged = true;
                    break;
                case ("WATCHDOG", "trigger") when _record is { Spec.Health.Probe.Kind: ProbeKind.Notify, State: RunState.Running }:
                    _tools.Checks.Count(_record.Id, CheckResult.Failed);
                    Tell(new ProcessEvent.Examined(false, "it says so itself (WATCHDOG=trigger)"));
                    break;
                case ("STATUS", _):
                    _says = value;
                    if (_saying is null)
                        Say();
                    break;
            }
    }

    private void Say()
    {
        _saying = null;
        if (_record.State is not RunState.Running run || run.Says == _says)
            return;
        _saying = _tools.Loop.After(StatusInterval, Say);
        Tell(new ProcessEvent.Said(_says!));
    }

    private void Tell(ProcessEvent happened)
    {
        if (_record.State is RunState.Running)
            _tools.Tell(_record, happened);
    }
}
