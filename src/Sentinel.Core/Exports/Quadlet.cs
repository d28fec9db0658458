using System.Globalization;
using Sentinel.Core.Projects;
using Sentinel.Core.Startup;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A project as files of Podman's Quadlet: a container for each process, in a network of the project; see podman-systemd.unit(5).</summary>
internal static class Quadlet
{
    private const string Title = "Podman";
    private const string NotRun = "Not run by Sentinel's tests: written by the manual of Podman 5. Please read it before you use it.";

    public static readonly Engine Engine = new("quadlet", Title, RunsImages: true, new NameRule("_.-", 60, IsLower: false), new Dictionary<string, string>
    {
        ["nice"] = "Podman sets no priority for a container of a unit",
        ["ionice"] = "Podman sets no priority for disks",
        ["stop-command"] = "Podman stops it by its signal alone",
        ["stop-mode"] = "Podman sends the signal to the main process alone",
        ["success-codes"] = "Podman passes the code on, and only 0 is success",
        ["stdin"] = "a unit reads /dev/null",
        ["tty"] = "a unit has no terminal that one could attach to",
        ["pid-file"] = "the main process of a container has no successor",
        ["max-memory"] = "Podman does not restart it for its memory; memory-max is a limit",
        ["socket"] = "a container opens its port itself",
        ["on-demand"] = "a container is started before anybody connects",
        ["idle-timeout"] = "a container is started before anybody connects",
        ["watch"] = "Podman watches no files",
        ["watch-ignore"] = "Podman watches no files",
        ["watch-then"] = "Podman watches no files",
        ["watch-no-gitignore"] = "Podman watches no files",
        ["log-max-size"] = "journald keeps the logs, by its own settings",
        ["log-backups"] = "journald keeps the logs, by its own settings",
        ["log-compress"] = "journald keeps the logs, by its own settings",
        ["health-notify"] = "Podman's watchdog is systemd's, and it passes on no messages to it",
        ["ready-log"] = "Podman reads no logs",
        ["startup-timeout"] = "systemd waits for its start as long as it is set to",
    }, Write);

    private static string BaseOf(Service service, Conversion conversion) => $"{conversion.Name}-{service.Name}";

    private static IEnumerable<string> UnitsOf(Service service, Conversion conversion) => UnitNeeds.UnitsOf(service, BaseOf(service, conversion));

    private static IEnumerable<ExportedFile> Write(Conversion conversion)
    {
        // The names of containers are hosts in a network that is no default one.
        var files = new List<ExportedFile> { new($"{conversion.Name}.network", new UnitText(NotRun).Section("Network").Add("NetworkName", conversion.Name).ToString()) };
        foreach (var service in conversion.Services)
        {
            files.Add(new ExportedFile($"{UnitNeeds.TemplateOf(service, BaseOf(service, conversion))}.container", Of(service, conversion)));
            service.TellRest(Engine);
        }

        return files;
    }

    private static string Of(Service service, Conversion conversion)
    {
        var unit = new UnitText(NotRun).Section("Unit").Add("Description", SystemdQuoting.Text($"{conversion.Project.Name}/{service.Process.Name}"));
        UnitNeeds.Add(unit, service, conversion, other => UnitsOf(other, conversion), other => other.Spec.Readiness?.Probe?.Kind == ProbeKind.Notify);
        var limit = service.Spec.RestartLimit;
        if (service.Take("max-restarts"))
            unit.Add("StartLimitIntervalSec", Seconds(limit!.Window)).Add("StartLimitBurst", limit.Restarts + 1);
        service.Take("restart-window");
        unit.Section("Container");
        Container(unit, service, conversion);
        unit.Section("Service");
        Run(unit, service);
        unit.Section("Install");
        if (service.Take(FileKeys.Instances) && service.Instances > 1)
            unit.Add("DefaultInstance", 1);
        if (!service.IsUsual)
            service.Tell(FileKeys.Profile, $"systemd has no profiles: 'systemctl start' starts {string.Join(' ', UnitsOf(service, conversion))}, and nothing else does");
        service.Take(FileKeys.Profile);
        if (service.Instances > 1)
            service.Tell(FileKeys.Instances, $"only the first is started at boot; 'systemctl start {BaseOf(service, conversion)}@2' starts another one");
        return unit.Add("WantedBy", service.IsUsual ? "default.target" : null).ToString();
    }

