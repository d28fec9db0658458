using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sentinel.Core.Daemon;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Environments;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
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
    IReadOnlyList<string> Warnings);

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

    public static ProcessJson From(
        ProcessView view, IReadOnlyList<int> remains, IEnumerable<PortLease> ports, LogFaults? logs, SentinelHome home)
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
            Pids = usage?.Pids ?? remains,
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
            Treatment = TreatmentJson.From(record.Spec),
            Ports = [.. ports.Select(lease => new LeaseJson(lease.Port, lease.Name))],
            Lease = ProcessLeaseJson.From(view),
            StartedBy = OriginJson.From(record.Origin),
            StdoutPath = home.StdoutOf(record),
            StderrPath = home.StderrOf(record),
            LogPipe = record.Spec.LogPipe,
            DeletedLogs = logs?.Deleted,
            MovedLogs = logs?.Moved,
            EmptiedLogs = logs?.Emptied,
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

/// <summary>What every command that changes something prints with <c>--json</c>.</summary>
internal sealed record OutcomesJson(int SchemaVersion, IReadOnlyList<OutcomeJson> Results, IReadOnlyList<string> Warnings);

internal sealed record OutcomeJson(
    string Target, int? Id, string? Name, bool Ok, string Outcome, int? Pid, int? OldPid, string? Group, int? Port, string? Error, string? Reason);

/// <summary>What <c>group list</c> prints.</summary>
internal sealed record GroupsJson(int SchemaVersion, IReadOnlyList<GroupJson> Groups, IReadOnlyList<string> Warnings);

internal sealed record GroupJson(
    string Name,
    DateTimeOffset CreatedAt,
    IReadOnlyList<string> EnvironmentFiles,
    IReadOnlyList<string> Variables,
    IReadOnlyList<MemberJson> Processes)
{
    public static GroupJson From(Group group, IEnumerable<ProcessView> processes) => new(
        group.Name,
        group.CreatedAt,
        group.EnvironmentFiles,
        [.. group.Variables.Names()],
        [.. processes.Select(process => process.Record).Where(record => record.Spec.Group == group.Name)
            .Select(record => new MemberJson(record.Id, record.Spec.Name, record.State.Word, record.State.Main?.Pid))]);
}

internal sealed record MemberJson(int Id, string Name, string State, int? Pid);

/// <summary>What <c>port list</c> prints.</summary>
internal sealed record PortsJson(int SchemaVersion, IReadOnlyList<PortJson> Ports, IReadOnlyList<string> Warnings);

internal sealed record PortJson(
    int Port, string Name, DateTimeOffset AllocatedAt, int? ProcessId, string? Process, IReadOnlyList<ListenerJson> Listeners)
{
    public static PortJson From(PortLease lease, State state, IEnumerable<Listener> listeners) => new(
        lease.Port,
        lease.Name,
        lease.AllocatedAt,
        lease.ProcessId,
        lease.ProcessId is { } owner ? state.Processes[owner].Spec.Name : null,
        [.. listeners.Select(listener => new ListenerJson(listener.Protocol, listener.Pid, listener.Program))]);
}

internal sealed record ListenerJson(string Protocol, int? Pid, string? Program);

/// <summary>What <c>env</c> prints.</summary>
internal sealed record EnvironmentJson(
    int SchemaVersion, int Id, string Name, bool Running, IReadOnlyList<VariableJson> Variables, IReadOnlyList<string> Warnings);

internal sealed record VariableJson(string Name, string? Value, SourceJson? Source, bool Outdated, string? NextValue, SourceJson? NextSource)
{
    public static VariableJson From(VariableView variable, bool reveal) => new(
        variable.Name,
        reveal ? variable.Value : null,
        SourceJson.From(variable.Source),
        variable.IsOutdated,
        reveal ? variable.Next?.Value : null,
        SourceJson.From(variable.Next?.Source));
}

internal sealed record SourceJson(string Layer, string? Name, int? Line)
{
    public static SourceJson? From(EnvironmentSource? source) => source is null ? null : new(source.Layer, source.Name, source.Line);
}

