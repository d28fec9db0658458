using System.Text.Json;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>What <c>list --json</c> and <c>status --json</c> print; see docs/json.md.</summary>
internal sealed record ProcessesJson(
    int SchemaVersion,
    IReadOnlyList<ProcessJson> Processes,
    IReadOnlyList<RestartJson> AutoRestarted,
    IReadOnlyList<string> Warnings)
{
    /// <summary>The number of the last event that led to this.</summary>
    public long LastEvent { get; init; }
}

internal sealed record ProcessJson
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    public required string? Set { get; init; }

    public required int? Instance { get; init; }

    public required string State { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required HealthJson? Health { get; init; }

    public required ReadinessJson? Readiness { get; init; }

    public required bool AnyListener { get; init; }

    public required string? Says { get; init; }

    public required int? Pid { get; init; }

    public required ElsewhereJson? Elsewhere { get; init; }

    public required IReadOnlyList<int> Pids { get; init; }

    public required double? CpuPercent { get; init; }

    public required long? MemoryBytes { get; init; }

    public required double? UptimeSeconds { get; init; }

    public required string Restart { get; init; }

    public required int Restarts { get; init; }

    public required int? MaxRestarts { get; init; }

    public required double? RestartWindowSeconds { get; init; }

    public required string StopSignal { get; init; }

    public required double StopTimeoutSeconds { get; init; }

    public required string StopMode { get; init; }

    public required string? PidFile { get; init; }

    public required long? MaxMemoryBytes { get; init; }

    public required string? FailedBecause { get; init; }

    public required DateTimeOffset? RestartDue { get; init; }

    public required string? Group { get; init; }

    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required bool Shell { get; init; }

    public required string WorkingDirectory { get; init; }

    public required IReadOnlyList<string> EnvironmentFiles { get; init; }

    /// <summary>See <see cref="OptionsDocument"/>.</summary>
    public required JsonElement Options { get; init; }

    public required TreatmentJson Treatment { get; init; }

    public required IReadOnlyList<LeaseJson> Ports { get; init; }

    public required ProcessLeaseJson? Lease { get; init; }

    public required OriginJson? StartedBy { get; init; }

    public required string StdoutPath { get; init; }

    public required string StderrPath { get; init; }

    public required bool LogPipe { get; init; }

    public required IReadOnlyList<DeletedLog>? DeletedLogs { get; init; }

    public required IReadOnlyList<MovedLog>? MovedLogs { get; init; }

    public required IReadOnlyList<EmptiedLog>? EmptiedLogs { get; init; }

    public required LastRunJson? LastRun { get; init; }

    public static ProcessJson From(ProcessView view, SentinelHome home)
    {
        var (record, usage) = view;
        return new ProcessJson
        {
            Id = record.Id,
            Name = record.Spec.Name,
            Set = record.Spec.Instance?.Set,
            Instance = record.Spec.Instance?.Number,
            State = record.State.Word,
            Since = record.State.Since,
            Health = record.Spec.Health is { } health ? HealthJson.From(health, record.State.CurrentRun?.Health) : null,
            Readiness = record.Spec.Readiness is { } readiness ? ReadinessJson.From(readiness, record.State.CurrentRun?.Impediment) : null,
            AnyListener = record.Spec.AnyListener,
            Says = record.State.CurrentRun?.Says,
            Pid = ProcessList.PidOf(record.State),
            Elsewhere = record.State is RunState.Elsewhere elsewhere ? ElsewhereJson.From(elsewhere) : null,
            Pids = usage?.Pids ?? view.Remains,
            CpuPercent = usage is null ? null : Math.Round(usage.CpuPercent, 1),
            MemoryBytes = usage?.MemoryBytes,
            UptimeSeconds = usage is null ? null : Math.Round(usage.Uptime.TotalSeconds, 2),
            Restart = record.Spec.Restart.Word(),
            Restarts = record.Restarts,
            MaxRestarts = record.Spec.RestartLimit?.Restarts,
            RestartWindowSeconds = record.Spec.RestartLimit?.Window.TotalSeconds,
            StopSignal = SignalName.Of(record.Spec.Stop.Signal),
            StopTimeoutSeconds = record.Spec.Stop.Timeout.TotalSeconds,
            StopMode = record.Spec.Stop.Mode.Word(),
            PidFile = record.Spec.PidFile,
            MaxMemoryBytes = record.Spec.MaxMemoryBytes,
            FailedBecause = (record.State as RunState.Failed)?.Why,
            RestartDue = (record.State as RunState.Backoff)?.Due,
            Group = record.Spec.Group,
            Command = record.Spec.Command.Text,
            Arguments = record.Spec.Command.Arguments,
            Shell = record.Spec.Command.Shell,
            WorkingDirectory = record.Spec.WorkingDirectory,
            EnvironmentFiles = record.Spec.EnvironmentFiles,
            Options = OptionsDocument.Of(record.Spec),
            Treatment = TreatmentJson.From(record.Spec),
            Ports = [.. view.Ports.Select(lease => new LeaseJson(lease.Port, lease.Name))],
            Lease = ProcessLeaseJson.From(view),
            StartedBy = OriginJson.From(record.Origin),
            StdoutPath = home.StdoutOf(record),
            StderrPath = home.StderrOf(record),
            LogPipe = record.Spec.LogPipe,
            DeletedLogs = view.Logs?.Deleted,
            MovedLogs = view.Logs?.Moved,
            EmptiedLogs = view.Logs?.Emptied,
            LastRun = record.LastRun is { } last ? LastRunJson.From(last) : null,
        };
    }
}

