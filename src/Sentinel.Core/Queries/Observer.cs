using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Queries;

/// <summary>What an observer works with.</summary>
/// <param name="IsWatched">Whether a daemon watches over the processes.</param>
/// <param name="Wait">Lets time pass; null: block, because there is nothing else to do meanwhile.</param>
/// <param name="Sampler">Knows earlier looks.</param>
public sealed record ObserverTools(
    StateStore Store, IProcessTable Table, IOpenLogs Logs, ILogFiles LogFiles, IRegularFiles Files, TimeProvider Time, Func<bool> IsWatched,
    Func<TimeSpan, ValueTask>? Wait = null, Sampler? Sampler = null);

/// <summary>Answers what commands ask, from the state and what can be seen of it, and changes nothing.</summary>
public sealed class Observer(ObserverTools tools)
{
    private readonly Reconciliation _reconciliation = new(tools.Store.Home, tools.Time, new PidFiles(tools.Files));
    private readonly Overview _overview = new(tools.Table, tools.Time, tools.Wait, tools.Sampler);

    public async ValueTask<Answer> Ask(Query query) => query switch
    {
        Query.Processes processes => await Describe(processes, Look(processes.Asker)),
        Query.Stories stories => Tell(stories, Look(stories.Asker)),
        _ => throw new NotSupportedException(query.GetType().Name),
    };

    /// <summary>Sees all processes.</summary>
    /// <param name="asker">A process that is not to be seen; null: none.</param>
    public Sight Look(ProcessIdentity? asker = null)
    {
        var snapshot = new Snapshot(tools.Table, asker);
        var written = tools.Store.Read();
        return new Sight(written, _reconciliation.Look(written, snapshot), snapshot);
    }

    /// <summary>Answers from what was seen.</summary>
    public async ValueTask<Answer.Processes> Describe(Query.Processes query, Sight sight)
    {
        var (state, snapshot) = (sight.State, sight.Snapshot);
        IReadOnlyList<string> warnings = state.MayHaveStrays && Stray.Find(state, snapshot) is { Count: > 0 } strays ? [Stray.Sentence(strays)] : [];
        var (found, missing) = query.Selection.In(state, _ => true);
        var ports = state.Ports.Values.ToLookup(lease => lease.ProcessId);
        var left = LeftBehind.Find(found, snapshot, state.Processes.Values, tools.Time);
        var remains = query.WithRemains ? Overview.Remains(found, snapshot) : new Dictionary<int, List<Sighting>>();
        var isUnasked = found.Exists(IsStarting) && !tools.IsWatched();
        var views = await _overview.Look(found, snapshot, state.Processes.Values);
        var infos = new ProcessInfos(tools.Store.Home, tools.Time.GetUtcNow(), query.WithOptions);
        return new Answer.Processes(
            [.. views.Select(view => infos.Of(view with
            {
                IsUnasked = isUnasked && IsStarting(view.Record),
                Left = left.GetValueOrDefault(view.Record.Id, []),
                Remains = remains.GetValueOrDefault(view.Record.Id, []).ConvertAll(process => process.Pid),
                Ports = [.. ports[view.Record.Id]],
                Logs = query.WithLogs ? LogFaults.Of(view.Record, tools.Store.Home, tools.Store.Files, tools.Logs) : null,
            }))],
            sight.Written.LastEvent)
        {
            Missing = missing,
            Warnings = warnings,
        };
    }

    private Answer.Stories Tell(Query.Stories query, Sight sight)
    {
        var (found, missing) = query.Selection.In(sight.State, _ => true);
        var warnings = new List<string>();
        var stories = new Stories(tools.Store.Home, tools.LogFiles, tools.Time, warnings.Add)
            .Tell(found, sight, isWatched: found.Count > 0 && tools.IsWatched(), query.Lines);
        return new Answer.Stories(stories) { Missing = missing, Warnings = warnings };
    }

    // Whether it must be probed to find out whether it is ready.
    private static bool IsStarting(ProcessRecord record) => record is { State: RunState.Running { IsReady: false }, Spec.Readiness.Probe: not null };
}
