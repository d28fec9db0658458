using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Queries;

/// <summary>What an observer works with.</summary>
/// <param name="Examine">Does what <c>doctor</c> does.</param>
/// <param name="Version">Of this program; looked for only when asked, which costs a command more than the rest of a short list.</param>
/// <param name="IsWatched">Whether a daemon watches over the processes.</param>
/// <param name="Wait">Lets time pass; null: block, because there is nothing else to do meanwhile.</param>
/// <param name="Sampler">Knows earlier looks.</param>
/// <param name="Daemon">What this daemon measures of itself; null: it is none.</param>
public sealed record ObserverTools(
    StateStore Store,
    IProcessTable Table,
    IOpenLogs Logs,
    ILogFiles LogFiles,
    IRegularFiles Files,
    IAccounts Accounts,
    IPorts Ports,
    IStartWaits Starts,
    Func<ValueTask<IReadOnlyList<Finding>>> Examine,
    TimeProvider Time,
    Func<string> Version,
    Func<bool> IsWatched,
    Func<TimeSpan, ValueTask>? Wait = null,
    Sampler? Sampler = null,
    Func<DaemonMetrics>? Daemon = null);

/// <summary>Answers what commands ask, from the state and what can be seen of it, and changes nothing.</summary>
public sealed class Observer(ObserverTools tools)
{
    private readonly Reconciliation _reconciliation = new(tools.Store.Home, tools.Time, new PidFiles(tools.Files));
    private readonly EventReader _events = new(tools.Store);
    private readonly Overview _overview = new(tools.Table, tools.Time, tools.Wait, tools.Sampler);

    private Metering Metering => field ??= new Metering(tools.Store, tools.Table);

    public async ValueTask<Answer> Ask(Query query) => query switch
    {
        Query.Processes processes => await Describe(processes, Look(processes.Asker)),
        Query.Summaries summaries => Shorten(await Describe(new Query.Processes(summaries.Selection), Look(summaries.Asker))),
        Query.Stories stories => Tell(stories, Look(stories.Asker)),
        Query.Groups groups => Describe(groups, Look(groups.Asker).State),
        Query.Ports ports => Describe(ports, tools.Store.Read()),
        Query.Environment environment => Describe(environment, Look(environment.Asker).State),
        Query.Overdue overdue => Foresee(overdue, Look(overdue.Asker)),
        Query.Start start => await Await(start),
        Query.Log log => Read(log),
        Query.Findings => new Answer.Findings(await tools.Examine()),
        Query.Metrics metrics => new Answer.Metrics(Metering.Measure(Look(metrics.Asker)), tools.Daemon?.Invoke(), tools.Version()),
        Query.Events events => new Answer.Events(_events.After(events.After), _events.Last),
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
                Url = ProcessUrl.Of(view.Record, ports[view.Record.Id], state),
                WaitsFor = sight.WaitsFor(view.Record),
                Logs = query.WithLogs ? LogFaults.Of(view.Record, tools.Store.Home, tools.Store.Files, tools.Logs) : null,
            }))],
            sight.Written.LastEvent)
        {
            Missing = missing,
            Warnings = warnings,
        };
    }

    private static Answer.Summaries Shorten(Answer.Processes whole) =>
        new([.. whole.All.Select(ProcessSummary.Of)]) { Missing = whole.Missing, Warnings = whole.Warnings };

    private Answer.Stories Tell(Query.Stories query, Sight sight)
    {
        var (found, missing) = query.Selection.In(sight.State, _ => true);
        var warnings = new List<string>();
        var stories = new Stories(tools.Store.Home, tools.LogFiles, tools.Ports, tools.Time, warnings.Add)
            .Tell(found, sight, isWatched: found.Count > 0 && tools.IsWatched(), query.Lines);
        return new Answer.Stories(stories) { Missing = missing, Warnings = warnings };
    }

    private static Answer.Groups Describe(Query.Groups query, State state)
    {
        if (query.Name is { } name && !state.Groups.ContainsKey(name))
            return new Answer.Groups([]) { Missing = [GroupBook.Missing(state, name)] };
        return new Answer.Groups([.. state.Groups.Values.Where(group => group.Name == (query.Name ?? group.Name)).Select(group => new GroupInfo(
            group.Name,
            group.CreatedAt,
            group.EnvironmentFiles,
            [.. group.Variables.Names()],
            [.. state.MembersOf(group.Name).Select(ProcessRef.Of)],
            group.Project))]);
    }

    private Answer.Ports Describe(Query.Ports query, State state)
    {
        var leases = state.Ports.Values.Where(lease => lease.Name == (query.Name ?? lease.Name)).ToList();
        var listeners = tools.Ports.Listeners(leases.Select(lease => lease.Port).ToHashSet()).ToLookup(listener => listener.Port);
        return new Answer.Ports([.. leases.Select(lease => new PortInfo(
            lease.Port,
            lease.Name,
            lease.AllocatedAt,
            lease.ProcessId,
            lease.ProcessId is { } owner ? state.Processes[owner].Spec.Name : null,
            [.. listeners[lease.Port]]))]);
    }

    private Answer.Environment Describe(Query.Environment query, State state)
    {
        var (found, missing) = Selecting.One(query.Target, state, query.Folder);
        if (found is null)
            return new Answer.Environment(null) { Missing = [missing!] };
        var warnings = new List<string>();
        var look = new EnvironmentLook(new ProcessEnvironments(tools.Store.Home, tools.Files, tools.Accounts), tools.Table, warnings.Add);
        try
        {
            return new Answer.Environment(look.At(found, state, query.WithValues)) { Warnings = warnings };
        }
        catch (EnvironmentException e)
        {
            return new Answer.Environment(null) { Missing = [new Outcome.Failed(found.Spec.Name, found, e.Message)], Warnings = warnings };
        }
    }

    private Answer.Log Read(Query.Log query)
    {
        var (found, missing) = Selecting.One(query.Target, tools.Store.Read());
        if (found is null)
            return new Answer.Log(null) { Missing = [missing!] };
        try
        {
            return new Answer.Log(new LogPages(tools.Store.Home, tools.LogFiles).Read(found, query));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = $"its {query.Stream.Word()} cannot be read: {e.Message}";
            return new Answer.Log(null) { Missing = [new Outcome.Failed(found.Spec.Name, found, why, FailureCode.Fault)] };
        }
    }

    private async ValueTask<Answer.Start> Await(Query.Start query)
    {
        using var start = tools.Starts.Prepare(query.Started.Id);
        return new Answer.Start(await start.Until(query.Started, query.Serves));
    }

    private Answer.Overdue Foresee(Query.Overdue query, Sight sight)
    {
        var all = sight.State.Processes.Values;
        var remains = Overview.Remains(all, sight.Snapshot);
        var now = tools.Time.GetUtcNow();
        var found = new List<Outcome>();
        foreach (var record in all)
            if (record.WhyToEnd(query.Session, now, tools.Table.MayBeAlive) is { } why
                && (record.State.Main is not null || record.State is RunState.Starting or RunState.Stopping or RunState.Backoff || remains.ContainsKey(record.Id)))
                found.Add(new Outcome.WouldEnd(record.Spec.Name, record, why));
        return new Answer.Overdue(found);
    }

    // Whether it must be probed to find out whether it is ready.
    private static bool IsStarting(ProcessRecord record) => record is { State: RunState.Running { IsReady: false }, Spec.Readiness.Probe: not null };
}
