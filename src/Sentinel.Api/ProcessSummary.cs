using Sentinel.Model.Policy;

namespace Sentinel.Api;

/// <summary>What a list shows of a process: a part of its <see cref="ProcessInfo"/>, so that thousands fit into one answer.</summary>
public sealed record ProcessSummary
{
    /// <summary>The machine that it is on, where several are looked at; null: the one that is asked.</summary>
    public string? Host { get; init; }

    public required int Id { get; init; }

    /// <summary>By which it is told from all others, also from those of other machines.</summary>
    public (string? Host, int Id) Key => (Host, Id);

    public required string Name { get; init; }

    public required string State { get; init; }

    public required int? Pid { get; init; }

    public required ElsewhereInfo? Elsewhere { get; init; }

    public required HealthInfo? Health { get; init; }

    public required double? CpuPercent { get; init; }

    public required long? MemoryBytes { get; init; }

    public required double? UptimeSeconds { get; init; }

    public required string Restart { get; init; }

    public required int Restarts { get; init; }

    public required int? MaxRestarts { get; init; }

    public required double? RestartWindowSeconds { get; init; }

    public required DateTimeOffset? RestartDue { get; init; }

    /// <summary>When its schedule starts it next; null: it does not.</summary>
    public required DateTimeOffset? NextStart { get; init; }

    /// <summary>What has to be so before it is started; empty unless it waits for others.</summary>
    public required IReadOnlyList<WaitsFor> WaitsFor { get; init; }

    /// <summary>The code that its last run exited with; null: there was no run, or it ended in another way.</summary>
    public required int? LastExitCode { get; init; }

    /// <summary>The signal that killed its last run; null: there was none, or something was wrong with the run, and Sentinel ended it.</summary>
    public required string? LastSignal { get; init; }

    /// <summary>The change of files for which its current run began; null: it began for another reason.</summary>
    public required string? Changed { get; init; }

    public required string? Group { get; init; }

    public required string Command { get; init; }

    public required IReadOnlyList<LeasedPortInfo> Ports { get; init; }

    public required string? Url { get; init; }

    public required LeaseInfo? Lease { get; init; }

    public required IReadOnlyList<LeftOverInfo> LeftOver { get; init; }

    public required bool IsUnasked { get; init; }

    public static ProcessSummary Of(ProcessInfo process) => new()
    {
        Id = process.Id,
        Name = process.Name,
        State = process.State,
        Pid = process.Pid,
        Elsewhere = process.Elsewhere,
        Health = process.Health,
        CpuPercent = process.CpuPercent,
        MemoryBytes = process.MemoryBytes,
        UptimeSeconds = process.UptimeSeconds,
        Restart = process.Restart,
        Restarts = process.Restarts,
        MaxRestarts = process.MaxRestarts,
        RestartWindowSeconds = process.RestartWindowSeconds,
        RestartDue = process.RestartDue,
        NextStart = process.NextStart,
        WaitsFor = process.WaitsFor,
        LastExitCode = process.LastRun?.ExitCode,
        LastSignal = process.LastRun is { Why: null, Signal: var signal } ? signal : null,
        Changed = process.Watch?.Changed is { IsOfThisRun: true } change ? change.Files : null,
        Group = process.Group,
        Command = process.Command,
        Ports = process.Ports,
        Url = process.Url,
        Lease = process.Lease,
        LeftOver = process.LeftOver,
        IsUnasked = process.IsUnasked,
    };

    public static implicit operator ProcessSummary(ProcessInfo process) => Of(process);
}
