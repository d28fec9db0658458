using Sentinel.Core.Checks;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Keepers;

/// <summary>Everything that checks on processes need.</summary>
/// <param name="Answerers">Tells who answers in a process's place.</param>
/// <param name="LaunchOf">How a process is started now.</param>
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
    Action<ProcessRecord, ProcessEvent> Tell,
    Action<string> Warn);

/// <summary>
/// Finds out whether processes are ready, and then whether they are healthy, and reports changes. Each process costs a timer; no
/// check of a process begins before its last has ended.
/// </summary>
public sealed class HealthKeeper(HealthTools tools) : IKeeper, IDisposable
{
    private readonly Dictionary<int, CheckedProcess> _processes = [];

    /// <summary>Notes which processes there are and which run.</summary>
    public void Changed(State state)
    {
        foreach (var (id, process) in _processes)
            if (state.Processes.GetValueOrDefault(id) is not { } record || !IsOfInterest(record))
            {
                process.Dispose();
                _processes.Remove(id);
            }

        foreach (var record in state.Processes.Values)
            if (IsOfInterest(record))
            {
                if (!_processes.TryGetValue(record.Id, out var process))
                    _processes[record.Id] = process = new CheckedProcess(tools, record);
                process.Follow(record);
            }
    }

    /// <summary>Ends all checks under way and stops listening.</summary>
    public void Dispose()
    {
        foreach (var process in _processes.Values)
            process.Dispose();
        _processes.Clear();
    }

    private static bool IsOfInterest(ProcessRecord record) =>
        (record.Spec.Readiness is not null || record.Spec.Health is not null)
        && record.State is RunState.Starting or RunState.Running or RunState.Stopping;
}
