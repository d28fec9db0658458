using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Core.Events;
using Sentinel.Core.Groups;
using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Ports;
using Sentinel.Core.Specs;

namespace Sentinel.Core.Store;

/// <summary>
/// The shape of state.json. Written out rather than derived from the model, so that nothing but this file decides what is on
/// the disk; and every command begins by reading it.
/// </summary>
internal static class StateDocument
{
    public const int CurrentVersion = 1;

    // Also of a run that users see as starting.
    private const string RunningWord = "running";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(State state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, state);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(IBufferWriter<byte> to, State state)
    {
        using var json = new Utf8JsonWriter(to, Options);
        json.WriteStartObject();
        json.WriteNumber("version", CurrentVersion);
        json.WriteNumber("nextId", state.NextId);
        json.WriteStartArray("processes");
        foreach (var process in state.Processes.Values)
            Write(json, process);
        json.WriteEndArray();
        if (!state.Groups.IsEmpty)
        {
            json.WriteStartArray("groups");
            foreach (var group in state.Groups.Values)
                Write(json, group);
            json.WriteEndArray();
        }

        if (!state.Ports.IsEmpty)
        {
            json.WriteStartArray("ports");
            foreach (var lease in state.Ports.Values)
                Write(json, lease);
            json.WriteEndArray();
        }

        // In base64: exact, and not readable in passing.
        json.WriteStartObject("environments");
        foreach (var (key, environment) in state.Environments)
            json.WriteBase64String(key, environment.Bytes.Span);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not a state, or one that contradicts itself.</exception>
    /// <exception cref="NewerStateException">It was written by a newer version.</exception>
    public static State Read(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
            throw new JsonException("the file is empty");
        using var document = JsonDocument.Parse(json);
        try
        {
            // The version is read first: of a newer one nothing else can be relied on.
            return document.RootElement.Get("version").GetInt32() switch
            {
                > CurrentVersion and var newer => throw new NewerStateException(newer),
                < 1 => throw new JsonException("there is no such version"),
                _ => ReadState(document.RootElement),
            };
        }
        // What JsonElement throws for another type, and a dictionary for a key that it has.
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static State ReadState(JsonElement json)
    {
        var state = new State
        {
            NextId = json.Get("nextId").GetInt32(),
            Environments = json.Get("environments").EnumerateObject().ToImmutableDictionary(
                entry => entry.Name, entry => new EnvironmentBlock(entry.Value.GetBytesFromBase64())),
        };
        var processes = state.Processes.ToBuilder();
        foreach (var process in json.Get("processes").EnumerateArray().Select(ReadProcess))
            if (!processes.TryAdd(process.Id, process))
                throw new JsonException($"process {process.Id} has an id that another has");
        var groups = state.Groups.ToBuilder();
        foreach (var group in json.Maybe("groups")?.EnumerateArray().Select(ReadGroup) ?? [])
            if (!groups.TryAdd(group.Name, group))
                throw new JsonException($"group '{group.Name}' is there twice");
        var ports = state.Ports.ToBuilder();
        foreach (var lease in json.Maybe("ports")?.EnumerateArray().Select(ReadLease) ?? [])
            if (!ports.TryAdd(lease.Port, lease))
                throw new JsonException($"port {lease.Port} is there twice");
        state = state with { Processes = processes.ToImmutable(), Groups = groups.ToImmutable(), Ports = ports.ToImmutable() };
        return state.Contradiction() is { } contradiction ? throw new JsonException(contradiction) : state;
    }

    public static void Write(Utf8JsonWriter json, ProcessRecord process)
    {
        json.WriteStartObject();
        json.WriteNumber("id", process.Id);
        Write(json, "spec", process.Spec);
        json.WriteString("cookie", process.Cookie);
        json.WriteString("logName", process.LogName);
        Write(json, "state", process.State);
        json.WriteNumber("restarts", process.Restarts);
        json.WriteNumber("shortRuns", process.ShortRuns);
        if (process.RecentRestarts.Count > 0)
        {
            json.WriteStartArray("recentRestarts");
            foreach (var restart in process.RecentRestarts)
                json.WriteStringValue(restart);
            json.WriteEndArray();
        }

        if (process.LastRun is { } last)
            Write(json, last);
        if (process.Origin is { } origin)
            LeaseDocument.Write(json, origin);
        if (process.LeaseOver is { } over)
            json.WriteString("leaseOver", over);
        json.WriteEndObject();
    }

    public static ProcessRecord ReadProcess(JsonElement json) => new()
    {
        Id = json.Get("id").GetInt32(),
        Spec = ReadSpec(json.Get("spec")),
        Cookie = json.Text("cookie"),
        LogName = json.Text("logName"),
        State = ReadRunState(json.Get("state")),
        Restarts = json.Get("restarts").GetInt32(),
        ShortRuns = json.Get("shortRuns").GetInt32(),
        RecentRestarts = json.Maybe("recentRestarts") is { } recent
            ? [.. recent.EnumerateArray().Select(restart => restart.GetDateTimeOffset())]
            : [],
        LastRun = json.Maybe("lastRun") is { } last ? ReadEndedRun(last) : null,
        Origin = json.Maybe("origin") is { } origin ? LeaseDocument.ReadOrigin(origin) : null,
        LeaseOver = json.Maybe("leaseOver")?.GetString(),
    };

    /// <summary>Whether the same is asked for.</summary>
    public static bool AreSame(ProcessSpec one, ProcessSpec other)
    {
        return Written(one).AsSpan().SequenceEqual(Written(other));

        static byte[] Written(ProcessSpec spec)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, Options))
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
        json.WriteString("restart", spec.Restart.Word());
        if (spec.RestartLimit is { } limit)
        {
            json.WriteStartObject("restartLimit");
            json.WriteNumber("restarts", limit.Restarts);
            json.WriteNumber("windowSeconds", limit.Window.TotalSeconds);
            json.WriteEndObject();
        }

        if (spec.Stop != StopRule.Default)
        {
            json.WriteStartObject("stop");
            json.WriteNumber("signal", spec.Stop.Signal);
            json.WriteNumber("timeoutSeconds", spec.Stop.Timeout.TotalSeconds);
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

        if (spec.Lease is { } lease)
            LeaseDocument.Write(json, lease);
        if (spec.Group is { } group)
            json.WriteString("group", group);
        json.WriteEndObject();
    }

    public static ProcessSpec ReadSpec(JsonElement json) => new()
    {
        Name = json.Text("name"),
        Instance = json.Maybe("instance") is { } instance ? new Instance(instance.Text("set"), instance.Get("number").GetInt32()) : null,
        Command = ReadCommand(json.Get("command")),
        WorkingDirectory = json.Text("workingDirectory"),
        Environment = json.Text("environment"),
        EnvironmentFiles = json.Texts("environmentFiles"),
        Variables = ReadVariables(json),
        Ports = [.. json.Maybe("ports")?.EnumerateArray().Select(port => new PortRequest(port.Text("name"), port.Text("variable"))) ?? []],
        Umask = json.Get("umask").GetInt32(),
        Restart = RestartRules.Parse(json.Text("restart")) ?? throw Unknown("restart rule", json.Text("restart")),
        RestartLimit = json.Maybe("restartLimit") is { } limit
            ? new RestartLimit(limit.Get("restarts").GetInt32(), TimeSpan.FromSeconds(limit.Get("windowSeconds").GetDouble()))
            : null,
        Stop = json.Maybe("stop") is { } stop
            ? new StopRule(stop.Get("signal").GetInt32(), TimeSpan.FromSeconds(stop.Get("timeoutSeconds").GetDouble()))
            : StopRule.Default,
        MaxMemoryBytes = json.Maybe("maxMemoryBytes")?.GetInt64(),
        Readiness = json.Maybe("readiness") is { } readiness
            ? new Readiness(readiness.Maybe("probe") is { } ready ? ReadProbe(ready) : null, Seconds(readiness, "timeoutSeconds"))
            : null,
        Health = json.Maybe("health") is { } health
            ? new HealthCheck(
                ReadProbe(health.Get("probe")),
                Seconds(health, "intervalSeconds"),
                Seconds(health, "timeoutSeconds"),
                health.Get("failures").GetInt32(),
                Seconds(health, "startPeriodSeconds"))
            : null,
        Treatment = json.Maybe("treatment") is { } treatment ? ReadTreatment(treatment) : Treatment.None,
        LogLimits = json.Maybe("logs") is { } logs
            ? new LogLimits(logs.Get("maxBytes").GetInt64(), logs.Get("backups").GetInt32(), logs.Get("compress").GetBoolean())
            : LogLimits.Default,
        Lease = json.Maybe("lease") is { } lease ? LeaseDocument.ReadLease(lease) : null,
        Group = json.Maybe("group")?.GetString(),
    };

    private static TimeSpan Seconds(JsonElement json, string name) => TimeSpan.FromSeconds(json.Get(name).GetDouble());

    private static void Write(Utf8JsonWriter json, Probe probe)
    {
        json.WriteStartObject("probe");
        json.WriteString("by", probe.Kind.Word());
        json.WriteString("target", probe.Target);
        json.WriteEndObject();
    }

    private static Probe ReadProbe(JsonElement json) =>
        new(ProbeKinds.Parse(json.Text("by")) ?? throw Unknown("probe", json.Text("by")), json.Text("target"));

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

    public static void Write(Utf8JsonWriter json, Group group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteString("createdAt", group.CreatedAt);
        json.WriteTexts("environmentFiles", group.EnvironmentFiles);
        json.WriteBase64String("variables", group.Variables.Bytes.Span);
        json.WriteEndObject();
    }

    public static Group ReadGroup(JsonElement json) => new(json.Text("name"), json.Get("createdAt").GetDateTimeOffset())
    {
        EnvironmentFiles = json.Texts("environmentFiles"),
        Variables = ReadVariables(json),
    };

    public static EnvironmentBlock ReadVariables(JsonElement json) =>
        json.Maybe("variables") is { } variables ? new EnvironmentBlock(variables.GetBytesFromBase64()) : EnvironmentBlock.Empty;

    public static void Write(Utf8JsonWriter json, PortLease lease)
    {
        json.WriteStartObject();
        json.WriteNumber("port", lease.Port);
        json.WriteString("name", lease.Name);
        json.WriteString("allocatedAt", lease.AllocatedAt);
        if (lease.ProcessId is { } owner)
            json.WriteNumber("process", owner);
        json.WriteEndObject();
    }

    public static PortLease ReadLease(JsonElement json) => new(
        json.Get("port").GetInt32(),
        json.Text("name"),
        json.Get("allocatedAt").GetDateTimeOffset(),
        json.Maybe("process")?.GetInt32());

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

    private static void Write(Utf8JsonWriter json, string name, RunState state)
    {
        json.WriteStartObject(name);
        json.WriteString("is", state is RunState.Running ? RunningWord : state.Word);
        json.WriteString("since", state.Since);
        switch (state)
        {
            case RunState.Starting starting:
                json.WriteBoolean("automatic", starting.Automatic);
                break;
            case RunState.Running { Identity: var main } running:
                Write(json, main);
                if (!running.IsReady)
                    json.WriteBoolean("ready", false);
                if (running.LogStarts is { } starts)
                    Write(json, "logStarts", starts);
                if (running.Health is { } health)
                    Write(json, health);
                if (running.Says is { } says)
                    json.WriteString("says", says);
                break;
            case RunState.Stopping stopping:
                if (stopping.Run is { } run)
                    Write(json, "run", run);
                if (stopping.Why is { } wrong)
                    json.WriteString("why", wrong);
                if (stopping.ThenStart)
                    json.WriteBoolean("thenStart", true);
                break;
            case RunState.Backoff backoff:
                json.WriteString("due", backoff.Due);
                break;
            case RunState.Failed failed:
                json.WriteString("why", failed.Why);
                break;
        }

        json.WriteEndObject();
    }

    private static RunState ReadRunState(JsonElement json)
    {
        var since = json.Get("since").GetDateTimeOffset();
        return json.Text("is") switch
        {
            "starting" => new RunState.Starting(since, json.Get("automatic").GetBoolean()),
            RunningWord => ReadRunning(json),
            "stopping" => new RunState.Stopping(
                since, json.Maybe("run") is { } run ? ReadRunning(run) : null, json.Maybe("why")?.GetString())
            {
                ThenStart = json.Maybe("thenStart")?.GetBoolean() ?? false,
            },
            "stopped" => new RunState.Stopped(since),
            "exited" => new RunState.Exited(since),
            "crashed" => new RunState.Crashed(since),
            "backoff" => new RunState.Backoff(since, json.Get("due").GetDateTimeOffset()),
            "failed" => new RunState.Failed(since, json.Text("why")),
            var other => throw Unknown("state", other),
        };
    }

    private static RunState.Running ReadRunning(JsonElement json) => json.Text("is") == RunningWord
        ? new RunState.Running(json.Get("since").GetDateTimeOffset(), ReadIdentity(json))
        {
            IsReady = json.Maybe("ready")?.GetBoolean() ?? true,
            LogStarts = json.Maybe("logStarts") is { } starts ? ReadLogEnds(starts) : null,
            Health = json.Maybe("health") is { } health ? ReadHealth(health) : null,
            Says = json.Maybe("says")?.GetString(),
        }
        : throw Unknown("run", json.Text("is"));

    /// <summary>As fields of the object that is being written.</summary>
    public static void Write(Utf8JsonWriter json, ProcessIdentity identity)
    {
        json.WriteNumber("pid", identity.Pid);
        json.WriteNumber("startTicks", identity.StartTicks);
        json.WriteString("bootId", identity.BootId);
    }

    public static ProcessIdentity ReadIdentity(JsonElement json) =>
        new(json.Get("pid").GetInt32(), json.Get("startTicks").GetInt64(), json.Text("bootId"));

    private static void Write(Utf8JsonWriter json, string name, LogEnds ends)
    {
        json.WriteStartObject(name);
        if (ends.Stdout is { } stdout)
            json.WriteNumber("stdout", stdout);
        if (ends.Stderr is { } stderr)
            json.WriteNumber("stderr", stderr);
        json.WriteEndObject();
    }

    private static LogEnds ReadLogEnds(JsonElement json) => new(json.Maybe("stdout")?.GetInt64(), json.Maybe("stderr")?.GetInt64());

    private static void Write(Utf8JsonWriter json, Health health)
    {
        json.WriteStartObject("health");
        json.WriteBoolean("healthy", health.IsHealthy);
        json.WriteString("since", health.Since);
        if (health.Why is { } why)
            json.WriteString("why", why);
        json.WriteEndObject();
    }

    private static Health ReadHealth(JsonElement json) =>
        new(json.Get("healthy").GetBoolean(), json.Get("since").GetDateTimeOffset(), json.Maybe("why")?.GetString());

    private static void Write(Utf8JsonWriter json, EndedRun run)
    {
        json.WriteStartObject("lastRun");
        if (run.Pid is { } pid)
            json.WriteNumber("pid", pid);
        json.WriteString("startedAt", run.StartedAt);
        json.WriteString("endedAt", run.EndedAt);
        json.WriteBoolean("witnessed", run.Witnessed);
        if (run.PeakMemoryBytes is { } peak)
            json.WriteNumber("peakMemoryBytes", peak);
        Write(json, "how", run.How);
        if (run.Why is { } why)
            json.WriteString("why", why);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string name, Exit how)
    {
        json.WriteStartObject(name);
        switch (how)
        {
            case Exit.Code code:
                json.WriteNumber("code", code.Value);
                break;
            case Exit.Signal signal:
                json.WriteNumber("signal", signal.Number);
                json.WriteBoolean("coreDumped", signal.CoreDumped);
                if (signal.OutOfMemory)
                    json.WriteBoolean("outOfMemory", true);
                break;
            case Exit.NotStarted failure:
                json.WriteString("notStarted", failure.Why);
                break;
            case Exit.Unknown unknown:
                json.WriteString("unknown", unknown.Why);
                break;
        }

        json.WriteEndObject();
    }

    private static EndedRun ReadEndedRun(JsonElement json) => new(
        json.Maybe("pid")?.GetInt32(),
        json.Get("startedAt").GetDateTimeOffset(),
        json.Get("endedAt").GetDateTimeOffset(),
        json.Get("witnessed").GetBoolean(),
        ReadExit(json.Get("how")),
        json.Maybe("peakMemoryBytes")?.GetInt64(),
        json.Maybe("why")?.GetString());

    public static Exit ReadExit(JsonElement how) =>
        how.Maybe("code") is { } code ? new Exit.Code(code.GetInt32())
        : how.Maybe("signal") is { } signal ? new Exit.Signal(
            signal.GetInt32(), how.Get("coreDumped").GetBoolean(), how.Maybe("outOfMemory")?.GetBoolean() ?? false)
        : how.Maybe("notStarted") is not null ? new Exit.NotStarted(how.Text("notStarted"))
        : new Exit.Unknown(how.Text("unknown"));

    private static JsonException Unknown(string what, string word) => new($"there is no {what} '{word}'");
}

/// <summary>The state was written by a newer version of Sentinel.</summary>
internal sealed class NewerStateException(int version) : Exception
{
    public int Version => version;
}
