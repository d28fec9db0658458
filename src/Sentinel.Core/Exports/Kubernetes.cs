using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A project as objects of Kubernetes: for each process a Deployment or a Job, and for its ports a Service.</summary>
internal static class Kubernetes
{
    private const string Title = "Kubernetes";

    // A Deployment has no end of its own.
    private const int NoEnd = int.MaxValue;

    /// <summary>How much of a key is in a name.</summary>
    public const int HashDigits = 8;

    private static readonly NameRule JobNames = new("-", 63 - 1 - HashDigits, IsLower: true, BeginsWithLetter: true);

    public static readonly Engine Engine = new("kubernetes", Title, RunsImages: true, new NameRule("-", 63, IsLower: true, BeginsWithLetter: true), new Dictionary<string, string>
    {
        ["nice"] = "Kubernetes sets no priority of processes",
        ["ionice"] = "Kubernetes sets no priority for disks",
        ["cpu-affinity"] = "Kubernetes chooses the machine and its CPUs",
        ["oom-score-adj"] = "Kubernetes sets it by what a container asks for",
        ["umask"] = "Kubernetes sets no mask; the image's program can",
        ["limit"] = "limits of processes are those of the container runtime",
        ["pids-max"] = "the limit of processes is a setting of the kubelet",
        ["max-restarts"] = "a Deployment is restarted without end",
        ["restart-window"] = "Kubernetes counts restarts without a window",
        ["restart-delay"] = "Kubernetes waits 10 s at first, and longer and longer up to 5 minutes",
        ["success-codes"] = "Kubernetes takes only 0 for success",
        ["no-restart-codes"] = "Kubernetes restarts it whatever its exit code is",
        ["stop-signal"] = "the signal is that of the image (STOPSIGNAL)",
        ["stop-mode"] = "Kubernetes sends the signal to the main process alone",
        ["pid-file"] = "the main process of a container has no successor",
        ["max-memory"] = "Kubernetes does not restart it for its memory; memory-max is a limit",
        ["socket"] = "a container opens its port itself",
        ["on-demand"] = "Kubernetes starts nothing for a connection",
        ["idle-timeout"] = "Kubernetes starts nothing for a connection",
        ["watch"] = "Kubernetes watches no files",
        ["watch-ignore"] = "Kubernetes watches no files",
        ["watch-then"] = "Kubernetes watches no files",
        ["watch-no-gitignore"] = "Kubernetes watches no files",
        ["log-max-size"] = "the kubelet rotates the logs by its own settings",
        ["log-backups"] = "the kubelet rotates the logs by its own settings",
        ["log-compress"] = "the kubelet rotates the logs by its own settings",
        ["health-notify"] = "Kubernetes listens to no notifications",
        ["ready-notify"] = "Kubernetes listens to no notifications",
        ["ready-log"] = "Kubernetes reads no logs",
        ["startup-timeout"] = "Kubernetes waits for its start as long as it takes",
        ["needs"] = "Kubernetes starts all at once; until what it needs is there, it has to wait by itself or is started again",
        ["after"] = "Kubernetes starts all at once",
    }, Write, TakesHostFiles: true);

    private static IEnumerable<ExportedFile> Write(Conversion conversion)
    {
        var objects = new List<Yaml.Table>();
        foreach (var service in conversion.Services)
        {
            objects.AddRange(Objects(service, conversion));
            service.TellRest(Engine);
        }

        return [new ExportedFile("kubernetes.yaml", string.Join("---\n", objects.Select(one => YamlWriter.Of(one))))];
    }

    private static IEnumerable<Yaml.Table> Objects(Service service, Conversion conversion)
    {
        var environment = new KubernetesEnvironment(service, conversion);
        foreach (var (name, map) in environment.Maps)
        {
            service.Objects.Add($"configmap/{name}");
            yield return map;
        }

        var ports = KubernetesPod.Ports(service);
        if (ports.Count > 0)
        {
            service.Objects.Add($"service/{service.Name}");
            yield return new Yaml.Table
            {
                { "apiVersion", "v1" },
                { "kind", "Service" },
                { "metadata", Metadata(service, conversion, service.Name) },
                {
                    "spec", new Yaml.Table
                    {
                        { "selector", Selector(service, conversion) },
                        { "ports", new Yaml.List([.. ports.Select(port => new Yaml.Table { { "name", port.Name }, { "port", port.Number }, { "targetPort", port.Number } })]) },
                    }
                },
            };
        }

        var pod = KubernetesPod.Of(service, conversion, environment, ports);
        service.Objects.Add(service.Ends ? $"job/{JobName(service)}" : $"deployment/{service.Name}");
        yield return service.Ends ? Job(service, conversion, pod) : Deployment(service, conversion, pod);
    }