/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>; null: not known.</param>
internal sealed record HealthJson(
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
    public static HealthJson From(HealthCheck check, Health? health) => new(
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

/// <param name="By">Null: it is ready when it has lived for the timeout.</param>
/// <param name="Why">Who answers instead; null: nobody.</param>
internal sealed record ReadinessJson(string? By, string? Target, double TimeoutSeconds, string? Why)
{
    public static ReadinessJson From(Readiness readiness, string? why) =>
        new(readiness.Probe?.Kind.Word(), readiness.Probe?.Target, readiness.Timeout.TotalSeconds, why);
}

/// <param name="Pid">Its pid there; null while it is being started.</param>
internal sealed record ElsewhereJson(ulong? PidNamespace, int? Pid)
{
    public static ElsewhereJson From(RunState.Elsewhere elsewhere) =>
        new(elsewhere.Was.Main?.PidNamespace ?? (elsewhere.Was as RunState.Starting)?.PidNamespace, elsewhere.Was.Main?.Pid);
}

internal sealed record LastRunJson(
    int? Pid,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    bool Witnessed,
    string How,
    int? ExitCode,
    string? Signal,
    bool? CoreDumped,
    bool? OutOfMemory,
    long? PeakMemoryBytes,
    string? Why,
    string Text)
{
    public static LastRunJson From(EndedRun run) => new(
        run.Pid,
        run.StartedAt,
        run.EndedAt,
        run.Witnessed,
        run.How switch { Exit.Code => "exited", Exit.Signal => "killed", Exit.NotStarted => "not-started", _ => "unknown" },
        (run.How as Exit.Code)?.Value,
        run.How is Exit.Signal signal ? SignalName.Of(signal.Number) : null,
        (run.How as Exit.Signal)?.CoreDumped,
        (run.How as Exit.Signal)?.OutOfMemory,
        run.PeakMemoryBytes,
        run.Why,
        run.How.ToString()!);
}

internal sealed record TreatmentJson(
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
    public static TreatmentJson From(ProcessSpec spec) => new(
        spec.Treatment.User,
        spec.Treatment.Nice,
        spec.Treatment.IoPriority?.ToString(),
        spec.Treatment.Cpus,
        spec.Treatment.OomScoreAdjust,
        Convert.ToString(spec.Umask, 8).PadLeft(4, '0'),
        [.. spec.Treatment.Limits.Select(limit => limit.ToString())],
        spec.Treatment.Tree.MemoryBytes,
        spec.Treatment.Tree.CpuPercent,
        spec.Treatment.Tree.Pids);
}

internal sealed record LeaseJson(int Port, string Name);

internal sealed record RestartJson(int Id, string Name, int? OldPid, int NewPid);
