using Sentinel.Api;
using Sentinel.Core.Watches;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>Watches the files that processes depend on, and restarts each when its own have changed.</summary>
public sealed class WatchKeeper(WatchTools tools) : IKeeper, IDisposable
{
    private readonly Dictionary<int, WatchedProcess> _processes = [];

    // Processes that depend on the same files share them.
    private readonly Dictionary<string, WatchedTree> _trees = [];
    private readonly List<(WatchedProcess Process, FileChange Change, Action Done)> _due = [];

    /// <summary>Notes which processes there are and how they are.</summary>
    public void Changed(State state)
    {
        foreach (var (id, process) in _processes)
            if (state.Processes.GetValueOrDefault(id) is not { } record || !IsOfInterest(record))
            {
                process.Rest();
                Leave(process);
                _processes.Remove(id);
            }

        foreach (var record in state.Processes.Values)
            if (IsOfInterest(record))
            {
                if (!_processes.TryGetValue(record.Id, out var process))
                    _processes[record.Id] = process = new WatchedProcess(tools, Restart) { Record = record };
                Join(process, record);
                process.Follow(record);
            }
    }

    public void Dispose()
    {
        foreach (var process in _processes.Values)
            process.Rest();
        foreach (var tree in _trees.Values)
            tree.Dispose();
    }

    private static bool IsOfInterest(ProcessRecord record) => record is { Spec.Watch: not null, WatchTrouble: not WatchTrouble.Loop } && record.State switch
    {
        RunState.Starting or RunState.Running or RunState.Backoff or RunState.Waiting or RunState.Crashed or RunState.Failed => true,
        RunState.Stopping stopping => !stopping.IsForGood,
        RunState.Exited => record.Spec.IsTask,
        _ => false,
    };

    private void Join(WatchedProcess process, ProcessRecord record)
    {
        if (process.Tree is not null && (ReferenceEquals(process.Record.Spec, record.Spec) || process.Scope!.Key == ScopeOf(record).Key))
            return;
        Leave(process);
        var scope = process.Scope = ScopeOf(record);
        if (!_trees.TryGetValue(scope.Key, out var tree))
            _trees[scope.Key] = tree = new WatchedTree(tools, scope);
        tree.Processes.Add(process);
        process.Tree = tree;
        // The state is being changed at this moment.
        tools.Loop.After(TimeSpan.Zero, process.NoteTrouble);
    }

    private WatchScope ScopeOf(ProcessRecord record) => new(record.Spec, record.Spec.Watch!, tools.Home);

    private void Leave(WatchedProcess process)
    {
        if (process.Tree is not { } tree)
            return;
        tree.Processes.Remove(process);
        process.Tree = null;
        if (tree.Processes.Count > 0)
            return;
        tree.Dispose();
        _trees.Remove(process.Scope!.Key);
    }

    // Those that are due at the same moment are restarted together.
    private void Restart(WatchedProcess process, FileChange change, Action done)
    {
        _due.Add((process, change, done));
        if (_due.Count == 1)
            tools.Loop.After(TimeSpan.Zero, RestartDue);
    }

    private void RestartDue()
    {
        var due = _due.ToList();
        _due.Clear();
        foreach (var same in due.GroupBy(each => (Way: WayOf(each.Process), Set: WayOf(each.Process) == RestartWay.Together ? "" : each.Process.Record.Spec.SetName)))
            Restart([.. same], same.Key.Way);
    }

    private static RestartWay WayOf(WatchedProcess process) => process.Record.Spec.Watch?.Then switch
    {
        WatchAction.Rolling => RestartWay.Rolling,
        WatchAction.NoGap => RestartWay.NoGap,
        _ => RestartWay.Together,
    };

    private async void Restart(IReadOnlyList<(WatchedProcess Process, FileChange Change, Action Done)> due, RestartWay way)
    {
        try
        {
            var outcomes = await tools.Restart(due.ToDictionary(each => each.Process.Record.Id, each => each.Change), way);
            foreach (var failed in outcomes.OfType<Outcome.Failed>())
                due.FirstOrDefault(each => each.Process.Record.Id == failed.Process?.Id).Process?.Fails(failed.Why);
        }
        catch (Exception e)
        {
            tools.Failed(e);
        }
        finally
        {
            foreach (var each in due)
                each.Done();
        }
    }
}
