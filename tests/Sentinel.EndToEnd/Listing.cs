using System.Text.Json;

namespace Sentinel.EndToEnd;

/// <summary>What <c>list --json</c> and <c>status --json</c> print.</summary>
internal sealed record Listing(int SchemaVersion, Listed[] Processes, AutoRestart[] AutoRestarted, string[] Warnings)
{
    public static readonly JsonSerializerOptions Schema = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    public Listed this[string name] => Processes.Single(process => process.Name == name);
}

internal sealed record Listed(
    int Id,
    string Name,
    string State,
    int? Pid,
    double? CpuPercent,
    long? MemoryBytes,
    double? UptimeSeconds,
    string Restart,
    int Restarts,
    string? Group,
    string Command,
    string[] Arguments,
    bool Shell,
    string WorkingDirectory,
    string[] EnvironmentFiles,
    LeasedPort[] Ports,
    ListedLease? Lease,
    DateTimeOffset Since,
    string StdoutPath,
    string StderrPath,
    string? FailedBecause,
    ListedHealth? Health,
    LastRun? LastRun);

internal sealed record ListedHealth(string? Status, string? Why, string By, string Target, double IntervalSeconds);

internal sealed record ListedLease(string? Session);

internal sealed record LeasedPort(int Port, string Name);

internal sealed record LastRun(
    int? Pid,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    bool Witnessed,
    string How,
    int? ExitCode,
    JsonElement? Signal,
    bool? CoreDumped,
    string? Why,
    string Text);

internal sealed record AutoRestart(int Id, string Name, int? OldPid, int? NewPid);

/// <summary>A line of what <c>logs --json</c> prints.</summary>
internal sealed record LogLine(string Process, string Stream, string Text);

/// <summary>What every command that changes something prints with <c>--json</c>.</summary>
internal sealed record Report(int SchemaVersion, Result[] Results, string[] Warnings);

internal sealed record Result(string Target, int? Id, string? Name, bool Ok, string Outcome, int? Pid, string? Error, string? Code);

/// <summary>What the <c>daemon</c> commands print with <c>--json</c>.</summary>
internal sealed record DaemonReport(
    int SchemaVersion,
    bool Running,
    int? Pid,
    string? Version,
    DateTimeOffset? StartedAt,
    int? Supervised,
    int? RunningProcesses,
    int? Restarts,
    string? LastError);

/// <summary>What <c>group list --json</c> prints.</summary>
internal sealed record GroupListing(int SchemaVersion, ListedGroup[] Groups, string[] Warnings)
{
    public ListedGroup this[string name] => Groups.Single(group => group.Name == name);
}

internal sealed record ListedGroup(
    string Name, DateTimeOffset CreatedAt, string[] EnvironmentFiles, string[] Variables, Member[] Processes)
{
    public string[] Members => [.. Processes.Select(process => process.Name).Order()];
}

internal sealed record Member(int Id, string Name, string State, int? Pid);

/// <summary>What <c>port list --json</c> prints.</summary>
internal sealed record PortListing(int SchemaVersion, ListedPort[] Ports, string[] Warnings);

internal sealed record ListedPort(
    int Port, string Name, DateTimeOffset AllocatedAt, int? ProcessId, string? Process, PortListener[] Listeners);

internal sealed record PortListener(string Protocol, int? Pid, string? Program);

/// <summary>What <c>env --json</c> prints.</summary>
internal sealed record EnvironmentListing(
    int SchemaVersion, int Id, string Name, bool Running, ListedVariable[] Variables, string[] Warnings)
{
    public ListedVariable this[string name] => Variables.Single(variable => variable.Name == name);
}

internal sealed record ListedVariable(
    string Name, bool Masked, string? Value, VariableSource? Source, bool Outdated, string? NextValue, VariableSource? NextSource);

internal sealed record VariableSource(string Layer, string? Name, int? Line);