    private static Yaml.Table Deployment(Service service, Conversion conversion, Yaml.Table pod)
    {
        service.Tell(FileKeys.Instances, $"an instance does not learn its number: {Variable.Instance} is not set");
        service.Take("restart");
        if (service.Spec.Restart == RestartRule.OnFailure)
            service.Tell("restart", "a Deployment restarts it after success, too; with type = \"task\" it would be a Job");
        if (!service.IsUsual)
            service.Tell(FileKeys.Profile, $"Kubernetes has no profiles: it has no replicas until 'kubectl scale deployment {service.Name} --replicas={service.Instances}'");
        service.Take(FileKeys.Profile);
        return new Yaml.Table
        {
            { "apiVersion", "apps/v1" },
            { "kind", "Deployment" },
            { "metadata", Metadata(service, conversion, service.Name) },
            {
                "spec", new Yaml.Table
                {
                    { "replicas", service.IsUsual ? service.Instances : 0 },
                    { "selector", new Yaml.Table { { "matchLabels", Selector(service, conversion) } } },
                    {
                        "strategy", new Yaml.Table
                        {
                            { "type", "RollingUpdate" },
                            { "rollingUpdate", new Yaml.Table { { "maxSurge", 1 }, { "maxUnavailable", 0 } } },
                        }
                    },
                    { "template", Template(service, conversion, pod) },
                }
            },
        };
    }

    private static Yaml.Table Job(Service service, Conversion conversion, Yaml.Table pod)
    {
        var (spec, restarts) = (service.Spec, service.Spec.Restart != RestartRule.Never);
        service.Tell(FileKeys.Instances, $"an instance does not learn its number: {Variable.Instance} is not set");
        if (!spec.IsTask)
            service.Tell("nothing restarts it, so it is a Job; restart = \"always\" makes a Deployment of it");
        if (!service.IsUsual)
            service.Tell(FileKeys.Profile, $"Kubernetes has no profiles: it begins when its parallelism is {service.Instances}");
        service.TakeAll("restart", "max-restarts", FileKeys.Profile);
        pod.Add("restartPolicy", restarts ? "OnFailure" : "Never");
        return new Yaml.Table
        {
            { "apiVersion", "batch/v1" },
            { "kind", "Job" },
            // What a Job runs cannot be changed, so a change makes another one.
            { "metadata", Metadata(service, conversion, JobName(service)) },
            {
                "spec", new Yaml.Table
                {
                    { "parallelism", service.IsUsual ? service.Instances : 0 },
                    { "completions", service.Instances },
                    { "backoffLimit", restarts ? spec.RestartLimit?.Restarts ?? NoEnd : 0 },
                    { "template", Template(service, conversion, pod) },
                }
            },
        };
    }

    private static string JobName(Service service) => $"{JobNames.Of(service.Name, new HashSet<string>())}-{service.SpecHash[..HashDigits]}";

    private static Yaml.Table Template(Service service, Conversion conversion, Yaml.Table pod) => new()
    {
        { "metadata", new Yaml.Table { { "labels", Containers.OfDomain.Of(service, conversion) } } },
        { "spec", pod },
    };

    private static Yaml.Table Metadata(Service service, Conversion conversion, string name) => new()
    {
        { "name", name },
        { "labels", Containers.OfDomain.Of(service, conversion) },
        {
            "annotations", new Yaml.Table
            {
                { "sentinel.dev/process", service.Name == service.Process.Name ? null : service.Process.Name },
                { "sentinel.dev/url", service.TakeUrl() },
            }
        },
    };

    // What never changes, or a Deployment would lose its pods.
    private static Yaml.Table Selector(Service service, Conversion conversion) => new()
    {
        { "sentinel.dev/project", conversion.Name },
        { "sentinel.dev/name", service.Name },
    };
}
