using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Store;

/// <summary>The shape of a spec in states of versions 1 and 2, which had a property of its own for each setting.</summary>
internal static class OlderSpecDocument
{
    public static ProcessSpec Read(JsonElement json) => new()
    {
        Name = json.Text("name"),
        Instance = json.Maybe("instance") is { } instance ? new Instance(instance.Text("set"), instance.Get("number").GetInt32()) : null,
        Command = SpecDocument.ReadCommand(json.Get("command")),
        WorkingDirectory = json.SharedText("workingDirectory"),
        Environment = json.SharedText("environment"),
        EnvironmentFiles = json.Texts("environmentFiles"),
        Variables = SpecDocument.ReadVariables(json),
        Ports = [.. json.Maybe("ports")?.EnumerateArray().Select(port => new PortRequest(port.Text("name"), port.Text("variable"))) ?? []],
        Umask = json.Get("umask").GetInt32(),
        Inherited = json.Maybe("inherited") is null ? null : json.SharedText("inherited"),
        Restart = RestartRules.Parse(json.Text("restart")) ?? throw JsonFields.Unknown("restart rule", json.Text("restart")),
        RestartLimit = json.Maybe("restartLimit") is { } limit
            ? new RestartLimit(limit.Get("restarts").GetInt32(), limit.Seconds("windowSeconds"))
            : null,
        PidFile = json.Maybe("pidFile")?.GetString(),
        Stop = json.Maybe("stop") is { } stop
            ? new StopRule(
                stop.Get("signal").GetInt32(),
                stop.Seconds("timeoutSeconds"),
                stop.Maybe("mode") is not null ? StopModes.Parse(stop.Text("mode")) : StopRule.Default.Mode)
            : StopRule.Default,
        MaxMemoryBytes = json.Maybe("maxMemoryBytes")?.GetInt64(),
        Readiness = json.Maybe("readiness") is { } readiness
            ? new Readiness(readiness.Maybe("probe") is { } ready ? ReadProbe(ready) : null, readiness.Seconds("timeoutSeconds"))
            : null,
        Health = json.Maybe("health") is { } health
            ? new HealthCheck(
                ReadProbe(health.Get("probe")),
                health.Seconds("intervalSeconds"),
                health.Seconds("timeoutSeconds"),
                health.Get("failures").GetInt32(),
                health.Seconds("startPeriodSeconds"))
            : null,
        AnyListener = json.Maybe("anyListener")?.GetBoolean() ?? false,
        Treatment = json.Maybe("treatment") is { } treatment ? ReadTreatment(treatment) : Treatment.None,
        LogLimits = json.Maybe("logs") is { } logs
            ? new LogLimits(logs.Get("maxBytes").GetInt64(), logs.Get("backups").GetInt32(), logs.Get("compress").GetBoolean())
            : LogLimits.Default,
        LogPipe = json.Maybe("logPipe")?.GetBoolean() ?? false,
        Lease = json.Maybe("lease") is { } lease ? LeaseDocument.ReadLease(lease) : null,
        Group = json.Maybe("group")?.GetString(),
    };

    private static Probe ReadProbe(JsonElement json) =>
        new(ProbeKinds.Parse(json.Text("by")) ?? throw JsonFields.Unknown("probe", json.Text("by")), json.Text("target"));

    private static Treatment ReadTreatment(JsonElement json) => new()
    {
        User = json.Maybe("user")?.GetString(),
        Nice = json.Maybe("nice")?.GetInt32(),
        IoPriority = json.Maybe("ioPriority") is not null ? IoPriority.Parse(json.Text("ioPriority")) : null,
        Cpus = json.Maybe("cpus") is not null ? CpuList.Parse(json.Text("cpus")) : null,
        OomScoreAdjust = json.Maybe("oomScoreAdjust")?.GetInt32(),
        Limits = json.Maybe("limits") is not null ? [.. json.Texts("limits").Select(ResourceLimit.Parse)] : [],
        Tree = new TreeLimits(
            json.Maybe("memoryMaxBytes")?.GetInt64(), json.Maybe("cpuMaxPercent")?.GetInt32(), json.Maybe("pidsMax")?.GetInt32()),
    };
}
