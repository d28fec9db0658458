using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>The one check that a container of Docker or Podman has: that of its health or, without it, that of its readiness.</summary>
/// <param name="Test">As docker takes a test: <c>CMD</c> or <c>CMD-SHELL</c> in front.</param>
/// <param name="StartPeriod">Zero: none.</param>
internal sealed record DockerCheck(IReadOnlyList<string> Test, TimeSpan Interval, TimeSpan Timeout, int Failures, TimeSpan StartPeriod)
{
    // Of a process that is waited for.
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(2);

    /// <summary>Whether a process will have one.</summary>
    public static bool IsOf(Service service) => IsAsked(service.Spec.Health?.Probe) || IsAsked(service.Spec.Readiness?.Probe);

    /// <summary>Null: none can be.</summary>
    public static DockerCheck? Of(Service service, string title)
    {
        if (service.Spec.Health is { } health && IsAsked(health.Probe))
        {
            service.TakeAll(Service.CheckTimes);
            if (service.Spec.Readiness?.Probe is { } second && IsAsked(second))
                service.Tell($"ready-{second.Kind.Word()}", $"{title} has one check for each container, and that is health-{health.Probe.Kind.Word()}");
            return Words(service, $"health-{health.Probe.Kind.Word()}", health.Probe) is { } words
                ? new DockerCheck(words, health.Interval, health.Timeout, health.Failures, health.StartPeriod) : null;
        }

        if (service.Spec.Readiness is not { Probe: { } ready, Timeout: var time } || !IsAsked(ready))
            return null;
        service.TakeAll("startup-timeout");
        service.Tell($"ready-{ready.Kind.Word()}", $"{title} has one check for each container, so this one goes on as that of its health");
        return Words(service, $"ready-{ready.Kind.Word()}", ready) is { } asked
            ? new DockerCheck(asked, Often, HealthCheck.DefaultTimeout, HealthCheck.DefaultFailures, time) : null;
    }

    /// <summary>As a compose file has it.</summary>
    public Yaml.Table Table() => new()
    {
        { "test", Test },
        { "interval", Containers.Time(Interval) },
        { "timeout", Containers.Time(Timeout) },
        { "retries", Failures },
        { "start_period", StartPeriod > TimeSpan.Zero ? Containers.Time(StartPeriod) : null },
    };

    private static bool IsAsked(Probe? probe) => probe is { Kind: ProbeKind.Http or ProbeKind.Tcp or ProbeKind.Exec };

    private static IReadOnlyList<string>? Words(Service service, string key, Probe asked)
    {
        service.Take(key);
        if (Containers.Known(service, key, asked) is not { } probe)
            return null;
        var test = Words(service, key, probe, service.HasHostFiles ? "each machine" : "the image");
        return service.HasHostFiles ? ["CMD", .. HostFiles.Beside(service, test is ["CMD-SHELL", var line] ? ["/bin/sh", "-c", line] : [.. test.Skip(1)])] : test;
    }

    private static IReadOnlyList<string> Words(Service service, string key, Probe probe, string place)
    {
        switch (probe.Kind)
        {
            case ProbeKind.Exec:
                return Command.From([probe.Target]) is { Shell: false, Arguments: var words } ? ["CMD", .. words] : ["CMD-SHELL", probe.Target];
            case ProbeKind.Http:
                service.Tell(key, $"it is asked from within the container, so {place} needs wget or curl");
                return ["CMD-SHELL", $"wget -q -O /dev/null {ShellWords.Quote(probe.Target)} || curl -fsS -o /dev/null {ShellWords.Quote(probe.Target)}"];
            default:
                var (host, port) = probe.EndPointFor(_ => null)!.Value;
                service.Tell(key, $"it is asked from within the container, so {place} needs nc");
                return ["CMD", "nc", "-z", host, $"{port}"];
        }
    }
}
