using System.Text.Json;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>The shape of a process in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class ProcessDocument
{
    public static void Write(Utf8JsonWriter json, ProcessInfo process)
    {
        json.WriteStartObject();
        json.WriteNumber("id", process.Id);
        json.WriteString("name", process.Name);
        json.WriteOrNull("set", process.Set);
        json.WriteOrNull("instance", process.Instance);
        json.WriteString("state", process.State);
        json.WriteString("since", process.Since);
        json.WriteNumber("run", process.Run);
        json.WriteObjectOrNull("health", process.Health, Write);
        json.WriteObjectOrNull("readiness", process.Readiness, Write);
        json.WriteBoolean("anyListener", process.AnyListener);
        json.WriteOrNull("says", process.Says);
        json.WriteOrNull("pid", process.Pid);
        json.WriteBoolean("handsOver", process.HandsOver);
        json.WriteObjectOrNull("beside", process.Beside, RunDocument.Write);
        json.WriteObjectOrNull("elsewhere", process.Elsewhere, Write);
        json.WriteArray("pids", process.Pids, json.WriteNumberValue);
        json.WriteOrNull("cpuPercent", process.CpuPercent);
        json.WriteOrNull("memoryBytes", process.MemoryBytes);
        json.WriteOrNull("uptimeSeconds", process.UptimeSeconds);
        json.WriteString("restart", process.Restart);
        json.WriteNumber("restarts", process.Restarts);
        json.WriteOrNull("maxRestarts", process.MaxRestarts);
        json.WriteOrNull("restartWindowSeconds", process.RestartWindowSeconds);
        json.WriteNumber("restartsInWindow", process.RestartsInWindow);
        json.WriteString("stopSignal", process.StopSignal);
        json.WriteNumber("stopTimeoutSeconds", process.StopTimeoutSeconds);
        json.WriteString("stopMode", process.StopMode);
        json.WriteOrNull("pidFile", process.PidFile);
        json.WriteOrNull("maxMemoryBytes", process.MaxMemoryBytes);
        json.WriteObjectOrNull("watch", process.Watch, WatchDocument.Write);
        json.WriteOrNull("stoppingBecause", process.StoppingBecause);
        json.WriteBoolean("thenStarts", process.ThenStarts);
        json.WriteOrNull("failedBecause", process.FailedBecause);
        json.WriteOrNull("leaseEnded", process.LeaseEnded);
        json.WriteOrNull("restartDue", process.RestartDue);
        json.WriteOrNull("nextStart", process.NextStart);
        WaitsForDocument.Write(json, process.WaitsFor);
        json.WriteOrNull("group", process.Group);
        json.WriteString("command", process.Command);
        json.WriteTexts("arguments", process.Arguments);
        json.WriteBoolean("shell", process.Shell);
        json.WriteString("workingDirectory", process.WorkingDirectory);
        json.WriteTexts("environmentFiles", process.EnvironmentFiles);
        json.WriteOrNull("options", process.Options);
        json.WriteObjectOrNull("treatment", process.Treatment, Write);
        json.WriteObjects("ports", process.Ports, port => Write(json, port));
        json.WriteTexts("sockets", process.Sockets);
        json.WriteOrNull("url", process.Url);
        json.WriteObjectOrNull("lease", process.Lease, Write);
        json.WriteObjectOrNull("startedBy", process.StartedBy, Write);
        json.WriteString("stdoutPath", process.StdoutPath);
        json.WriteString("stderrPath", process.StderrPath);
        json.WriteObjectOrNull("logLimits", process.LogLimits, Write);
        json.WriteBoolean("logPipe", process.LogPipe);
        LogFaultsDocument.Write(json, process);
        json.WriteObjectOrNull("lastRun", process.LastRun, Write);
        json.WriteOrNull("inBackground", process.InBackground);
        json.WriteObjects("leftOver", process.LeftOver, left => Write(json, left));
        json.WriteBoolean("putItselfIntoBackground", process.PutItselfIntoBackground);
        json.WriteBoolean("unasked", process.IsUnasked);
        json.WriteEndObject();
    }

    public static ProcessInfo Read(JsonElement json) => Read(new PropertyWalk(json));

    // In the order of writing.
    private static ProcessInfo Read(PropertyWalk json) => new()
    {
        Id = json.Get("id").GetInt32(),
        Name = json.Text("name"),
        Set = json.Maybe("set")?.GetString(),
        Instance = json.Maybe("instance")?.GetInt32(),
        State = json.SharedText("state"),
        Since = json.Time("since"),
        Run = json.Get("run").GetInt32(),
        Health = json.Maybe("health") is { } health ? ReadHealth(health) : null,
        Readiness = json.Maybe("readiness") is { } readiness ? ReadReadiness(readiness) : null,
        AnyListener = json.Get("anyListener").GetBoolean(),
        Says = json.Maybe("says")?.GetString(),
        Pid = json.Maybe("pid")?.GetInt32(),
        HandsOver = json.Get("handsOver").GetBoolean(),
        Beside = json.Maybe("beside") is { } beside ? RunDocument.ReadOther(beside) : null,
        Elsewhere = json.Maybe("elsewhere") is { } elsewhere ? ReadElsewhere(elsewhere) : null,
        Pids = json.Numbers("pids"),
        CpuPercent = json.Maybe("cpuPercent")?.GetDouble(),
        MemoryBytes = json.Maybe("memoryBytes")?.GetInt64(),
        UptimeSeconds = json.Maybe("uptimeSeconds")?.GetDouble(),
        Restart = json.SharedText("restart"),
        Restarts = json.Get("restarts").GetInt32(),
        MaxRestarts = json.Maybe("maxRestarts")?.GetInt32(),
        RestartWindowSeconds = json.Maybe("restartWindowSeconds")?.GetDouble(),
        RestartsInWindow = json.Get("restartsInWindow").GetInt32(),
        StopSignal = json.SharedText("stopSignal"),
        StopTimeoutSeconds = json.Get("stopTimeoutSeconds").GetDouble(),
        StopMode = json.SharedText("stopMode"),
        PidFile = json.Maybe("pidFile")?.GetString(),
        MaxMemoryBytes = json.Maybe("maxMemoryBytes")?.GetInt64(),
        Watch = json.Maybe("watch") is { } watch ? WatchDocument.Read(watch) : null,
        StoppingBecause = json.Maybe("stoppingBecause")?.GetString(),
        ThenStarts = json.Get("thenStarts").GetBoolean(),
        FailedBecause = json.Maybe("failedBecause")?.GetString(),
        LeaseEnded = json.Maybe("leaseEnded")?.GetString(),
        RestartDue = json.Maybe("restartDue")?.Time(),
        NextStart = json.Maybe("nextStart")?.Time(),
        WaitsFor = WaitsForDocument.Read(json.Get("waitsFor")),
        Group = json.Maybe("group")?.GetString(),
        Command = json.Text("command"),
        Arguments = json.Texts("arguments"),
        Shell = json.Get("shell").GetBoolean(),
        WorkingDirectory = json.Text("workingDirectory"),
        EnvironmentFiles = json.Texts("environmentFiles"),
        Options = json.Maybe("options")?.Clone(),
        Treatment = ReadTreatment(json.Get("treatment")),
        Ports = [.. json.Get("ports").EnumerateArray().Select(ReadPort)],
        Sockets = json.Texts("sockets"),
        Url = json.Maybe("url")?.GetString(),
        Lease = json.Maybe("lease") is { } lease ? ReadLease(lease) : null,
        StartedBy = json.Maybe("startedBy") is { } origin ? new OriginInfo(
            [.. origin.Get("ancestry").EnumerateArray().Select(ReadAncestor)], origin.Text("folder"), origin.Time("at")) : null,
        StdoutPath = json.Text("stdoutPath"),
        StderrPath = json.Text("stderrPath"),
        LogLimits = json.Get("logLimits") is var limits
            ? new LogLimits(limits.Get("maxBytes").GetInt64(), limits.Get("backups").GetInt32(), limits.Get("compress").GetBoolean())
            : LogLimits.Default,
        LogPipe = json.Get("logPipe").GetBoolean(),
        DeletedLogs = LogFaultsDocument.ReadDeleted(json.Maybe("deletedLogs")),
        MovedLogs = LogFaultsDocument.ReadMoved(json.Maybe("movedLogs")),
        EmptiedLogs = LogFaultsDocument.ReadEmptied(json.Maybe("emptiedLogs")),
        LastRun = json.Maybe("lastRun") is { } last ? ReadRun(last) : null,
        InBackground = json.Maybe("inBackground")?.GetString(),
        LeftOver = [.. json.Get("leftOver").EnumerateArray().Select(ReadLeftOver)],
        PutItselfIntoBackground = json.Get("putItselfIntoBackground").GetBoolean(),
        IsUnasked = json.Get("unasked").GetBoolean(),
    };

    /// <summary>Writes the properties of a run that is over.</summary>
    public static void Write(Utf8JsonWriter json, RunInfo run)
    {
        json.WriteOrNull("pid", run.Pid);
        json.WriteString("startedAt", run.StartedAt);
        json.WriteString("endedAt", run.EndedAt);
        json.WriteBoolean("witnessed", run.Witnessed);
        json.WriteString("how", run.How);
        json.WriteOrNull("exitCode", run.ExitCode);
        json.WriteOrNull("signal", run.Signal);
        json.WriteOrNull("coreDumped", run.CoreDumped);
        json.WriteOrNull("outOfMemory", run.OutOfMemory);
        json.WriteOrNull("peakMemoryBytes", run.PeakMemoryBytes);
        json.WriteOrNull("why", run.Why);
        json.WriteString("text", run.Text);
    }

    private static RunInfo ReadRun(JsonElement json) => new(
        json.Maybe("pid")?.GetInt32(),
        json.Time("startedAt"),
        json.Time("endedAt"),
        json.Get("witnessed").GetBoolean(),
        json.SharedText("how"),
        json.Maybe("exitCode")?.GetInt32(),
        json.Maybe("signal")?.GetString(),
        json.Maybe("coreDumped")?.GetBoolean(),
        json.Maybe("outOfMemory")?.GetBoolean(),
        json.Maybe("peakMemoryBytes")?.GetInt64(),
        json.Maybe("why")?.GetString(),
        json.Text("text"));

    public static void Write(Utf8JsonWriter json, HealthInfo health)
    {
        json.WriteOrNull("status", health.Status);
        json.WriteOrNull("since", health.Since);
        json.WriteOrNull("why", health.Why);
        json.WriteString("by", health.By);
        json.WriteString("target", health.Target);
        json.WriteNumber("intervalSeconds", health.IntervalSeconds);
        json.WriteNumber("timeoutSeconds", health.TimeoutSeconds);
        json.WriteNumber("failures", health.Failures);
        json.WriteNumber("startPeriodSeconds", health.StartPeriodSeconds);
    }

    internal static HealthInfo ReadHealth(JsonElement json) => new(
        json.Maybe("status")?.GetString(),
        json.Maybe("since")?.Time(),
        json.Maybe("why")?.GetString(),
        json.SharedText("by"),
        json.Text("target"),
        json.Get("intervalSeconds").GetDouble(),
        json.Get("timeoutSeconds").GetDouble(),
        json.Get("failures").GetInt32(),
        json.Get("startPeriodSeconds").GetDouble());

    private static void Write(Utf8JsonWriter json, ReadinessInfo readiness)
    {
        json.WriteOrNull("by", readiness.By);
        json.WriteOrNull("target", readiness.Target);
        json.WriteNumber("timeoutSeconds", readiness.TimeoutSeconds);
        json.WriteOrNull("why", readiness.Why);
    }

    private static ReadinessInfo ReadReadiness(JsonElement json) => new(
        json.Maybe("by")?.GetString(), json.Maybe("target")?.GetString(), json.Get("timeoutSeconds").GetDouble(), json.Maybe("why")?.GetString());

    internal static void Write(Utf8JsonWriter json, ElsewhereInfo elsewhere)
    {
        json.WriteOrNull("pidNamespace", elsewhere.PidNamespace);
        json.WriteOrNull("pid", elsewhere.Pid);
    }

    internal static ElsewhereInfo ReadElsewhere(JsonElement json) => new(json.Maybe("pidNamespace")?.GetUInt64(), json.Maybe("pid")?.GetInt32());

    internal static void Write(Utf8JsonWriter json, LeftOverInfo left)
    {
        json.WriteNumber("pid", left.Pid);
        json.WriteOrNull("program", left.Program);
    }

    internal static LeftOverInfo ReadLeftOver(JsonElement json) => new(json.Get("pid").GetInt32(), json.Maybe("program")?.GetString());

    internal static void Write(Utf8JsonWriter json, LeasedPortInfo port)
    {
        json.WriteNumber("port", port.Port);
        json.WriteString("name", port.Name);
    }

    internal static LeasedPortInfo ReadPort(JsonElement json) => new(json.Get("port").GetInt32(), json.Text("name"));

    private static void Write(Utf8JsonWriter json, TreatmentInfo treatment)
    {
        json.WriteOrNull("user", treatment.User);
        json.WriteOrNull("nice", treatment.Nice);
        json.WriteOrNull("ioPriority", treatment.IoPriority);
        json.WriteArrayOrNull("cpus", treatment.Cpus, json.WriteNumberValue);
        json.WriteOrNull("oomScoreAdjust", treatment.OomScoreAdjust);
        json.WriteString("umask", treatment.Umask);
        json.WriteTexts("limits", treatment.Limits);
        json.WriteOrNull("memoryMaxBytes", treatment.MemoryMaxBytes);
        json.WriteOrNull("cpuMaxPercent", treatment.CpuMaxPercent);
        json.WriteOrNull("pidsMax", treatment.PidsMax);
    }

    private static TreatmentInfo ReadTreatment(JsonElement json) => new(
        json.Maybe("user")?.GetString(),
        json.Maybe("nice")?.GetInt32(),
        json.Maybe("ioPriority")?.GetString(),
        json.Maybe("cpus") is null ? null : json.Numbers("cpus"),
        json.Maybe("oomScoreAdjust")?.GetInt32(),
        json.SharedText("umask"),
        json.Texts("limits"),
        json.Maybe("memoryMaxBytes")?.GetInt64(),
        json.Maybe("cpuMaxPercent")?.GetInt32(),
        json.Maybe("pidsMax")?.GetInt32());

    internal static void Write(Utf8JsonWriter json, LeaseInfo lease)
    {
        json.WriteOrNull("ttlSeconds", lease.TtlSeconds);
        json.WriteOrNull("expiresAt", lease.ExpiresAt);
        json.WriteObjectOrNull("owner", lease.Owner, Write);
        json.WriteOrNull("session", lease.Session);
        json.WriteOrNull("over", lease.Over);
    }

    internal static LeaseInfo ReadLease(JsonElement json) => new(
        json.Maybe("ttlSeconds")?.GetDouble(),
        json.Maybe("expiresAt")?.GetDateTimeOffset(),
        json.Maybe("owner") is { } owner ? ReadAncestor(owner) : null,
        json.Maybe("session")?.GetString(),
        json.Maybe("over")?.GetString());

    private static void Write(Utf8JsonWriter json, OriginInfo origin)
    {
        json.WriteObjects("ancestry", origin.Ancestry, ancestor => Write(json, ancestor));
        json.WriteString("folder", origin.Folder);
        json.WriteString("at", origin.At);
    }

    private static void Write(Utf8JsonWriter json, AncestorInfo ancestor)
    {
        json.WriteNumber("pid", ancestor.Pid);
        json.WriteString("program", ancestor.Program);
    }

    private static AncestorInfo ReadAncestor(JsonElement json) => new(json.Get("pid").GetInt32(), json.SharedText("program"));

    private static void Write(Utf8JsonWriter json, LogLimits limits)
    {
        json.WriteNumber("maxBytes", limits.MaxBytes);
        json.WriteNumber("backups", limits.Backups);
        json.WriteBoolean("compress", limits.Compress);
    }
}
