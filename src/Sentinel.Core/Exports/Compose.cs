using System.Globalization;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A project as a file for <c>docker compose up</c>.</summary>
internal static class Compose
{
    private const string Title = "docker compose";

    public static readonly Engine Engine = new("compose", Title, RunsImages: true, new NameRule("_-", 63, IsLower: true), new Dictionary<string, string>(DockerService.Whys)
    {
        ["restart-window"] = "docker counts its attempts without a window",
        ["restart-delay"] = "docker waits 100 ms at first, and longer and longer up to a minute",
        ["max-restarts"] = "docker counts attempts only where a failure restarts it: restart = \"on-failure\"",
        ["after"] = "docker orders only what needs each other",
    }, Write);

    private static IEnumerable<ExportedFile> Write(Conversion conversion)
    {
        var (services, secrets) = (new Yaml.Table(), new Yaml.Table());
        foreach (var service in conversion.Services)
        {
            services.Add(service.Name, Of(service, conversion));
            foreach (var secret in service.Spec.Secrets)
                secrets.Add(SecretName(service, secret), Source(service, secret));
            service.TellRest(Engine);
        }

        var file = new Yaml.Table { { "name", conversion.Name }, { "services", services }, { "secrets", secrets } };
        return [new ExportedFile("compose.yaml", YamlWriter.Of(file, DockerService.Escaped))];
    }

    private static Yaml.Table Of(Service service, Conversion conversion)
    {
        var (spec, tree) = (service.Spec, service.Spec.Treatment.Tree);
        var table = DockerService.Of(service, conversion, EnvironmentFiles(service));
        table.Add("secrets", new Yaml.List([.. spec.Secrets.Select(secret => new Yaml.Table { { "source", SecretName(service, secret) }, { "target", secret.Name } })]));
        table.Add("ports", Ports(service));
        table.Add("depends_on", Needs(service));
        table.Add("healthcheck", DockerCheck.Of(service, Title)?.Table());
        table.Add("restart", Restart(service));
        if (spec.Restart != RestartRule.Never && spec.Health is { } health)
            service.Tell($"health-{health.Probe.Kind.Word()}", "docker compose shows that it is unhealthy, and does not restart it for that");
        table.Add("profiles", service.Take(FileKeys.Profile) && !service.IsUsual ? service.Process.Profiles : null);
        table.Add("mem_limit", service.Take("memory-max") ? ByteSize.Words(tree.MemoryBytes!.Value) : null);
        table.Add("cpus", service.Take("cpu-max") ? new Yaml.Plain(Containers.Cpus(tree)) : null);
        table.Add("pids_limit", service.Take("pids-max") ? tree.Pids : null);
        table.Add("cpuset", service.Take("cpu-affinity") ? string.Join(',', spec.Treatment.Cpus!) : null);
        table.Add("oom_score_adj", service.Take("oom-score-adj") ? spec.Treatment.OomScoreAdjust : null);
        table.Add("deploy", Replicas(service));
        var labels = Containers.Dotted.Of(service, conversion);
        labels.Add("sentinel.url", service.TakeUrl());
        table.Add("labels", labels);
        service.TakeAll(FileKeys.Image, FileKeys.Type);
        return table;
    }

    private static Yaml.Table? Replicas(Service service)
    {
        service.Tell(FileKeys.Instances, $"an instance does not learn its number: {Variable.Instance} is not set");
        return service.Instances > 1 ? new Yaml.Table { { "replicas", service.Instances } } : null;
    }

    private static Yaml.List EnvironmentFiles(Service service) => new([.. service.Variables.Files.Select(file =>
        file.IsOptional ? (Yaml)new Yaml.Table { { "path", file.Path }, { "required", Yaml.Plain.False } } : new Yaml.Text(file.Path))]);

    // Instances take one port each, from the first on.
    private static Yaml.List Ports(Service service) => new([.. service.TakePorts().Select(port => new Yaml.Table
    {
        { "name", port.Port.Name == PortRequest.DefaultName ? null : port.Port.Name },
        { "target", port.Number },
        { "published", service.Instances > 1 ? $"{port.Number}-{port.Number + service.Instances - 1}" : $"{port.Number}" },
    })]);

    private static Yaml.Table Needs(Service service)
    {
        var table = new Yaml.Table();
        service.Take(FileKeys.Needs);
        foreach (var need in service.Spec.Needs)
        {
            if (service.Needed(need) is not { } other)
                continue;
            if (need.IsBound)
                service.TellOf(FileKeys.Needs, need.Name, $"docker compose does not stop it when {need.Name} has ended");
            table.Add(other.Name, new Yaml.Table
            {
                { "condition", Condition(service, need, other) },
                { "restart", need.Restarts },
                { "required", need.IsOptional ? Yaml.Plain.False : null },
            });
        }

        return table;
    }

    private static string Condition(Service service, Need need, Service other)
    {
        const string Started = "service_started", Healthy = "service_healthy", Done = "service_completed_successfully";
        switch (need.ConditionFor(other.Spec.IsTask).Kind)
        {
            case ConditionKind.Started:
                return Started;
            case ConditionKind.Done:
                return Done;
            case ConditionKind.Ended:
                service.TellOf(FileKeys.Needs, need.Name, $"docker compose waits until {need.Name} has ended with success");
                return Done;
            case ConditionKind.Ready or ConditionKind.Healthy when DockerCheck.IsOf(other):
                return Healthy;
            case ConditionKind.Ready when other.Spec.Readiness is null:
                return Started;
            case var kind:
                service.TellOf(FileKeys.Needs, need.Name, $"docker compose waits only until {need.Name} has started, not until it is {Words(kind)}");
                return Started;
        }
    }

    private static string Words(ConditionKind kind) => kind switch
    {
        ConditionKind.Port => "listening",
        ConditionKind.File => "there with that file",
        ConditionKind.Log => "there with that line in its log",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string? Restart(Service service)
    {
        service.Take("restart");
        switch (service.Restart)
        {
            case RestartRule.Always:
                return "unless-stopped";
            case RestartRule.OnFailure:
                return service.Take("max-restarts") ? $"on-failure:{service.Spec.RestartLimit!.Restarts}" : "on-failure";
            default:
                return null;
        }
    }

    private static string SecretName(Service service, Secret secret) => $"{service.Prefix}_{secret.Name}";

    // Compose reads them itself: a file, or a variable of the shell that it runs in.
    private static Yaml.Table Source(Service service, Secret secret)
    {
        service.Take(FileKeys.Secrets);
        if (!secret.IsCommand)
            return new Yaml.Table { { "file", secret.Source } };
        service.TellOf(FileKeys.Secrets, $"{secret.Name}=", $"docker compose runs no command for it: set {SecretName(service, secret)} where 'docker compose up' runs, {Containers.Source(secret)}");
        return new Yaml.Table { { "environment", SecretName(service, secret) } };
    }
}
