using System.Globalization;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A project as a stack of Docker Swarm: a compose file of version 3.8, of which docker refuses what it does not know.</summary>
internal static class Swarm
{
    private const string Title = "Docker Swarm", FirstStart = "start-first", FirstStop = "stop-first";

    // In place of delays that grow.
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public static readonly Engine Engine = new("swarm", Title, RunsImages: true, new NameRule("_-", 40, IsLower: true), new Dictionary<string, string>(DockerService.Whys)
    {
        ["cpu-affinity"] = "a Swarm chooses the machine, and no CPUs of it",
        ["oom-score-adj"] = "a service of a Swarm has no such score",
        ["pids-max"] = "a stack file of version 3.8 has no limit of processes; 'docker service update --limit-pids' sets one",
        ["needs"] = "a Swarm starts all services at once; until what it needs is there, it has to wait by itself or is started again",
        ["after"] = "a Swarm starts all services at once",
    }, Write, TakesHostFiles: true);

    // What docker calls the network of a machine.
    private const string HostNetwork = "host";

    private static IEnumerable<ExportedFile> Write(Conversion conversion)
    {
        var (services, secrets) = (new Yaml.Table(), new Yaml.Table());
        foreach (var service in conversion.Services)
        {
            services.Add(service.Name, Of(service, conversion));
            foreach (var (secret, value) in service.Secrets)
            {
                var name = SecretName(service, secret, value, conversion);
                secrets.Add(name, new Yaml.Table { { "external", true } });
                if (value is null)
                    service.NeededSecrets.Add(name);
                else
                    conversion.Secrets.Add(new ExportedSecret(name, service.Name, [(secret.Name, value)]));
            }

            service.TellRest(Engine);
        }

        return [new ExportedFile("stack.yaml", YamlWriter.Of(new Yaml.Table { { "version", "3.8" }, { "services", services }, { "networks", Networks(conversion) }, { "secrets", secrets } }, DockerService.Escaped))];
    }

    private static Yaml.Table Of(Service service, Conversion conversion)
    {
        var table = DockerService.Of(service, conversion, EnvironmentFiles(service), Untemplated, service.Take(FileKeys.Instances) ? "{{.Task.Slot}}" : null);
        service.Take(FileKeys.Secrets);
        foreach (var (secret, value) in service.Secrets.Where(one => one.Value is null))
            service.TellOf(FileKeys.Secrets, $"{secret.Name}=", $"the secret {SecretName(service, secret, value, conversion)} has to be there first, {Containers.Source(secret)}: 'docker secret create'");
        table.Add("secrets", new Yaml.List([.. service.Secrets.Select(one =>
            new Yaml.Table { { "source", SecretName(service, one.Secret, one.Value, conversion) }, { "target", one.Secret.Name } })]));
        var ports = service.TakePorts();
        if (service.Instances > 1)
            service.Tell("port", service.HasHostFiles
                ? "a machine has one port of a number, so each instance is on a machine of its own" : "each instance has a free port of its machine; 'docker service ps' and 'docker inspect' show which");
        if (service.HasHostFiles)
            table.Add("networks", Yaml.List.Of([HostNetwork]));
        table.Add("ports", service.HasHostFiles ? null : new Yaml.List([.. ports.Select(port => new Yaml.Table
        {
            { "target", port.Number },
            { "published", service.Instances > 1 ? null : port.Number },
            { "mode", "host" },
        })]));
        table.Add("healthcheck", DockerCheck.Of(service, Title)?.Table());
        table.Add("deploy", Deploy(service, conversion, ports.Count > 0));
        service.TakeAll(FileKeys.Image, FileKeys.Type);
        return table;
    }

    private static Yaml.Table Deploy(Service service, Conversion conversion, bool holdsPort)
    {
        var tree = service.Spec.Treatment.Tree;
        if (!service.IsUsual)
            service.Tell(FileKeys.Profile, $"a Swarm has no profiles: it has no replicas until 'docker service scale {conversion.Name}_{service.Name}={service.Instances}'");
        service.Take(FileKeys.Profile);
        // A machine has one port of a number: the old one has to give it up.
        var order = holdsPort && (service.Instances == 1 || service.HasHostFiles) ? FirstStop : FirstStart;
        var labels = Containers.Dotted.Of(service, conversion);
        labels.Add("sentinel.url", service.TakeUrl());
        return new Yaml.Table
        {
            { "replicas", service.IsUsual ? service.Instances : 0 },
            // Without a virtual address: it works where the kernel cannot balance, too.
            { "endpoint_mode", service.HasHostFiles ? null : "dnsrr" },
            { "labels", labels },
            { "placement", service is { HasHostFiles: true, Instances: > 1 } && holdsPort ? new Yaml.Table { { "max_replicas_per_node", 1 } } : null },
            { "restart_policy", Restart(service) },
            { "update_config", new Yaml.Table { { "parallelism", 1 }, { "order", order }, { "failure_action", "rollback" } } },
            { "rollback_config", new Yaml.Table { { "parallelism", 1 }, { "order", order } } },
            {
                "resources", new Yaml.Table
                {
                    {
                        "limits", new Yaml.Table
                        {
                            { "memory", service.Take("memory-max") ? ByteSize.Words(tree.MemoryBytes!.Value) : null },
                            { "cpus", service.Take("cpu-max") ? Containers.Cpus(tree) : null },
                        }
                    },
                }
            },
        };
    }

    private static Yaml.Table? Networks(Conversion conversion) => !conversion.HasHostFiles ? null : new Yaml.Table
    {
        { HostNetwork, new Yaml.Table { { "external", true }, { "name", HostNetwork } } },
    };

    private static Yaml.Table Restart(Service service)
    {
        var spec = service.Spec;
        service.Take("restart");
        if (service.Restart == RestartRule.Never)
            return new Yaml.Table { { "condition", "none" } };
        service.TakeAll("max-restarts", "restart-window", "restart-delay");
        if (spec.RestartDelay is null)
            service.Tell("restart", "a Swarm has no delays that grow: it waits 1 s before each restart");
        return new Yaml.Table
        {
            { "condition", service.Restart == RestartRule.Always ? "any" : "on-failure" },
            { "delay", Containers.Time(spec.RestartDelay ?? Delay) },
            { "max_attempts", spec.RestartLimit?.Restarts },
            { "window", spec.RestartLimit is { } limit ? Containers.Time(limit.Window) : null },
        };
    }

    // They are read where the stack is deployed from.
    private static Yaml.List EnvironmentFiles(Service service)
    {
        foreach (var file in service.Variables.Unread.Where(file => file.IsOptional))
            service.TellOfFile(file, "docker takes no file that may be missing, so it is left out");
        return Yaml.List.Of(service.Variables.Unread.Where(file => !file.IsOptional).Select(file => file.Path));
    }

    // docker takes what is in two braces for a template, in the environment.
    private static string Untemplated(string value) => value.Replace("{{", "{{\"{{\"}}", StringComparison.Ordinal);

    // A secret cannot be changed, so a value that is known has a name of its own.
    private static string SecretName(Service service, Secret secret, string? value, Conversion conversion)
    {
        var key = value is null ? "" : $"_{Service.KeyOf([(secret.Name, value)])}";
        return $"{conversion.Name}_{service.Name}_{secret.Name}{key}" is { Length: <= 64 } name
            ? name : $"{conversion.Name[..Math.Min(20, conversion.Name.Length)]}_{Service.HashOf([conversion.Name, service.Name, secret.Name])}{key}";
    }
}
