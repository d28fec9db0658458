using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>A condition that a process waits for.</summary>
/// <param name="Name">Of the process or set that is to meet it.</param>
/// <param name="Until">The condition in a word.</param>
/// <param name="Why">How that one is now, as the end of a sentence.</param>
/// <param name="IsInVain">Whether that one cannot meet it any more unless somebody does something.</param>
public sealed record WaitsFor(string Name, string Until, string Why, bool IsInVain);

/// <summary>Which processes may be started, and which must be restarted, for what they need of each other: a function of what all of them do.</summary>
/// <param name="processes">All that there are.</param>
public sealed class Dependencies(IEnumerable<ProcessRecord> processes)
{
    // Made when it is first needed: in most states nothing depends on anything.
    private ILookup<string, ProcessRecord> ByName => field ??= processes
        .SelectMany(record => (record.Spec.Instance is { Set: var set } && set != record.Spec.Name ? new[] { record.Spec.Name, set } : [record.Spec.Name]).Select(name => (name, record)))
        .ToLookup(entry => entry.name, entry => entry.record);

    private HashSet<int> InVain => field ??= FindInVain();

    private ILookup<int, ProcessRecord> Dependents => field ??= processes
        .SelectMany(record => Needed(record).Select(needed => (needed.Id, record)))
        .ToLookup(entry => entry.Id, entry => entry.record);

    /// <summary>Whether a process needs anything of others.</summary>
    public static bool HasAny(ProcessRecord record) => record.Spec is { Needs.Count: > 0 } or { After.Count: > 0 };

    /// <summary>Whether anything in a state depends on something else there.</summary>
    public static bool AreAny(IEnumerable<ProcessRecord> processes) => processes.Any(HasAny);

    /// <summary>Whether any process is to be restarted, or stopped, when another one is.</summary>
    public static bool DoAnyFollow(IEnumerable<ProcessRecord> processes) => processes.Any(record => record.Spec.Needs.Any(need => need.Restarts || need.IsBound));

    /// <summary>What a process waits for, or would wait for if it were to be started; nothing: it may be started.</summary>
    public IReadOnlyList<WaitsFor> Of(ProcessRecord record) =>
        [.. record.Spec.Needs.Select(need => Unmet(record, need)).OfType<WaitsFor>(), .. record.Spec.After.SelectMany(name => Before(record, name))];

    /// <summary>Those for which it is time to be started, and nothing that they need is in the way.</summary>
    /// <param name="among">Some of them.</param>
    /// <param name="all">All that there are.</param>
    public static IEnumerable<ProcessRecord> Due(IEnumerable<ProcessRecord> among, IEnumerable<ProcessRecord> all, DateTimeOffset now)
    {
        var dependencies = new Dependencies(all);
        return among.Where(record => record.State.IsDue(now) && (record.State is not RunState.Waiting || dependencies.Allow(record)));
    }

    /// <summary>Whether it may be started.</summary>
    public bool Allow(ProcessRecord record) => !HasAny(record) || Of(record).Count == 0;

    /// <summary>Whether it waits for something that cannot come about any more unless somebody does something.</summary>
    public bool WaitsInVain(ProcessRecord record) => record.State is RunState.Waiting && Of(record).Any(waits => waits.IsInVain);

    /// <summary>What these need, and what that needs in turn, and is neither up nor done.</summary>
    public IReadOnlyList<ProcessRecord> ToStartWith(IEnumerable<ProcessRecord> wanted) =>
        // What runs has had what it needs.
        Reached(wanted, record => Needed(record).Where(other => !other.State.IsUnderWay && !other.IsDone)).FindAll(other => other.State.IsOver);

    /// <summary>What runs and has to be restarted, for something that it needs was restarted or has ended; with the reason.</summary>
    public IEnumerable<(ProcessRecord Record, string Why)> ToRestart()
    {
        foreach (var record in processes.Where(record => record.State is RunState.Running && record.Spec.Needs.Count > 0))
            if (record.Spec.Needs.Select(need => WhyRestart(record, need)).FirstOrDefault(why => why is not null) is { } why)
                yield return (record, why);
    }

    /// <summary>What a process needs, and what it is started after, as far as it is there.</summary>
    public IEnumerable<ProcessRecord> NeededBy(ProcessRecord record) => Needed(record).Concat(record.Spec.After.SelectMany(name => Find(record, name)));

    /// <summary>Everything that these need, directly or through others; not these themselves.</summary>
    public IReadOnlyList<ProcessRecord> NeededIn(IEnumerable<ProcessRecord> records) => Reached(records, Needed);

