using System.Text.Json;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>A process as everybody may see it: what was asked for, what it does and uses, and what happened to it. See docs/json.md.</summary>
public sealed record ProcessInfo
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The set that it belongs to; null: none.</summary>
    public required string? Set { get; init; }

    /// <summary>Its number in the set.</summary>
    public required int? Instance { get; init; }

    /// <summary>See <see cref="ProcessRecord.Word"/>.</summary>
    public required string State { get; init; }

    /// <summary>Since when it is in that state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The number of the run that is under way or was the last; 0: there was none.</summary>
    public required int Run { get; init; }

    public required HealthInfo? Health { get; init; }

    public required ReadinessInfo? Readiness { get; init; }

    /// <summary>Whether an answer counts no matter who gives it.</summary>
    public required bool AnyListener { get; init; }

    /// <summary>What it says about itself.</summary>
    public required string? Says { get; init; }

    /// <summary>The main process; null while there is none.</summary>
    public required int? Pid { get; init; }

    /// <summary>Whether its main process has ended, and its pid file is to name another.</summary>
    public required bool HandsOver { get; init; }

    /// <summary>Another run of it, while one takes the place of the other.</summary>
    public required OtherRun? Beside { get; init; }

    public required ElsewhereInfo? Elsewhere { get; init; }

    /// <summary>Every live process of the tree; after it has ended, its leftovers, if somebody asked for them.</summary>
    public required IReadOnlyList<int> Pids { get; init; }

    /// <summary>Of one CPU: two busy threads are 200. Null: nothing of it runs.</summary>
    public required double? CpuPercent { get; init; }

    public required long? MemoryBytes { get; init; }

    public required double? UptimeSeconds { get; init; }

    /// <summary>See <see cref="RestartRules"/>.</summary>
    public required string Restart { get; init; }

    /// <summary>How often it was started again because it had ended by itself.</summary>
    public required int Restarts { get; init; }

    public required int? MaxRestarts { get; init; }

    public required double? RestartWindowSeconds { get; init; }

    /// <summary>How many restarts count toward <see cref="MaxRestarts"/> at this moment.</summary>
    public required int RestartsInWindow { get; init; }

    public required string StopSignal { get; init; }

    public required double StopTimeoutSeconds { get; init; }

    /// <summary>See <see cref="StopModes"/>.</summary>
    public required string StopMode { get; init; }

    public required string? PidFile { get; init; }

    public required long? MaxMemoryBytes { get; init; }

    /// <summary>Null: it depends on no files.</summary>
    public required WatchInfo? Watch { get; init; }

    /// <summary>Why it is being stopped, if not because somebody asked for it.</summary>
    public required string? StoppingBecause { get; init; }

    /// <summary>Whether it is being stopped to be started again.</summary>
    public required bool ThenStarts { get; init; }

    /// <summary>Why it was given up.</summary>
    public required string? FailedBecause { get; init; }

    /// <summary>Why its lease is over, once it was ended for that.</summary>
    public required string? LeaseEnded { get; init; }

    /// <summary>When it will be started again.</summary>
    public required DateTimeOffset? RestartDue { get; init; }

    /// <summary>When its schedule starts it next; null: it does not.</summary>
    public required DateTimeOffset? NextStart { get; init; }

    /// <summary>What has to be so before it is started; empty unless it waits for others.</summary>
    public required IReadOnlyList<WaitsFor> WaitsFor { get; init; }

    public required string? Group { get; init; }

    /// <summary>The command as people write it.</summary>
    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Whether a shell interprets the command.</summary>
    public required bool Shell { get; init; }

    public required string WorkingDirectory { get; init; }

    public required IReadOnlyList<string> EnvironmentFiles { get; init; }

    /// <summary>The settings that differ from their defaults; null: nobody asked for them.</summary>
    public required JsonElement? Options { get; init; }

    public required TreatmentInfo Treatment { get; init; }

    public required IReadOnlyList<LeasedPortInfo> Ports { get; init; }

    /// <summary>The sockets that are held for it, as <c>--socket</c> takes them.</summary>
    public required IReadOnlyList<string> Sockets { get; init; }

    /// <summary>Where people reach it; null: not known.</summary>
    public required string? Url { get; init; }

    public required LeaseInfo? Lease { get; init; }

    /// <summary>Null: not known.</summary>
    public required OriginInfo? StartedBy { get; init; }

    public required string StdoutPath { get; init; }

    public required string StderrPath { get; init; }

    public required LogLimits LogLimits { get; init; }

    /// <summary>Whether a reader keeps its logs.</summary>
    public required bool LogPipe { get; init; }

    /// <summary>Null: nobody asked what became of the logs.</summary>
    public required IReadOnlyList<DeletedLog>? DeletedLogs { get; init; }

    /// <inheritdoc cref="DeletedLogs"/>
    public required IReadOnlyList<MovedLog>? MovedLogs { get; init; }

    /// <inheritdoc cref="DeletedLogs"/>
    public required IReadOnlyList<EmptiedLog>? EmptiedLogs { get; init; }

    public required RunInfo? LastRun { get; init; }

    /// <summary>What it left running when it went into the background, in words; null: it did not, as far as is known.</summary>
    public required string? InBackground { get; init; }

    /// <summary>What still runs of it although it has ended by itself.</summary>
    public required IReadOnlyList<LeftOverInfo> LeftOver { get; init; }

    /// <summary>Whether that looks as if it had put itself into the background.</summary>
    public required bool PutItselfIntoBackground { get; init; }

    /// <summary>Whether it is not ready, and not probed unless somebody waits for it.</summary>
    public required bool IsUnasked { get; init; }

    /// <summary>Whether it runs, and is not ready yet.</summary>
    public bool IsUnready => State == "starting" && Pid is not null;

    /// <summary>Whether it runs, be it ready or not, or between two main processes.</summary>
    public bool IsUp => State == "running" || IsUnready || HandsOver;
}