/// <summary>What <c>startup</c> prints.</summary>
internal sealed record StartupJson(
    int SchemaVersion,
    string Kind,
    string Name,
    IReadOnlyList<string> Command,
    string Content,
    string? Path,
    bool Installed,
    IReadOnlyList<string> Warnings);

/// <summary>What <c>doctor</c> prints.</summary>
internal sealed record DoctorJson(int SchemaVersion, IReadOnlyList<FindingJson> Findings, int Broken, int Degraded, IReadOnlyList<string> Warnings)
{
    public static DoctorJson From(IReadOnlyCollection<Finding> findings, IReadOnlyList<string> warnings) => new(
        Json.SchemaVersion,
        [.. findings.Select(finding => new FindingJson(finding.Area, finding.Level.Word(), finding.What, finding.Mend))],
        findings.Count(finding => finding.Level == Level.Broken),
        findings.Count(finding => finding.Level == Level.Degraded),
        warnings);
}

internal sealed record FindingJson(string Area, string Level, string What, string? Mend);

/// <summary>What the <c>daemon</c> commands print.</summary>
internal sealed record DaemonJson(
    int SchemaVersion,
    bool Running,
    int? Pid,
    string? Version,
    DateTimeOffset? StartedAt,
    int? Supervised,
    int? RunningProcesses,
    int? Restarts,
    string? LastError)
{
    public static DaemonJson From(DaemonStatus? status) => new(
        Json.SchemaVersion,
        status is not null,
        status?.Pid,
        status?.Version,
        status?.StartedAt,
        status?.Supervised,
        status?.Running,
        status?.Restarts,
        status?.LastError);
}

/// <summary>What <c>why</c> prints.</summary>
internal sealed record WhyJson(int SchemaVersion, IReadOnlyList<StoryJson> Processes, IReadOnlyList<string> Warnings)
{
    public static StoryJson From(Story story) => new(
        story.Record.Id,
        story.Record.Spec.Name,
        story.Record.State.Word,
        story.Record.State.Since,
        story.Next,
        (story.Record.State as RunState.Backoff)?.Due,
        story.Record.Restarts,
        story.Ends,
        story.Since,
        [.. story.Runs.Select(run => new RunJson(
            LastRunJson.From(run.End.Run),
            Math.Round((run.End.Run.EndedAt - run.End.Run.StartedAt).TotalSeconds, 3),
            run.End.ByUser,
            run.IsKept ? run.Stderr : null))]);
}

internal sealed record StoryJson(
    int Id,
    string Name,
    string State,
    DateTimeOffset Since,
    string Next,
    DateTimeOffset? RestartDue,
    int Restarts,
    int EndedRuns,
    DateTimeOffset? KnownSince,
    IReadOnlyList<RunJson> LastRuns);

internal sealed record RunJson(LastRunJson Run, double LivedSeconds, bool StoppedByUser, IReadOnlyList<string>? StderrLines);

/// <summary>A line of what <c>logs --json</c> prints.</summary>
internal sealed record LogLineJson(string Process, string Stream, string Text, DateTimeOffset? Time);

[JsonSerializable(typeof(ProcessesJson))]
[JsonSerializable(typeof(OutcomesJson))]
[JsonSerializable(typeof(GroupsJson))]
[JsonSerializable(typeof(PortsJson))]
[JsonSerializable(typeof(EnvironmentJson))]
[JsonSerializable(typeof(StartupJson))]
[JsonSerializable(typeof(DoctorJson))]
[JsonSerializable(typeof(DaemonJson))]
[JsonSerializable(typeof(WhyJson))]
[JsonSerializable(typeof(LogLineJson))]
internal sealed partial class Json : JsonSerializerContext
{
    public const int SchemaVersion = 1;

    public static readonly Json Document = new(Written(isIndented: true));

    public static readonly Json Line = new(Written(isIndented: false));

    // Escapes only what JSON demands: no browser reads this, but people do.
    private static JsonSerializerOptions Written(bool isIndented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = isIndented,
    };
}