    /// <summary>Everything that needs one of these, directly or through others; not these themselves.</summary>
    public IReadOnlyList<ProcessRecord> DependentsOf(IEnumerable<ProcessRecord> records) => Reached(records, record => Dependents[record.Id]);

    /// <summary>The names along a circle, from one of these on, in which processes would wait for themselves; null: there is none.</summary>
    public IReadOnlyList<string>? CircleFrom(IEnumerable<ProcessRecord> records)
    {
        // Each is looked at once, however many lead to it, and without a call for each step of a long chain.
        var (seen, onPath) = (new HashSet<int>(), new HashSet<int>());
        var path = new Stack<(ProcessRecord At, IEnumerator<ProcessRecord> Next)>();
        foreach (var record in records)
        {
            Enter(record);
            while (path.TryPeek(out var last))
                if (!last.Next.MoveNext())
                    onPath.Remove(path.Pop().At.Id);
                else if (last.Next.Current is var next && onPath.Contains(next.Id))
                    return [.. path.Reverse().Select(step => step.At).SkipWhile(at => at.Id != next.Id).Append(next).Select(at => at.Spec.Name)];
                else
                    Enter(next);
        }

        return null;

        void Enter(ProcessRecord record)
        {
            if (!seen.Add(record.Id))
                return;
            onPath.Add(record.Id);
            path.Push((record, NeededBy(record).GetEnumerator()));
        }
    }

    /// <summary>The conditions, which others wait for in processes, that only watching tells; by the id of the process that is to meet them.</summary>
    public ILookup<int, Condition> Watched() => processes
        .SelectMany(record => record.Spec.Needs.Where(need => need.Until is { IsWatched: true }).SelectMany(need => Find(record, need.Name).Select(other => (other.Id, need.Until))))
        .Distinct()
        .ToLookup(entry => entry.Id, entry => entry.Until!);

    private IEnumerable<ProcessRecord> Needed(ProcessRecord record) => record.Spec.Needs.SelectMany(need => Find(record, need.Name));

    private static List<ProcessRecord> Reached(IEnumerable<ProcessRecord> from, Func<ProcessRecord, IEnumerable<ProcessRecord>> next)
    {
        var seen = from.Select(record => record.Id).ToHashSet();
        var (found, open) = (new List<ProcessRecord>(), new Queue<ProcessRecord>(from));
        while (open.TryDequeue(out var record))
            foreach (var other in next(record).Where(other => seen.Add(other.Id)))
            {
                found.Add(other);
                open.Enqueue(other);
            }

        return found;
    }

    // Within its project a process is called by its short name.
    private IEnumerable<ProcessRecord> Find(ProcessRecord from, string name) =>
        ProcessName.ProjectOf(from.Spec.Name) is { } project && $"{project}/{name}" is var full && ByName.Contains(full) ? ByName[full] : ByName[name];

    private WaitsFor? Unmet(ProcessRecord record, Need need)
    {
        var others = Find(record, need.Name).ToList();
        if (others.Count == 0)
            return need.IsOptional ? null : new WaitsFor(need.Name, need.ConditionFor(isTask: false).ToString(), "there is no such process", IsInVain: true);
        var unmet = others.FindAll(other => !Meets(other, need));
        if (unmet.Count == 0 || (need.IsOptional && unmet.TrueForAll(IsInVain)))
            return null;
        var first = unmet.Find(IsInVain) ?? unmet[0];
        var condition = need.ConditionFor(first.Spec.IsTask);
        var which = others.Count > 1 ? $"{first.Spec.Name} is {Lacks(first, condition)} ({others.Count - unmet.Count} of {others.Count} {condition})" : $"it is {Lacks(first, condition)}";
        return new WaitsFor(need.Name, condition.ToString(), which, IsInVain(first));
    }

    private IEnumerable<WaitsFor> Before(ProcessRecord record, string name) => Find(record, name)
        .Where(other => other.State is RunState.Starting or RunState.Running { IsReady: false } or RunState.Backoff or RunState.Waiting or RunState.Stopping { ThenStart: true }
            || (other.Spec.IsTask && other.State is RunState.Running))
        .Take(1)
        .Select(other => new WaitsFor(name, Condition.Started.ToString(), $"it is {How(other)}", IsInVain: false));

    private static bool Meets(ProcessRecord other, Need need) => Meets(other, need.ConditionFor(other.Spec.IsTask));

