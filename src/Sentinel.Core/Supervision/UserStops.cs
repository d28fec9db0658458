using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Stops what the user wants to be stopped, and says what goes on without it.</summary>
internal sealed class UserStops(StateStore store, Stopping stopping)
{
    /// <inheritdoc cref="Request.Stop"/>
    public async ValueTask<IReadOnlyList<Outcome>> Stop(Selection selection, StopOptions options, bool withDependents)
    {
        if (withDependents)
            selection = WithDependents(selection);
        var (ended, outcomes) = await stopping.EndTreesAnyway(selection, options, _ => true, _ => new ProcessEvent.StopRequested());
        var needing = Needing(ended);
        foreach (var tree in ended)
            if (tree.Failure is { } failure)
                outcomes.Add(failure);
            else if (tree.WasThere)
                outcomes.Add(new Outcome.Stopped(tree.Name, tree.Record, Remark(tree, needing(tree.Record))));
            else if (selection is Selection.Named)
                outcomes.Add(new Outcome.NotRunning(tree.Name, tree.Record));
        if (selection is Selection.All { Session: null })
            outcomes.AddRange(await stopping.EndStrays(options));
        return outcomes;
    }

    private Selection WithDependents(Selection selection)
    {
        var state = store.Read();
        var dependents = new Dependencies(state.Processes.Values).DependentsOf(selection.In(state, _ => true).Found).Where(record => !record.State.IsOver);
        return selection is Selection.Named named
            ? named with { Targets = [.. named.Targets, .. ((Selection.Named)Selection.Of(dependents.Select(record => record.Id))).Targets] }
            : selection;
    }

    private static string? Remark(EndedTree tree, IEnumerable<string> needing)
    {
        var isNeeded = needing.ToList() is { Count: > 0 } names ? $"{string.Join(", ", names)} {(names.Count == 1 ? "needs it and goes" : "need it and go")} on" : null;
        return !tree.WasLate ? isNeeded : $"it had to be killed (SIGKILL){(isNeeded is null ? "" : $"; {isNeeded}")}";
    }

    // What needs a process and goes on without it.
    private Func<ProcessRecord, IEnumerable<string>> Needing(IReadOnlyList<EndedTree> ended)
    {
        var all = store.Read().Processes.Values;
        if (!Dependencies.AreAny(all))
            return _ => [];

        var (dependencies, ids) = (new Dependencies(all), ended.Select(tree => tree.Record.Id).ToHashSet());
        return record => dependencies.DependentsOf([record]).Where(other => other.State is RunState.Running && !ids.Contains(other.Id)).Select(other => other.Spec.Name);
    }
}
