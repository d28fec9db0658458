using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>Measures and counts processes, without a wait.</summary>
internal sealed class Metering(StateStore store, IProcessTable table)
{
    // What is counted of a process beside the CPU time of a run, which has the number of the run.
    private const int Stdout = -1, Stderr = -2;

    private readonly Highest _highest = new();

    public IReadOnlyList<ProcessMetrics> Measure(Sight sight)
    {
        var records = store.Checks.In(sight.State).Processes.Values.ToList();
        var trees = ProcessTrees.Find(
            [.. TreeRoot.OfAll(records.Where(record => record.State.Main is not null))], sight.Snapshot, TreeRoot.OfAll(records));
        IReadOnlyList<ProcessMetrics> measured = [.. records.Select(record => Of(record, trees.GetValueOrDefault(record.Id)))];
        _highest.Turn();
        return measured;
    }

    private ProcessMetrics Of(ProcessRecord record, List<Sighting>? tree)
    {
        var (spec, run) = (record.Spec, record.State as RunState.Running);
        var group = tree is null || spec.Treatment.Tree.IsNone ? null : table.LookAtGroup(record.RunCookie);
        return new ProcessMetrics
        {
            Name = spec.Name,
            Instance = spec.Instance?.Number,
            State = record.Word,
            IsUp = run is { Handover: null },
            IsReady = run is { IsReady: true, Handover: null },
            IsHealthy = spec.Health is null ? null : run?.Health?.IsHealthy,
            StartedAt = record.State.CurrentRun?.Since,
            CpuSeconds = tree is null ? null
                : _highest.Of(record.Id, record.RunNumber, group?.CpuTime.TotalSeconds ?? tree.Sum(member => member.CpuTicks) / table.TicksPerSecond),
            MemoryBytes = group?.MemoryBytes ?? tree?.Sum(member => member.MemoryBytes),
            MemoryLimitBytes = new[] { spec.MaxMemoryBytes, spec.Treatment.Tree.MemoryBytes }.Min(),
            Threads = tree?.Sum(member => member.Threads),
            HasReadiness = spec.Readiness is not null || spec.HasSteps,
            HasHealthCheck = spec.Health is not null,
            IsTask = spec.IsTask,
            LastRunSeconds = record.LastRun is { Pid: not null } last ? Math.Max(0, (last.EndedAt - last.StartedAt).TotalSeconds) : null,
            Tally = record.Tally,
            Stdout = Log(record, Stdout, store.Home.StdoutOf(record)),
            Stderr = Log(record, Stderr, store.Home.StderrOf(record)),
        };
    }

    private LogMetrics? Log(ProcessRecord record, int which, string path) => LogVolume.Of(path, store.Files) is { } volume
        ? new LogMetrics((long)_highest.Of(record.Id, which, volume.Bytes), volume.Rotations)
        : null;
}
