namespace Sentinel.Core.Engines;

/// <summary>Whether a service has become what was asked for.</summary>
public abstract record Verdict
{
    // The engine tries again what it has refused; a second refusal is meant.
    private const int MostRefusals = 2;

    public sealed record Ready : Verdict;

    /// <param name="Words">What the engine says so far; null: nothing.</param>
    public sealed record NotYet(string? Words) : Verdict;

    public sealed record Failed(string Why) : Verdict;

    /// <param name="service">As it is now; null: it is not there.</param>
    /// <param name="before">As it was before anything was changed; null: it was not there.</param>
    public static Verdict On(EngineService? service, EngineService? before)
    {
        if (service is null)
            return new NotYet("it is not there");
        if (service.Rollout is Rollout.Failed failed && (before?.Rollout as Rollout.Failed)?.Mark != failed.Mark)
            return new Failed(service.Complaint!);
        var known = before?.Tasks.Select(task => task.Id).ToHashSet() ?? [];
        var fresh = service.Tasks.Where(task => task.IsCurrent && !known.Contains(task.Id)).ToList();
        if (fresh.Exists(task => task.IsStuck) || fresh.Count(task => task.IsRefused) >= MostRefusals || (service.Ends && fresh.Exists(task => task is { State: TaskState.Failed, IsRefused: true })))
            return new Failed(service.Complaint ?? "the engine refuses it");
        var isOver = service.Rollout is Rollout.Settled or Rollout.Failed
            && !service.Tasks.Any(task => task.State is TaskState.Running or TaskState.Starting or TaskState.Stopping && (service.Replicas == 0 || !task.IsCurrent || !task.IsWanted));
        return isOver && service.Ready >= service.Replicas ? new Ready() : new NotYet(service.Complaint);
    }
}
