using Sentinel.Core.Projects;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A project as a job of Nomad, with a group for each process. What runs to its end is in a second job: a job is of one type.</summary>
internal static class Nomad
{
    private const string Title = "Nomad";
    private const string NotRun = "Not run by Sentinel's tests: written by the manual of Nomad 1.9. Please read it before you use it.";
    private const string AsksPorts = "Nomad has one check for each port of the job, and this is not the one";
    private const string LogFiles = "Nomad keeps the logs, by its own settings";

    private static readonly TimeSpan UsualDelay = TimeSpan.FromSeconds(1);

    public static readonly Engine Engine = new("nomad", Title, RunsImages: true, new NameRule("_-", 63, IsLower: false), new Dictionary<string, string>
    {
        ["nice"] = "Nomad sets no priority of processes",
        ["ionice"] = "Nomad sets no priority for disks",
        ["umask"] = "Nomad sets no mask; the image's program can",
        ["oom-score-adj"] = "Nomad has no such setting for a container",
        ["cpu-max"] = "Nomad counts the CPU in MHz of the machine: set resources.cpu",
        ["success-codes"] = "Nomad takes only 0 for success",
        ["no-restart-codes"] = "Nomad restarts it whatever its exit code is",
        ["stop-command"] = "Nomad stops it by its signal alone",
        ["stop-mode"] = "Nomad sends the signal to the main process alone",
        ["pid-file"] = "the main process of a container has no successor",
        ["max-memory"] = "Nomad does not restart it for its memory; memory-max is a limit",
        ["socket"] = "a task opens its port itself",
        ["on-demand"] = "Nomad starts nothing for a connection",
        ["idle-timeout"] = "Nomad starts nothing for a connection",
        ["watch"] = "Nomad watches no files",
        ["watch-ignore"] = "Nomad watches no files",
        ["watch-then"] = "Nomad watches no files",
        ["watch-no-gitignore"] = "Nomad watches no files",
        ["log-compress"] = LogFiles,
        ["health-exec"] = "only Consul runs checks by command",
        ["health-notify"] = "Nomad listens to no notifications",
        ["health-http"] = AsksPorts,
        ["health-tcp"] = AsksPorts,
        ["ready-http"] = AsksPorts,
        ["ready-tcp"] = AsksPorts,
        ["ready-exec"] = "only Consul runs checks by command",
        ["ready-notify"] = "Nomad listens to no notifications",
        ["ready-log"] = "Nomad reads no logs",
        ["startup-timeout"] = "Nomad waits for its start as long as its job is set to",
        ["needs"] = "Nomad starts all groups of a job at once; until what it needs is there, it has to wait by itself or is started again",
        ["after"] = "Nomad starts all groups of a job at once",
    }, Write);

    private static IEnumerable<ExportedFile> Write(Conversion conversion)
    {
        var files = new List<ExportedFile>();
        foreach (var (name, type, services) in new[]
        {
            (conversion.Name, "service", conversion.Services.Where(service => !service.Ends).ToList()),
            ($"{conversion.Name}-tasks", "batch", conversion.Services.Where(service => service.Ends).ToList()),
        })
            if (services.Count > 0)
                files.Add(new ExportedFile($"{name}.nomad.hcl", Job(name, type, services, conversion)));
        return files;
    }

    private static string Job(string name, string type, List<Service> services, Conversion conversion)
    {
        var hcl = new HclText(NotRun);
        hcl.Block("job", name, () =>
        {
            hcl.Add("type", type);
            if (type == "service")
                hcl.Block("update", null, () =>
                {
                    hcl.Add("max_parallel", 1);
                    hcl.Add("auto_revert", true);
                });
            foreach (var service in services)
            {
                hcl.Block("group", service.Name, () => Group(hcl, service, conversion));
                service.TellRest(Engine);
            }
        });
        return hcl.ToString();
    }

    private static void Group(HclText hcl, Service service, Conversion conversion)
    {
        service.TakeAll(FileKeys.Type, FileKeys.Image, FileKeys.Instances);
        if (!service.IsUsual)
            service.Tell(FileKeys.Profile, $"Nomad has no profiles: it has no instances until 'nomad job scale' gives it {service.Instances}");
        service.Take(FileKeys.Profile);
        hcl.Add("count", service.IsUsual ? service.Instances : 0);
        var ports = service.TakePorts();
        if (service.Instances > 1)
            service.Tell("port", "each instance has a free port of its machine; 'nomad service info' shows which");
        if (ports.Count > 0)
            hcl.Block("network", null, () =>
            {
                foreach (var (port, number) in ports)
                    hcl.Block("port", Label(port), () =>
                    {
                        hcl.Add("to", number);
                        hcl.Add("static", service.Instances > 1 ? null : number);
                    });
            });
        Restart(hcl, service);
        foreach (var (port, number) in ports)
            hcl.Block("service", null, () =>
            {
                hcl.Add("provider", "nomad");
                hcl.Add("name", ports.Count == 1 ? service.Name : $"{service.Name}-{Label(port)}");
                hcl.Add("port", Label(port));
                Check(hcl, service, number);
            });
        hcl.Block("task", service.Name, () => Task(hcl, service, conversion, ports));
    }

