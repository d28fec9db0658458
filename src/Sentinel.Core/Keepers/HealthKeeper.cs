using Sentinel.Core.Checks;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>Everything that checks on processes need.</summary>
/// <param name="Answerers">Tells who answers in a process's place.</param>
/// <param name="LaunchOf">How a process is started now.</param>
/// <param name="Checks">Counts the health checks.</param>
/// <param name="Tell">Called with what happened to the current run of a record.</param>
/// <param name="Warn">Receives, as a sentence, what the user should know.</param>
public sealed record HealthTools(
    SentinelHome Home,
    IProbes Probes,
    Answerers Answerers,
    ILogFiles Files,
    IModifications Modifications,
    ILoop Loop,
    Random Random,
    TimeProvider Time,
    Func<ProcessRecord, Launch> LaunchOf,
    CountedChecks Checks,
    Action<ProcessRecord, ProcessEvent> Tell,
    Action<string> Warn)
{
    /// <summary>Waits until a run writes a line to either of its logs.</summary>
    /// <param name="found">Called not before this returns, and perhaps once for each log.</param>
    internal IReadOnlyList<IDisposable> WhenWritten(ProcessRecord record, RunState.Running run, string expression, Action found)
    {
        var (pattern, starts) = (new LogPattern(expression), run.LogStarts ?? default);
        return [Watch(Home.StdoutOf(record), starts.Stdout), Watch(Home.StderrOf(record), starts.Stderr)];

        ReadyLog Watch(string path, long? start) => new(path, start ?? 0, pattern, Files, Modifications, Loop, found);
    }
}

/// <summary>
/// Finds out whether processes are ready, and then whether they are healthy, and whether they meet what others wait for, and reports
/// changes. Each process costs a timer; no check of a process begins before its last has ended.
/// </summary>
public sealed class HealthKeeper(HealthTools tools) : IKeeper, IDisposable
{
    private readonly Dictionary<int, CheckedProcess> _processes = [];

    /// <summary>Notes which processes there are and which run.</summary>
    public void Changed(State state)
    {
        var watched = Watched(state);
        foreach (var (id, process) in _processes)
            if (state.Processes.GetValueOrDefault(id) is not { } record || !IsOfInterest(record, watched))
            {
                process.Dispose();
                _processes.Remove(id);
            }

        foreach (var record in state.Processes.Values)
            if (IsOfInterest(record, watched))
            {
                if (!_processes.TryGetValue(record.Id, out var process))
                    _processes[record.Id] = process = new CheckedProcess(tools, record);
                process.Follow(record, watched?[record.Id] ?? []);
            }
    }

    /// <summary>Ends all checks under way and stops listening.</summary>
    public void Dispose()
    {
        foreach (var process in _processes.Values)
            process.Dispose();
        _processes.Clear();
    }

    // Null: in most states nobody waits for anything of this kind.
    private static ILookup<int, Condition>? Watched(State state) =>
        state.Processes.Values.Any(record => record.Spec.Needs.Any(need => need.Until is { IsWatched: true })) ? new Dependencies(state.Processes.Values).Watched() : null;

    private static bool IsOfInterest(ProcessRecord record, ILookup<int, Condition>? watched) =>
        (record.Readiness is not null || record.Spec.Health is not null || record.Spec.HasSteps || watched?.Contains(record.Id) == true)
        && record.State is RunState.Starting or RunState.Running or RunState.Stopping;
}