    private static void Container(UnitText unit, Service service, Conversion conversion)
    {
        Containers.TellOfNeighbours(service, conversion);
        var (spec, treatment) = (service.Spec, service.Spec.Treatment);
        service.TakeAll(FileKeys.Image, FileKeys.Type, "log-pipe", "ready-notify");
        var words = Containers.Words(service, []);
        unit.Add("ContainerName", $"{BaseOf(service, conversion)}{(service.Instances > 1 ? "-%i" : "")}");
        unit.Add("Image", SystemdQuoting.Text(service.Image));
        unit.Add("Entrypoint", SystemdQuoting.Text(words[0])).Add("Exec", words.Count > 1 ? SystemdQuoting.Line(words.Skip(1)) : null);
        unit.Add("Network", $"{conversion.Name}.network").Add("NetworkAlias", service.Name);
        unit.Add("WorkingDir", Containers.Folder(service, conversion) is { } folder ? SystemdQuoting.Text(folder) : null);
        if (service.Take("user") && treatment.User!.Split(':') is [var user, .. var group])
            unit.Add("User", SystemdQuoting.Text(user)).Add("Group", group is [var named] ? SystemdQuoting.Text(named) : null);
        foreach (var file in service.Variables.Files)
        {
            if (file.IsOptional)
                service.TellOfFile(file, "Podman takes no file that may be missing, so it is left out");
            else
                unit.Add("EnvironmentFile", SystemdQuoting.Text(file.Path));
        }

        foreach (var (name, value) in service.Variables.All)
            unit.Add("Environment", $"\"{name}={SystemdQuoting.Value(value)}\"");
        if (service.Instances > 1)
            unit.Add("Environment", $"{Variable.Instance}=%i");
        foreach (var secret in spec.Secrets)
        {
            var name = $"{BaseOf(service, conversion)}-{secret.Name}";
            service.TellOf(FileKeys.Secrets, $"{secret.Name}=", $"the secret {name} has to be there first, {Containers.Source(secret)}: 'podman secret create'");
            unit.Add("Secret", $"{name},type=env,target={secret.Name}");
        }

        foreach (var (_, number) in service.TakePorts())
            unit.Add("PublishPort", service.Instances > 1 ? $"{number}" : $"{number}:{number}");
        if (service.Instances > 1)
            service.Tell("port", "each instance has a free port of the machine; 'podman ps' shows which");
        Check(unit, service);
        unit.Add("StopSignal", service.Take("stop-signal") ? SignalName.Of(spec.Stop.Signal) : null);
        unit.Add("StopTimeout", service.Take("stop-timeout") ? (long)Math.Ceiling(spec.Stop.Timeout.TotalSeconds) : null);
        unit.Add("PidsLimit", service.Take("pids-max") ? treatment.Tree.Pids : null);
        service.Take("limit");
        foreach (var one in treatment.Limits)
            unit.Add("Ulimit", $"{one.Name}={Containers.Limit(one.Soft)}:{Containers.Limit(one.Hard)}");
        PodmanArguments(unit, service);
        foreach (var (key, value) in Containers.Dotted.Of(service, conversion))
            unit.Add("Label", $"{key}={((Yaml.Text)value).Value}");
        unit.Add("Label", service.TakeUrl() is { } url ? $"\"sentinel.url={SystemdQuoting.Value(url)}\"" : null);
        unit.Add("Notify", spec.Readiness?.Probe?.Kind == ProbeKind.Notify ? "true" : null);
    }

    private static void Check(UnitText unit, Service service)
    {
        if (DockerCheck.Of(service, Title) is not { } check)
            return;
        // Podman takes a line for a shell.
        var line = check.Test is ["CMD-SHELL", var written] ? written : string.Join(' ', check.Test.Skip(1).Select(ShellWords.Quote));
        unit.Add("HealthCmd", SystemdQuoting.Text(line)).Add("HealthInterval", Containers.Time(check.Interval)).Add("HealthTimeout", Containers.Time(check.Timeout))
            .Add("HealthRetries", check.Failures).Add("HealthStartPeriod", check.StartPeriod > TimeSpan.Zero ? Containers.Time(check.StartPeriod) : null)
            .Add("HealthOnFailure", service.Spec.Restart == RestartRule.Never ? null : "kill");
    }

    // What has no key of its own.
    private static void PodmanArguments(UnitText unit, Service service)
    {
        var treatment = service.Spec.Treatment;
        if (service.Take("memory-max"))
            unit.Add("PodmanArgs", $"--memory={treatment.Tree.MemoryBytes}");
        if (service.Take("cpu-max"))
            unit.Add("PodmanArgs", $"--cpus={Containers.Cpus(treatment.Tree)}");
        if (service.Take("cpu-affinity"))
            unit.Add("PodmanArgs", $"--cpuset-cpus={string.Join(',', treatment.Cpus!)}");
        if (service.Take("oom-score-adj"))
            unit.Add("PodmanArgs", $"--oom-score-adj={treatment.OomScoreAdjust}");
        if (service.Take("umask"))
            unit.Add("PodmanArgs", $"--umask={Octal.Of(service.Spec.Umask)}");
    }

    private static void Run(UnitText unit, Service service)
    {
        var spec = service.Spec;
        service.Take("restart");
        unit.Add("Type", spec.IsTask ? "oneshot" : null).Add("RemainAfterExit", spec.IsTask ? "yes" : null);
        if (spec.Restart == RestartRule.Never)
            return;
        if (!service.Take("restart-delay"))
            service.Tell("restart", "it waits 1 s before each restart: delays that grow (RestartSteps=) need systemd 254");
        unit.Add("Restart", service.Restart.Word()).Add("RestartSec", spec.RestartDelay is { } delay ? Seconds(delay) : "1");
        unit.Add("RestartPreventExitStatus", service.Take("no-restart-codes") ? string.Join(' ', spec.ExitCodes.Final) : null);
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
