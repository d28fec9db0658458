namespace Sentinel.Core.Engines;

/// <summary>How far an engine is with new settings of a service.</summary>
public abstract record Rollout
{
    /// <summary>None was asked for, or it is over.</summary>
    public sealed record Settled : Rollout;

    /// <summary>Tasks are being replaced.</summary>
    public sealed record UnderWay : Rollout;

    /// <summary>It was given up; with a rollback the settings from before count again.</summary>
    /// <param name="Mark">Tells it from another one.</param>
    public sealed record Failed(string Why, bool IsRolledBack, string Mark) : Rollout;
}

/// <summary>A process of a project as it is on a cluster.</summary>
/// <param name="Name">The process, as the engine knows it.</param>
/// <param name="Object">What is changed to change it, such as <c>shop_web</c> or <c>deployment/web</c>.</param>
/// <param name="SpecHash">The key of the settings that it was made with; null: it has none.</param>
/// <param name="Image">Null: it has none.</param>
/// <param name="Replicas">How many of it are to run.</param>
/// <param name="Ports">As people read them.</param>
public sealed record EngineService(string Name, string Object, string? SpecHash, string? Image, int Replicas, IReadOnlyList<string> Ports)
{
    /// <summary>The project whose labels it carries.</summary>
    public string Project { get; init; } = "";

    public DateTimeOffset? Created { get; init; }

    /// <summary>How many ran before it was stopped; null: it was not.</summary>
    public int? Remembered { get; init; }

    /// <summary>Whether it runs to its end.</summary>
    public bool Ends { get; init; }

    /// <summary>Whether it ran to its end with success, also where its tasks are gone.</summary>
    public bool IsComplete { get; init; }

    public Rollout Rollout { get; init; } = new Rollout.Settled();

    public IReadOnlyList<EngineTask> Tasks { get; init; } = [];

    /// <summary>How many run and are ready, with the settings of now.</summary>
    public int Ready => IsComplete ? Replicas : Tasks.Count(task => task is { IsWanted: true, IsCurrent: true } && (task.State == TaskState.Running || (Ends && task.State == TaskState.Done)));

    /// <summary>The machines of what runs, or may run.</summary>
    public IEnumerable<string> Nodes => Tasks.Where(task => task.State is TaskState.Running or TaskState.Starting or TaskState.Unknown).Select(task => task.Node).OfType<string>().Distinct().Order();

    /// <summary>What it is as a whole, in a word or two.</summary>
    public string Status => this switch
    {
        { Replicas: 0 } => Tasks.Any(task => task.State is TaskState.Running or TaskState.Starting or TaskState.Stopping) ? "stopping" : "stopped",
        { Ends: true } when IsComplete || Done >= Replicas => "done",
        { Rollout: Rollout.UnderWay } => "updating",
        { Rollout: Rollout.Failed { IsRolledBack: true } } when RunningOfAny >= Replicas => "rolled back",
        { Rollout: Rollout.Failed } => "failed",
        _ when Ready >= Replicas => "running",
        _ when Tasks.Any(task => task.State == TaskState.Unknown) => "unknown",
        _ when Tasks.Any(task => task is { IsWanted: true, State: TaskState.Starting or TaskState.Waiting, Why: null }) => "starting",
        _ when Tasks.Any(task => task.State == TaskState.Failed) => "failed",
        _ => "starting",
    };

    /// <summary>Why it is not as it should be, in the engine's own words; null: nothing is said.</summary>
    public string? Complaint => Rollout is Rollout.Failed { Why: var why } ? Words(why, LastWords) : LastWords;

    private string? LastWords => Tasks.Where(task => task.Why is not null && task.State != TaskState.Done).OrderByDescending(task => task.IsCurrent).ThenByDescending(task => task.Since)
        .Select(task => $"{task.Name}{(task.Node is null ? "" : $" on {task.Node}")}: {task.Why}").FirstOrDefault();

    private int Done => Tasks.Count(task => task is { State: TaskState.Done, IsCurrent: true });

    private int RunningOfAny => Tasks.Count(task => task is { IsWanted: true, State: TaskState.Running });

    private static string Words(string why, string? more) => more is null ? why : $"{why}; {more}";
}
