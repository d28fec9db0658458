using System.Globalization;
using Sentinel.Core.Host;
using Sentinel.Core.Projects;
using Sentinel.Core.Startup;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A process as a service of systemd; see systemd.service(5), systemd.exec(5), systemd.kill(5) and systemd.resource-control(5).</summary>
internal sealed class SystemdService
{
    private readonly Service _service;
    private readonly Conversion _conversion;
    private readonly ProcessSpec _spec;
    private readonly UnitText _unit = new();

    private SystemdService(Service service, Conversion conversion) => (_service, _conversion, _spec) = (service, conversion, service.Spec);

    public static IEnumerable<ExportedFile> Files(Service service, Conversion conversion)
    {
        var environment = new SystemdEnvironment(service, conversion);
        return [new ExportedFile($"{Systemd.TemplateOf(service, conversion)}.service", new SystemdService(service, conversion).Text(environment)), .. environment.Files];
    }

    private string Text(SystemdEnvironment environment)
    {
        _unit.Section("Unit").Add("Description", SystemdQuoting.Text($"{_conversion.Project.Name}/{_service.Process.Name}"));
        _unit.Add("Documentation", _service.TakeUrl() is { } url ? SystemdQuoting.Text(url) : null);
        _unit.Add("PartOf", Systemd.TargetOf(_conversion));
        UnitNeeds.Add(_unit, _service, _conversion, other => Systemd.NeededOf(other, _conversion), IsWaitedFor);
        Attempts();
        _unit.Section("Service");
        Execution();
        environment.AddTo(_unit);
        Restarts();
        Stop();
        Treatment();
        Limits();
        return _unit.ToString();
    }

    // Its unit has started when it says so, or when a command has found so.
    private static bool IsWaitedFor(Service service) => service.Spec.Readiness?.Probe?.Kind is ProbeKind.Notify or ProbeKind.Exec;

    private void Attempts()
    {
        if (_spec.Restart == RestartRule.Never)
            return;
        _service.TakeAll("max-restarts", "restart-window");
        // The first start counts, too. Without a limit, systemd's own would end it.
        _unit.Add("StartLimitIntervalSec", _spec.RestartLimit is { } limit ? UnitText.Seconds(limit.Window) : "0");
        _unit.Add("StartLimitBurst", _spec.RestartLimit?.Restarts + 1);
    }

    private void Execution()
    {
        _service.TakeAll("type", "ready-notify", "before", "secret", "cwd", "instances");
        var isTask = _spec.IsTask;
        var isToldReady = _spec.Readiness?.Probe?.Kind == ProbeKind.Notify;
        _unit.Add("Type", isTask ? "oneshot" : isToldReady ? "notify" : "exec");
        // A unit that remains is not started again.
        _unit.Add("RemainAfterExit", isTask && !SystemdTimer.IsTimed(_service) ? "yes" : null);
        _unit.Add("NotifyAccess", _spec.IsToldBy(ProbeKind.Notify) ? "all" : null);
        // With secrets, the shell that fetches them runs it: it may need them.
        var isApart = _spec.Before is not null && _spec.Secrets.Count == 0;
        if (isApart)
            _unit.Add("ExecStartPre", Line(["/bin/sh", "-c", _spec.Before!]));
        _unit.Add("ExecStart", Line(StartSteps.Around(Located(_spec.Command), _spec.Secrets, isApart ? null : _spec.Before).Arguments));
        if (_service.Take("ready-exec"))
            _unit.Add("ExecStartPost", Line(["/bin/sh", "-c", $"until {_spec.Readiness!.Probe!.Target}; do sleep 0.5; done"]));
        if (IsWaitedFor(_service) || (_spec.Readiness is not null && _service.Has("startup-timeout")))
            Timeout(_spec.Readiness!.Timeout);
        else if (_spec.Before is not null)
            Timeout(TimeSpan.Zero);
        _unit.Add("Sockets", SystemdSockets.UnitsOf(_service, _conversion).ToList() is { Count: > 0 } sockets ? string.Join(' ', sockets) : null);
        try
        {
            _unit.Add("WorkingDirectory", SystemdQuoting.Folder(_spec.WorkingDirectory));
        }
        catch (FormatException e)
        {
            _service.Tell(e.Message);
        }

        if (_service.Take("user") && _spec.Treatment.User!.Split(':') is [var user, .. var group])
            _unit.Add("User", SystemdQuoting.Text(user)).Add("Group", group is [var named] ? SystemdQuoting.Text(named) : null);
        else if (_spec.Secrets.Any(secret => !secret.IsCommand && secret.Source.StartsWith("~/", StringComparison.Ordinal)))
            _unit.Add("Environment", "HOME=%h");
    }

