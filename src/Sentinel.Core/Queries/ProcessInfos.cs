using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Queries;

/// <summary>Says of processes what is public; cookies and environments stay here.</summary>
/// <param name="home">Where their logs are.</param>
/// <param name="now">The time of the answer.</param>
/// <param name="withOptions">Whether to name the settings that differ from their defaults.</param>
public sealed class ProcessInfos(SentinelHome home, DateTimeOffset now, bool withOptions)
{
    public ProcessInfo Of(ProcessView view)
    {
        var (record, usage) = view;
        var spec = record.Spec;
        var run = record.State.CurrentRun;
        return new ProcessInfo
        {
            Id = record.Id,
            Name = spec.Name,
            Set = spec.Instance?.Set,
            Instance = spec.Instance?.Number,
            State = record.Word,
            Since = record.State.Since,
            Run = record.RunNumber,
            Health = spec.Health is { } health ? HealthInfo.From(health, run?.Health) : null,
            Readiness = spec.Readiness is { } readiness ? ReadinessInfo.From(readiness, run?.Impediment) : spec.HasSteps ? ReadinessInfo.AfterSteps(run?.Impediment) : null,
            AnyListener = spec.AnyListener,
            Says = run?.Says,
            Pid = record.State is RunState.Running { Handover: not null } ? null : record.State.Main?.Pid,
            HandsOver = record.State is RunState.Running { Handover: not null },
            Beside = OtherRun.From(record),
            Elsewhere = record.State is RunState.Elsewhere elsewhere ? ElsewhereInfo.From(elsewhere) : null,
            Pids = usage?.Pids ?? view.Remains,
            CpuPercent = usage is null ? null : Math.Round(usage.CpuPercent, 1),
            MemoryBytes = usage?.MemoryBytes,
            UptimeSeconds = usage is null ? null : Math.Round(usage.Uptime.TotalSeconds, 2),
            Restart = spec.Restart.Word(),
            Restarts = record.Restarts,
            MaxRestarts = spec.RestartLimit?.Restarts,
            RestartWindowSeconds = spec.RestartLimit?.Window.TotalSeconds,
            RestartsInWindow = spec.RestartLimit is { } limit ? record.RecentRestarts.Count(restart => now - restart < limit.Window) : 0,
            StopSignal = SignalName.Of(spec.Stop.Signal),
            StopTimeoutSeconds = spec.Stop.Timeout.TotalSeconds,
            StopMode = spec.Stop.Mode.Word(),
            PidFile = spec.PidFile,
            MaxMemoryBytes = spec.MaxMemoryBytes,
            Watch = WatchInfo.From(record),
            StoppingBecause = (record.State as RunState.Stopping)?.Why,
            ThenStarts = record.State is RunState.Stopping { ThenStart: true },
            FailedBecause = (record.State as RunState.Failed)?.Why,
            LeaseEnded = record.LeaseOver,
            RestartDue = (record.State as RunState.Backoff)?.Due,
            NextStart = Scheduling.Next(record),
            WaitsFor = view.WaitsFor,
            Group = spec.Group,
            Command = spec.Command.Text,
            Arguments = spec.Command.Arguments,
            Shell = spec.Command.Shell,
            WorkingDirectory = spec.WorkingDirectory,
            EnvironmentFiles = spec.EnvironmentFiles,
            Options = withOptions ? OptionsDocument.Of(spec) : null,
            Treatment = TreatmentInfo.From(spec),
            Url = view.Url,
            Ports = [.. view.Ports.Select(lease => new LeasedPortInfo(lease.Port, lease.Name))],
            Sockets = [.. spec.Sockets.Select(socket => socket.ToString())],
            Lease = spec.Lease is { } tenure ? LeaseInfo.From(tenure, view.LeaseOver) : null,
            StartedBy = record.Origin is { } origin ? OriginInfo.From(origin) : null,
            StdoutPath = home.StdoutOf(record),
            StderrPath = home.StderrOf(record),
            LogLimits = spec.LogLimits,
            LogPipe = spec.LogPipe,
            DeletedLogs = view.Logs?.Deleted,
            MovedLogs = view.Logs?.Moved,
            EmptiedLogs = view.Logs?.Emptied,
            LastRun = record.LastRun is { } last ? RunInfo.From(last) : null,
            InBackground = (record.State as RunState.Exited)?.Left,
            LeftOver = [.. view.Left.Select(left => new LeftOverInfo(left.Pid, left.Program))],
            PutItselfIntoBackground = Background.Is(record, view.Left),
            IsUnasked = view.IsUnasked,
        };
    }
}
