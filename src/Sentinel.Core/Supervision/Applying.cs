using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Makes a project what it is asked to be. All that is to be done is written down at once, but for what is to be forgotten, which is ended
/// before: should the one who does it be killed, the next command or daemon goes on.
/// </summary>
internal sealed class Applying(SupervisorTools tools, ProcessEnvironments environments, Registry registry, PortBook ports, Starting starting, Restarting restarting)
{
    private readonly StateStore _store = tools.Store;
    private readonly FileChanges _files = new(environments, tools.Table);

    /// <inheritdoc cref="Request.Apply"/>
    public async ValueTask<IReadOnlyList<Outcome>> Apply(Request.Apply request)
    {
        List<Outcome> outcomes = [];
        int[] toForget = [.. Removed(PlanFor(_store.Read(), request.What)).Select(record => record.Id)];
        if (toForget.Length > 0)
        {
            // Where the rest cannot be done, nothing is forgotten.
            if (Prepared(_store.Read(), request).Failure is { } why)
                return [why];
            outcomes.AddRange(await registry.Delete(Selection.Of(toForget), StopOptions.Default, withLogs: false));
            if (outcomes.Exists(outcome => outcome is Outcome.Failed))
                return outcomes;
        }

        Prepared ready;
        using (var transaction = _store.Begin())
        {
            ready = Prepared(transaction.State, request);
            if (ready.Failure is { } failure)
                return [.. outcomes, failure];
            transaction.State = ready.State;
            // What runs is ended only for what is certain to be started again.
            transaction.SaveOrFail();
        }

        outcomes.AddRange(ready.Outcomes);
        if (ready.ToRestart.Count > 0)
            outcomes.AddRange(await restarting.Restart(Selection.Of(ready.ToRestart), StopOptions.Default, renewal: null));
        if (ready.ToStart.Count > 0)
            outcomes.AddRange(await starting.Start(Selection.Of(ready.ToStart), renewal: null));
        return outcomes;
    }

    /// <summary>What has to change for a project to be as it is asked for.</summary>
    public Plan PlanFor(State state, ProjectRequest wanted) => Plan.For(state, wanted, tools.Time.GetUtcNow(), Directory.Exists, _files.Of);

    private static IEnumerable<ProcessRecord> Removed(Plan plan) => plan.Steps.OfType<PlanStep.Remove>().Select(step => step.Record);

    private Prepared Prepared(State state, Request.Apply request)
    {
        var plan = PlanFor(state, request.What);
        var prepared = new Prepared();
        state = state.Without([.. Removed(plan).Select(record => record.Id)]).With(plan.Group).With(request.What.Environment);
        foreach (var step in plan.Hooks)
        {
            // What happened before it is not told.
            state = step.After is { } hook ? state.With(hook with { After = step.Before?.After ?? state.LastEvent }) : state.Without(step.Before!);
            prepared.Outcomes.Add(step switch { { Before: null } => new Outcome.HookAdded(step.Name), { After: null } => new Outcome.HookDeleted(step.Name), _ => new Outcome.HookChanged(step.Name) });
        }

        var created = new HashSet<int>();
        var changed = new HashSet<int>();
        try
        {
            foreach (var step in plan.Steps)
                switch (step)
                {
                    case PlanStep.Create create:
                        var made = registry.New(state, create.Spec, request.What.Origin);
                        state = ports.Give(state.AfterIds(1).With(made), made);
                        created.Add(made.Id);
                        break;
                    case PlanStep.Change change:
                        var record = change.Record.With(change.After);
                        state = ports.Adjust(state.With(record), record);
                        changed.Add(record.Id);
                        prepared.Outcomes.Add(new Outcome.Changed(record.Spec.Name, record, IsOutdated: false, [.. change.Fields, .. change.Files is not null && !change.Fields.Contains("env-file") ? ["env-file"] : Array.Empty<string>()]));
                        if (change.Restarts)
                            prepared.ToRestart.Add(record.Id);
                        break;
                }
        }
        catch (PortException e)
        {
            return prepared with { Failure = new Outcome.Failed(plan.Name, null, e.Message, FailureCode.PortHeld) };
        }

        var members = state.MembersOf(plan.Name).ToList();
        var dependencies = new Dependencies(state.Processes.Values);
        if (dependencies.CircleFrom(members) is { } circle)
            return prepared with { Failure = Changing.InACircle(plan.Name, circle) };
        if (plan.ChangesEnvironment)
            prepared.ToRestart.UnionWith(members.Where(record => record.State is RunState.Running).Select(record => record.Id));
        var (wanted, missing) = Wanted(state, plan.Name, request.ToStart);
        if (missing is not null)
            return prepared with { Failure = missing };
        var now = tools.Time.GetUtcNow();
        foreach (var record in wanted.Concat(dependencies.ToStartWith(wanted)))
            if (record.Spec.IsStartedByCause)
            {
                // What its times start, or who connects, is not asked again.
                if (record.Spec.OnDemand ? record.State is RunState.Scheduled { OnDemand: true } or RunState.Backoff || record.State.IsUnderWay : record.IsArmed() && record.Schedule is not null)
                    continue;
                var scheduled = Lifecycle.Decide(record.Renewed(now), new ProcessEvent.StartRequested(), now).Record;
                state = state.With(scheduled);
                created.Remove(record.Id);
                prepared.Outcomes.Add(new Outcome.Scheduled(scheduled.Spec.Name, scheduled, Scheduling.Next(scheduled)));
            }
            else if (record.State is not RunState.Backoff && !record.State.IsUnderWay && (!record.IsDone || request.Again || changed.Contains(record.Id) || plan.ChangesEnvironment))
            {
                prepared.ToStart.Add(record.Id);
                state = state.With(Lifecycle.Decide(record.Renewed(now), new ProcessEvent.MustWait(), now).Record);
            }

        foreach (var id in prepared.ToRestart)
            state = state.With(Lifecycle.Decide(state.Processes[id], new ProcessEvent.RestartRequested(), now).Record);
        foreach (var id in created.Where(id => !prepared.ToStart.Contains(id)))
            prepared.Outcomes.Add(new Outcome.Registered(state.Processes[id].Spec.Name, state.Processes[id]));
        return prepared with { State = state };
    }

    private static (IReadOnlyList<ProcessRecord> Found, Outcome.Failed? Missing) Wanted(State state, string project, IReadOnlyList<string> names)
    {
        var (found, missing) = new Selection.Named([.. names.Select(name => $"{project}/{name}")]).In(state, _ => true);
        return (found, missing.OfType<Outcome.Failed>().FirstOrDefault());
    }
}

/// <summary>What is to be done for a project.</summary>
internal sealed record Prepared
{
    /// <summary>Why it cannot be done; null: it can.</summary>
    public Outcome.Failed? Failure { get; init; }

    /// <summary>In which all of it is written down.</summary>
    public State State { get; init; } = State.Empty;

    public List<Outcome> Outcomes { get; } = [];

    public HashSet<int> ToStart { get; } = [];

    public HashSet<int> ToRestart { get; } = [];
}
