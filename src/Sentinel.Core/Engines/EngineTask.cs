namespace Sentinel.Core.Engines;

/// <summary>What a task of an engine is at this moment.</summary>
public enum TaskState
{
    /// <summary>It has no machine yet.</summary>
    Waiting,

    /// <summary>It is prepared, or not ready or healthy yet.</summary>
    Starting,
    Running,
    Stopping,

    /// <summary>It ended, as it was to.</summary>
    Stopped,

    /// <summary>It ran to its end, with success.</summary>
    Done,
    Failed,

    /// <summary>Its machine does not answer, so it may run or not.</summary>
    Unknown,
}

/// <summary>One run of a process on a cluster: a task of a Swarm, or a pod of Kubernetes.</summary>
/// <param name="Id">As the engine knows it.</param>
/// <param name="Name">As people know it, such as <c>web.1</c>.</param>
/// <param name="Node">The name of its machine; null: it has none yet.</param>
/// <param name="Why">The engine's own words about its state; null: there are none.</param>
/// <param name="Restarts">How often it was restarted in place; null: the engine replaces it instead.</param>
/// <param name="Since">Since when it is in this state; null: not known.</param>
public sealed record EngineTask(string Id, string Name, string? Node, TaskState State, string? Why, int? Restarts, DateTimeOffset? Since)
{
    /// <summary>Whether the engine wants it to run.</summary>
    public required bool IsWanted { get; init; }

    /// <summary>Whether it has the settings that its service has now.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>Whether it was refused; the engine tries another one in its place, perhaps on another machine.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether the engine keeps it, though it cannot run as it is.</summary>
    public bool IsStuck { get; init; }
}

public static class TaskStates
{
    public static string Word(this TaskState state) => state switch
    {
        TaskState.Waiting => "waiting",
        TaskState.Starting => "starting",
        TaskState.Running => "running",
        TaskState.Stopping => "stopping",
        TaskState.Stopped => "stopped",
        TaskState.Done => "done",
        TaskState.Failed => "failed",
        _ => "unknown",
    };
}
