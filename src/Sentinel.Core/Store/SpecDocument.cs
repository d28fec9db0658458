using System.Buffers;
using System.Text.Json;
using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Store;

/// <summary>The shape of a spec in state.json and in requests.</summary>
internal static class SpecDocument
{
    /// <summary>Whether both ask for the same.</summary>
    public static bool AreSame(ProcessSpec one, ProcessSpec other)
    {
        return Written(one).AsSpan().SequenceEqual(Written(other));

        static byte[] Written(ProcessSpec spec)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, StateDocument.Options))
            {
                json.WriteStartObject();
                Write(json, "spec", spec);
                json.WriteEndObject();
            }

            return buffer.WrittenSpan.ToArray();
        }
    }

    public static void Write(Utf8JsonWriter json, string property, ProcessSpec spec)
    {
        json.WriteStartObject(property);
        json.WriteString("name", spec.Name);
        if (spec.Instance is { } instance)
        {
            json.WriteStartObject("instance");
            json.WriteString("set", instance.Set);
            json.WriteNumber("number", instance.Number);
            json.WriteEndObject();
        }

        Write(json, spec.Command);
        json.WriteString("workingDirectory", spec.WorkingDirectory);
        json.WriteString("environment", spec.Environment);
        json.WriteTexts("environmentFiles", spec.EnvironmentFiles);
        if (!spec.Variables.Bytes.IsEmpty)
            json.WriteBase64String("variables", spec.Variables.Bytes.Span);
        if (spec.Ports.Count > 0)
        {
            json.WriteStartArray("ports");
            foreach (var port in spec.Ports)
            {
                json.WriteStartObject();
                json.WriteString("name", port.Name);
                json.WriteString("variable", port.Variable);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteNumber("umask", spec.Umask);
        if (spec.Inherited is { } inherited)
            json.WriteString("inherited", inherited);
        json.WriteString("restart", spec.Restart.Word());
        if (spec.RestartLimit is { } limit)
        {
            json.WriteStartObject("restartLimit");
            json.WriteNumber("restarts", limit.Restarts);
            json.WriteNumber("windowSeconds", limit.Window.TotalSeconds);
            json.WriteEndObject();
        }

        if (spec.PidFile is { } pidFile)
            json.WriteString("pidFile", pidFile);
        if (spec.Stop != StopRule.Default)
        {
            json.WriteStartObject("stop");
            json.WriteNumber("signal", spec.Stop.Signal);
            json.WriteNumber("timeoutSeconds", spec.Stop.Timeout.TotalSeconds);
            if (spec.Stop.Mode != StopRule.Default.Mode)
                json.WriteString("mode", spec.Stop.Mode.Word());
            json.WriteEndObject();
        }

        if (spec.MaxMemoryBytes is { } maxMemory)
            json.WriteNumber("maxMemoryBytes", maxMemory);
        if (spec.Readiness is { } readiness)
        {
            json.WriteStartObject("readiness");
            if (readiness.Probe is { } probe)
                Write(json, probe);
            json.WriteNumber("timeoutSeconds", readiness.Timeout.TotalSeconds);
            json.WriteEndObject();
        }

        if (spec.Health is { } health)
        {
            json.WriteStartObject("health");
            Write(json, health.Probe);
            json.WriteNumber("intervalSeconds", health.Interval.TotalSeconds);
            json.WriteNumber("timeoutSeconds", health.Timeout.TotalSeconds);
            json.WriteNumber("failures", health.Failures);
            json.WriteNumber("startPeriodSeconds", health.StartPeriod.TotalSeconds);
            json.WriteEndObject();
        }

        if (spec.AnyListener)
            json.WriteBoolean("anyListener", true);
        if (!spec.Treatment.IsNone)
            Write(json, spec.Treatment);
        if (spec.LogLimits != LogLimits.Default)
        {
            json.WriteStartObject("logs");
            json.WriteNumber("maxBytes", spec.LogLimits.MaxBytes);
            json.WriteNumber("backups", spec.LogLimits.Backups);
            json.WriteBoolean("compress", spec.LogLimits.Compress);
            json.WriteEndObject();
        }

        if (spec.LogPipe)
            json.WriteBoolean("logPipe", true);
        if (spec.Lease is { } lease)
            LeaseDocument.Write(json, lease);
        if (spec.Group is { } group)
            json.WriteString("group", group);
        json.WriteEndObject();
    }

    public static ProcessSpec Read(JsonElement json) => new()
    {
        Name = json.Text("name"),
        Instance = json.Maybe("instance") is { } instance ? new Instance(instance.Text("set"), instance.Get("number").GetInt32()) : null,
        Command = ReadCommand(json.Get("command")),
        WorkingDirectory = json.SharedText("workingDirectory"),
        Environment = json.SharedText("environment"),
        EnvironmentFiles = json.Texts("environmentFiles"),
        Variables = ReadVariables(json),
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

    public static EnvironmentBlock ReadVariables(JsonElement json) =>
        json.Maybe("variables") is { } variables ? new EnvironmentBlock(variables.GetBytesFromBase64()) : EnvironmentBlock.Empty;

    private static void Write(Utf8JsonWriter json, Probe probe)
    {
        json.WriteStartObject("probe");
        json.WriteString("by", probe.Kind.Word());
        json.WriteString("target", probe.Target);
        json.WriteEndObject();
    }

    private static Probe ReadProbe(JsonElement json) =>
        new(ProbeKinds.Parse(json.Text("by")) ?? throw JsonFields.Unknown("probe", json.Text("by")), json.Text("target"));

    private static void Write(Utf8JsonWriter json, Treatment treatment)
    {
        json.WriteStartObject("treatment");
        if (treatment.User is { } user)
            json.WriteString("user", user);
        if (treatment.Nice is { } nice)
            json.WriteNumber("nice", nice);
        if (treatment.IoPriority is { } priority)
            json.WriteString("ioPriority", priority.ToString());
        if (treatment.Cpus is { } cpus)
            json.WriteString("cpus", string.Join(',', cpus));
        if (treatment.OomScoreAdjust is { } score)
            json.WriteNumber("oomScoreAdjust", score);
        if (treatment.Limits.Count > 0)
            json.WriteTexts("limits", treatment.Limits.Select(limit => limit.ToString()));
        if (treatment.Tree.MemoryBytes is { } memory)
            json.WriteNumber("memoryMaxBytes", memory);
        if (treatment.Tree.CpuPercent is { } cpu)
            json.WriteNumber("cpuMaxPercent", cpu);
        if (treatment.Tree.Pids is { } pids)
            json.WriteNumber("pidsMax", pids);
        json.WriteEndObject();
    }

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

    private static void Write(Utf8JsonWriter json, Command command)
    {
        json.WriteStartObject("command");
        json.WriteTexts("arguments", command.Arguments);
        json.WriteString("text", command.Text);
        json.WriteBoolean("shell", command.Shell);
        json.WriteEndObject();
    }

    private static Command ReadCommand(JsonElement json) =>
        new(json.Texts("arguments"), json.Text("text"), json.Get("shell").GetBoolean());
}