    private void Timeout(TimeSpan time)
    {
        _service.Take("startup-timeout");
        _unit.Add("TimeoutStartSec", time > TimeSpan.Zero ? UnitText.Seconds(time) : "infinity");
    }

    private void Restarts()
    {
        _service.Take("restart");
        var rule = _service.Restart;
        if (rule != RestartRule.Never)
        {
            if (!_service.Take("restart-delay"))
                _service.Tell("restart", "it waits 1 s before each restart: delays that grow (RestartSteps=) need systemd 254");
            _unit.Add("Restart", rule.Word()).Add("RestartSec", _spec.RestartDelay is { } delay ? UnitText.Seconds(delay) : "1");
            _unit.Add("RestartPreventExitStatus", _service.Take("no-restart-codes") ? string.Join(' ', _spec.ExitCodes.Final) : null);
        }

        if (_service.Take("success-codes"))
        {
            _unit.Add("SuccessExitStatus", string.Join(' ', _spec.ExitCodes.Success));
            if (!_spec.ExitCodes.Success.Contains(0))
                _service.Tell("success-codes", "for systemd, 0 is always success");
        }

        if (!_service.Take("health-notify"))
            return;
        _service.TakeAll("health-interval", "health-failures");
        // It may miss all but the last of the messages.
        _unit.Add("WatchdogSec", UnitText.Seconds(_spec.Health!.Interval * _spec.Health.Failures));
    }

    private void Stop()
    {
        _service.TakeAll("stop-timeout", "stop-signal", "stop-mode");
        if (_service.Take("stop-command"))
            _unit.Add("ExecStop", Line(StartSteps.Around(new Command(["/bin/sh", "-c", _spec.Stop.Command!.Text], "", Shell: true), _spec.Secrets, null).Arguments));
        _unit.Add("KillSignal", _spec.Stop.Signal == SignalName.Terminate ? null : SignalName.Of(_spec.Stop.Signal));
        _unit.Add("KillMode", _spec.Stop.Mode == StopMode.Main ? "mixed" : null);
        _unit.Add("TimeoutStopSec", UnitText.Seconds(_spec.Stop.Timeout));
    }

    private void Treatment()
    {
        var treatment = _spec.Treatment;
        _unit.Add("UMask", _service.Take("umask") ? Octal.Of(_spec.Umask) : null);
        _unit.Add("Nice", _service.Take("nice") ? treatment.Nice : null);
        if (_service.Take("ionice") && treatment.IoPriority is { } priority)
            _unit.Add("IOSchedulingClass", priority.Class switch { 1 => "realtime", 2 => "best-effort", _ => "idle" })
                .Add("IOSchedulingPriority", priority.Class == 3 ? null : priority.Level);
        _unit.Add("CPUAffinity", _service.Take("cpu-affinity") ? string.Join(' ', treatment.Cpus!) : null);
        _unit.Add("OOMScoreAdjust", _service.Take("oom-score-adj") ? treatment.OomScoreAdjust : null);
    }

    private void Limits()
    {
        var tree = _spec.Treatment.Tree;
        if (_service.Take("memory-max"))
            _unit.Add("MemoryMax", ByteSize.Words(tree.MemoryBytes!.Value)).Add("OOMPolicy", "kill");
        _unit.Add("CPUQuota", _service.Take("cpu-max") ? $"{tree.CpuPercent}%" : null);
        _unit.Add("TasksMax", _service.Take("pids-max") ? tree.Pids : null);
        _service.Take("limit");
        foreach (var limit in _spec.Treatment.Limits)
            _unit.Add($"Limit{limit.Name.ToUpperInvariant()}", limit.Soft == limit.Hard ? Number(limit.Soft) : $"{Number(limit.Soft)}:{Number(limit.Hard)}");
    }

    // systemd knows the folder only after it has looked for the program.
    private Command Located(Command command) => command.Arguments[0].Contains('/')
        ? command with { Arguments = [Path.GetFullPath(command.Arguments[0], _spec.WorkingDirectory), .. command.Arguments.Skip(1)] } : command;

    private static string Line(IReadOnlyList<string> words) => SystemdQuoting.Line(words);

    private static string Number(ulong value) => value == ResourceLimit.Unlimited ? "infinity" : value.ToString(CultureInfo.InvariantCulture);
}