/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>; null: not known.</param>
public sealed record HealthInfo(
    string? Status,
    DateTimeOffset? Since,
    string? Why,
    string By,
    string Target,
    double IntervalSeconds,
    double TimeoutSeconds,
    int Failures,
    double StartPeriodSeconds)
{
    public static HealthInfo From(HealthCheck check, Health? health) => new(
        health?.Word,
        health?.Since,
        health?.Why,
        check.Probe.Kind.Word(),
        check.Probe.Target,
        check.Interval.TotalSeconds,
        check.Timeout.TotalSeconds,
        check.Failures,
        check.StartPeriod.TotalSeconds);
}

/// <summary>A run beside the one that serves.</summary>
/// <param name="Pid">Null: it has no process yet.</param>
/// <param name="Is">"starting": it is to take the place of the one that serves; "stopping": its place was taken.</param>
public sealed record OtherRun(int? Pid, DateTimeOffset Since, string Is)
{
    public const string Starting = "starting", Stopping = "stopping";

    public static OtherRun? From(ProcessRecord record) => record switch
    {
        { Successor: { } next } => new OtherRun(next.Main?.Pid, next.Since, Starting),
        { Predecessor.Run: { } before } => new OtherRun(before.Identity.Pid, before.Since, Stopping),
        _ => null,
    };
}

/// <param name="By">Null: it is ready when it has lived for the timeout.</param>
/// <param name="Target">See <see cref="Probe"/>.</param>
/// <param name="TimeoutSeconds">0: it may take any time.</param>
/// <param name="Why">Who answers instead; null: nobody.</param>
public sealed record ReadinessInfo(string? By, string? Target, double TimeoutSeconds, string? Why)
{
    public static ReadinessInfo From(Readiness readiness, string? why) =>
        new(readiness.Probe?.Kind.Word(), readiness.Probe?.Target, readiness.Timeout.TotalSeconds, why);

    /// <summary>Of a process that is ready as soon as the steps before it are over.</summary>
    public static ReadinessInfo AfterSteps(string? why) => new(null, null, 0, why);
}

/// <param name="PidNamespace">Where it runs.</param>
/// <param name="Pid">Its pid there; null while it is being started.</param>
public sealed record ElsewhereInfo(ulong? PidNamespace, int? Pid)
{
    public static ElsewhereInfo From(RunState.Elsewhere elsewhere) =>
        new(elsewhere.Was.Main?.PidNamespace ?? (elsewhere.Was as RunState.Starting)?.PidNamespace, elsewhere.Was.Main?.Pid);

    /// <summary>Where that is, as the end of a sentence.</summary>
    public string Place => this switch
    {
        { Pid: { } pid } => $"in pid namespace {PidNamespace}, where it is pid {pid}",
        { PidNamespace: { } space } => $"in pid namespace {space}",
        _ => "in another pid namespace",
    };
}

/// <summary>How the process is treated by the system; null: as its caller is.</summary>
public sealed record TreatmentInfo(
    string? User,
    int? Nice,
    string? IoPriority,
    IReadOnlyList<int>? Cpus,
    int? OomScoreAdjust,
    string Umask,
    IReadOnlyList<string> Limits,
    long? MemoryMaxBytes,
    int? CpuMaxPercent,
    int? PidsMax)
{
    public static TreatmentInfo From(ProcessSpec spec) => new(
        spec.Treatment.User,
        spec.Treatment.Nice,
        spec.Treatment.IoPriority?.ToString(),
        spec.Treatment.Cpus,
        spec.Treatment.OomScoreAdjust,
        Octal.Of(spec.Umask),
        [.. spec.Treatment.Limits.Select(limit => limit.ToString())],
        spec.Treatment.Tree.MemoryBytes,
        spec.Treatment.Tree.CpuPercent,
        spec.Treatment.Tree.Pids);
}

/// <summary>A process that still runs after the main process of its tree has ended.</summary>
/// <param name="Program">Its name; null if that cannot be read.</param>
public sealed record LeftOverInfo(int Pid, string? Program);

/// <summary>A port that a process holds.</summary>
public sealed record LeasedPortInfo(int Port, string Name);
