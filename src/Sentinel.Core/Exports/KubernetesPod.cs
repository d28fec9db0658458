using System.Globalization;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What a pod of a process is: one container.</summary>
internal static class KubernetesPod
{
    // A process that is waited for is asked often.
    private const int StartPeriod = 2;

    // The files of its machine.
    private const string Volume = "host";

    private static readonly NameRule PortNames = new("-", 15, IsLower: true, BeginsWithLetter: true);

    public sealed record Port(string? Name, int Number);

    /// <summary>Kubernetes wants names where there are several.</summary>
    public static IReadOnlyList<Port> Ports(Service service)
    {
        var taken = new HashSet<string>();
        var ports = service.TakePorts();
        return [.. ports.Select(port => new Port(ports.Count > 1 ? PortNames.Of(port.Port.Name, taken) : null, port.Number))];
    }

    public static Yaml.Table Of(Service service, Conversion conversion, KubernetesEnvironment environment, IReadOnlyList<Port> ports)
    {
        Containers.TellOfNeighbours(service, conversion);
        var (spec, tree) = (service.Spec, service.Spec.Treatment.Tree);
        var (isOpen, hasTerminal) = Containers.Input(service);
        service.TakeAll(FileKeys.Image, FileKeys.Type, "log-pipe", "stop-timeout");
        var container = new Yaml.Table
        {
            { "name", service.Name },
            { "image", service.Image },
            { "command", Containers.Words(service, []).Select(Escaped) },
            { "workingDir", Containers.Folder(service, conversion) },
            { "envFrom", environment.Sources },
            { "env", environment.Secrets },
            { "ports", new Yaml.List([.. ports.Select(port => new Yaml.Table { { "name", port.Name }, { "containerPort", port.Number } })]) },
            { "volumeMounts", service.HasHostFiles ? new Yaml.List([new Yaml.Table { { "name", Volume }, { "mountPath", HostFiles.Folder } }]) : null },
            { "stdin", isOpen },
            { "tty", hasTerminal },
            {
                "resources", new Yaml.Table
                {
                    {
                        "limits", new Yaml.Table
                        {
                            { "memory", service.Take("memory-max") ? Memory(tree.MemoryBytes!.Value) : null },
                            { "cpu", service.Take("cpu-max") ? $"{tree.CpuPercent * 10}m" : null },
                        }
                    },
                }
            },
        };
        Readiness(container, service);
        Health(container, service);
        if (service.Take("stop-command"))
            container.Add("lifecycle", new Yaml.Table
            {
                {
                    "preStop", new Yaml.Table
                    {
                        { "exec", new Yaml.Table { { "command", HostFiles.Beside(service, ["/bin/sh", "-c", $"export MAINPID=1; {spec.Stop.Command!.Text}"]) } } },
                    }
                },
            });
        return new Yaml.Table
        {
            { "terminationGracePeriodSeconds", Whole(spec.Stop.Timeout) },
            { "hostNetwork", service.HasHostFiles },
            { "securityContext", User(service) },
            { "containers", new Yaml.List([container]) },
            {
                "volumes", service.HasHostFiles
                    ? new Yaml.List([new Yaml.Table { { "name", Volume }, { "hostPath", new Yaml.Table { { "path", "/" } } } }]) : null
            },
        };
    }

    // Whether it is ready is asked on, as the Service sends requests only to pods that are.
    private static void Readiness(Yaml.Table container, Service service)
    {
        if (service.Spec.Readiness is not { Probe: { } probe, Timeout: var time } || Handler(service, $"ready-{probe.Kind.Word()}", probe) is not { } handler)
            return;
        service.Take("startup-timeout");
        if (time > TimeSpan.Zero)
            container.Add("startupProbe", new Yaml.Table
            {
                handler,
                { "periodSeconds", StartPeriod },
                { "timeoutSeconds", Whole(HealthCheck.DefaultTimeout) },
                { "failureThreshold", Math.Max(1, Whole(time) / StartPeriod) },
            });
        container.Add("readinessProbe", new Yaml.Table { handler, { "timeoutSeconds", Whole(HealthCheck.DefaultTimeout) } });
    }

    private static void Health(Yaml.Table container, Service service)
    {
        if (service.Spec.Health is not { } health)
            return;
        var key = $"health-{health.Probe.Kind.Word()}";
        if (service.Spec.Restart == RestartRule.Never && health.Probe.Kind != ProbeKind.Notify)
        {
            service.TakeAll(Service.CheckTimes);
            service.Tell(key, "Kubernetes would end what is unhealthy, and nothing restarts this process, so it is not asked");
            return;
        }

        if (Handler(service, key, health.Probe) is not { } handler)
            return;
        service.TakeAll(Service.CheckTimes);
        container.Add("livenessProbe", new Yaml.Table
        {
            handler,
            { "initialDelaySeconds", health.StartPeriod > TimeSpan.Zero ? Whole(health.StartPeriod) : null },
            { "periodSeconds", Whole(health.Interval) },
            { "timeoutSeconds", Whole(health.Timeout) },
            { "failureThreshold", health.Failures },
        });
    }

    // Null: Kubernetes cannot ask this.
    private static (string Kind, Yaml.Table Asks)? Handler(Service service, string key, Probe asked)
    {
        if (asked.Kind is ProbeKind.Log or ProbeKind.Notify || !service.Take(key) || Containers.Known(service, key, asked) is not { } probe)
            return null;
        switch (probe.Kind)
        {
            case ProbeKind.Exec:
                return ("exec", new Yaml.Table { { "command", HostFiles.Beside(service, Command.From([probe.Target]).Arguments).Select(Escaped) } });
            case ProbeKind.Http:
                var url = probe.UrlFor(_ => null)!;
                return ("httpGet", new Yaml.Table
                {
                    { "host", HostOf(service, url.Host) },
                    { "path", url.PathAndQuery },
                    { "port", url.Port },
                    { "scheme", url.Scheme == "https" ? "HTTPS" : null },
                });
            default:
                var (host, port) = probe.EndPointFor(_ => null)!.Value;
                return ("tcpSocket", new Yaml.Table { { "host", HostOf(service, host) }, { "port", port } });
        }
    }

    // The kubelet asks from outside, where localhost is the machine: without a host it asks the pod.
    private static string? HostOf(Service service, string host) => !service.HasHostFiles && host is "localhost" or "127.0.0.1" or "::1" or "[::1]" ? null : host;

    private static Yaml.Table? User(Service service)
    {
        if (Containers.User(service) is not { } user)
            return null;
        var ids = user.Split(':');
        if (ids.All(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return new Yaml.Table
            {
                { "runAsUser", new Yaml.Plain(ids[0]) },
                { "runAsGroup", ids.Length > 1 ? new Yaml.Plain(ids[1]) : null },
            };
        service.Tell("user", "Kubernetes takes numbers of users, so it runs as the user of its image");
        return null;
    }

    // A variable in brackets would be replaced; see the API's description of a container's command.
    private static string Escaped(string word) =>
        word.Contains("$(", StringComparison.Ordinal) || word.Contains("$$", StringComparison.Ordinal) ? word.Replace("$", "$$") : word;

    private static string Memory(long bytes) => ByteSize.Words(bytes) is [.., >= 'A'] words ? $"{words}i" : $"{bytes}";

    // At least one, as Kubernetes wants it.
    private static int Whole(TimeSpan time) => (int)Math.Max(1, Math.Ceiling(time.TotalSeconds));
}