    private static void Restart(HclText hcl, Service service)
    {
        var spec = service.Spec;
        service.Take("restart");
        if (service.Restart == RestartRule.OnFailure && !service.Ends)
            service.Tell("restart", "a job of the type service is restarted after success, too");
        if (service.Restart != RestartRule.Never)
            service.TakeAll("max-restarts", "restart-window");
        if (service.Restart != RestartRule.Never && !service.Take("restart-delay"))
            service.Tell("restart", "Nomad has no delays that grow: it waits 1 s before each restart");
        hcl.Block("restart", null, () =>
        {
            hcl.Add("attempts", service.Restart == RestartRule.Never ? 0 : spec.RestartLimit?.Restarts ?? 1);
            hcl.Add("interval", service.Restart == RestartRule.Never ? null : Containers.Time(spec.RestartLimit?.Window ?? UsualDelay * 5));
            hcl.Add("delay", service.Restart == RestartRule.Never ? null : Containers.Time(spec.RestartDelay ?? UsualDelay));
            hcl.Add("mode", service.Restart == RestartRule.Never || spec.RestartLimit is not null ? "fail" : "delay");
        });
    }

    private static void Check(HclText hcl, Service service, int number)
    {
        var (key, probe) = service.Spec switch
        {
            { Health.Probe: { Kind: ProbeKind.Http or ProbeKind.Tcp } health } => ($"health-{health.Kind.Word()}", health),
            { Readiness.Probe: { Kind: ProbeKind.Http or ProbeKind.Tcp } ready } => ($"ready-{ready.Kind.Word()}", ready),
            _ => ("", Probe.Notify),
        };
        if (probe.Kind == ProbeKind.Notify || Containers.Known(service, key, probe) is not { } known)
            return;
        var url = known.Kind == ProbeKind.Http ? known.UrlFor(_ => null) : null;
        // A check asks a port of the job.
        if ((url?.Port ?? known.EndPointFor(_ => null)?.Port) != number)
            return;
        service.Take(key);
        if (key.StartsWith("ready", StringComparison.Ordinal))
            service.Tell(key, "Nomad has one kind of check, so this one goes on as that of its health");
        var times = service.Spec.Health is { } own && key.StartsWith("health", StringComparison.Ordinal) ? own : HealthCheck.By(known);
        hcl.Block("check", null, () =>
        {
            hcl.Add("type", known.Kind.Word());
            hcl.Add("path", url?.PathAndQuery);
            hcl.Add("interval", Containers.Time(times.Interval));
            hcl.Add("timeout", Containers.Time(times.Timeout));
            if (service.Restart == RestartRule.Never || service.Spec.Health is null)
                return;
            service.TakeAll(Service.CheckTimes);
            hcl.Block("check_restart", null, () =>
            {
                hcl.Add("limit", times.Failures);
                hcl.Add("grace", times.StartPeriod > TimeSpan.Zero ? Containers.Time(times.StartPeriod) : null);
            });
        });
    }

    private static void Task(HclText hcl, Service service, Conversion conversion, IReadOnlyList<(PortRequest Port, int Number)> ports)
    {
        Containers.TellOfNeighbours(service, conversion);
        var (spec, tree) = (service.Spec, service.Spec.Treatment.Tree);
        hcl.Add("driver", "docker");
        hcl.Add("user", service.Take("user") ? spec.Treatment.User : null);
        hcl.Add("kill_signal", service.Take("stop-signal") ? SignalName.Of(spec.Stop.Signal) : null);
        service.Take("stop-timeout");
        hcl.Add("kill_timeout", Containers.Time(spec.Stop.Timeout));
        hcl.Block("config", null, () => NomadContainer.Add(hcl, service, conversion, [.. ports.Select(port => Label(port.Port))]));
        foreach (var file in service.Variables.Files)
            service.TellOfFile(file, "Nomad reads no file of this machine: put its variables into env, or into a Nomad variable");
        List<(string, string)> environment = [.. service.Variables.All];
        if (service.Instances > 1)
            service.Tell(FileKeys.Instances, $"an instance learns its number from NOMAD_ALLOC_INDEX, which begins with 0; {Variable.Instance} is not set");
        hcl.Add("env", environment);
        Secrets(hcl, service, conversion);
        hcl.Block("meta", null, () =>
        {
            foreach (var (key, value) in new LabelKeys("sentinel_").Of(service, conversion))
                hcl.Add(key.Replace('-', '_'), ((Yaml.Text)value).Value);
            hcl.Add("sentinel_url", service.TakeUrl());
        });
        if (service.Take("memory-max"))
            hcl.Block("resources", null, () => hcl.Add("memory", (tree.MemoryBytes!.Value + (1024 * 1024) - 1) / (1024 * 1024)));
        if (service.Take("log-max-size") | service.Take("log-backups"))
            hcl.Block("logs", null, () =>
            {
                hcl.Add("max_files", spec.LogLimits.Backups + 1);
                hcl.Add("max_file_size", Math.Max(1, spec.LogLimits.MaxBytes / (1024 * 1024)));
            });
    }

    private static void Secrets(HclText hcl, Service service, Conversion conversion)
    {
        if (service.Spec.Secrets.Count == 0)
            return;
        var path = $"nomad/jobs/{conversion.Name}{(service.Ends ? "-tasks" : "")}/{service.Name}";
        foreach (var secret in service.Spec.Secrets)
            service.TellOf(FileKeys.Secrets, $"{secret.Name}=", $"the Nomad variable {path} has to have {secret.Name}, {Containers.Source(secret)}: 'nomad var put'");
        hcl.Block("template", null, () =>
        {
            hcl.Add("destination", "secrets/sentinel.env");
            hcl.Add("env", true);
            hcl.Add("data", $"{{{{ with nomadVar \"{path}\" }}}}{string.Concat(service.Spec.Secrets.Select(secret => $"{secret.Name}={{{{ .{secret.Name} | toJSON }}}}\n"))}{{{{ end }}}}");
        });
    }

    private static string Label(PortRequest port) => new NameRule("_", 40, IsLower: true, BeginsWithLetter: true).Of(port.Name, new HashSet<string>()).Replace('-', '_');
}