    /// <summary>Whether a process meets a condition. What waits for a sign of a task need not wait once the task has done its work.</summary>
    public static bool Meets(ProcessRecord other, Condition condition) => (condition.Kind, other.State) switch
    {
        (ConditionKind.Started, RunState.Running) => true,
        // Who connects to it is answered.
        (ConditionKind.Started or ConditionKind.Ready or ConditionKind.Healthy or ConditionKind.Port, RunState.Scheduled { OnDemand: true }) => true,
        (not (ConditionKind.Ready or ConditionKind.Healthy), _) when other.IsDone => true,
        (ConditionKind.Ready, RunState.Running { IsReady: true, Handover: null }) => true,
        (ConditionKind.Healthy, RunState.Running { IsReady: true, Health.IsHealthy: true }) => true,
        (ConditionKind.Done, RunState.Exited) => other.LastRun is { } run && other.Spec.ExitCodes.IsSuccess(run.How),
        (ConditionKind.Ended, RunState.Exited or RunState.Crashed or RunState.Failed) => true,
        (ConditionKind.Port or ConditionKind.File or ConditionKind.Log, RunState.Running run) => run.Met.Has(condition),
        _ => false,
    };

    // Of one that does not meet its condition.
    private bool IsInVain(ProcessRecord other) => InVain.Contains(other.Id);

    // Those that will do nothing more by themselves: they are over, or wait for such a one, or for what is not there.
    private HashSet<int> FindInVain()
    {
        var open = new Queue<ProcessRecord>(processes.Where(record => record.State.IsOver
            || (record.State is RunState.Waiting && record.Spec.Needs.Any(need => !need.IsOptional && !Find(record, need.Name).Any()))));
        var found = open.Select(record => record.Id).ToHashSet();
        while (open.TryDequeue(out var other))
            foreach (var waiting in Dependents[other.Id].Where(record => record.State is RunState.Waiting && record.Spec.Needs.Any(need => IsUnmetBy(record, need, other))))
                if (found.Add(waiting.Id))
                    open.Enqueue(waiting);
        return found;
    }

    private bool IsUnmetBy(ProcessRecord record, Need need, ProcessRecord other) =>
        !need.IsOptional && !Meets(other, need) && Find(record, need.Name).Any(found => found.Id == other.Id);

    private string Waits(ProcessRecord record) => string.Join(", ", record.Spec.Needs
        .Where(need => Find(record, need.Name).ToList() is var others && (others.Count == 0 || others.Exists(other => !Meets(other, need))))
        .Select(need => need.Name));

    private static string? HowEnded(ProcessRecord other) => other.LastRun is { } run ? $": {run.Why ?? run.How.ToString()}" : null;

    private string Lacks(ProcessRecord other, Condition condition) => (condition.Kind, other.State) switch
    {
        (ConditionKind.Port, RunState.Running { IsReady: true }) => "running, and does not listen yet",
        (ConditionKind.File, RunState.Running { IsReady: true }) => $"running, and there is no {condition.Target} yet",
        (ConditionKind.Log, RunState.Running { IsReady: true }) => $"running, and has written nothing that matches '{condition.Target}'",
        _ => How(other),
    };

    private string How(ProcessRecord other) => other.State switch
    {
        RunState.Running { IsReady: false, Impediment: { } why } => $"not ready: {why}",
        RunState.Running { IsReady: false } => "not ready yet",
        RunState.Running { Health: { IsHealthy: false } health } => $"unhealthy: {health.Why}",
        RunState.Running { Health: null } when other.Spec.Health is not null => "not known to be healthy yet",
        RunState.Backoff or RunState.Crashed => $"{other.State.Word}{HowEnded(other)}",
        RunState.Failed failed => $"failed: {failed.Why}",
        RunState.Stopped when other.RunNumber == 0 => "not started",
        RunState.Waiting when Waits(other) is { Length: > 0 } names => $"waiting for {names}",
        _ => other.Word,
    };

    private string? WhyRestart(ProcessRecord record, Need need)
    {
        if (need is { Restarts: false, IsBound: false } || record.State is not RunState.Running run)
            return null;
        var others = Find(record, need.Name).ToList();
        if (need.IsBound && others.Count == 0)
            return $"{need.Name}, which it is bound to, is not there any more";
        if (need.IsBound && others.Find(other => other.State.IsOver && !Meets(other, need)) is { } gone)
            return $"{gone.Spec.Name}, which it is bound to, is {How(gone)}";
        return need.Restarts && others.Find(other => other.State is RunState.Running now && now.Since > run.Since) is { } again
            && Allow(record)
                ? $"{again.Spec.Name}, which it needs, was restarted"
                : null;
    }
}
