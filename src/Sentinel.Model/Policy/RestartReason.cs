namespace Sentinel.Model.Policy;

/// <summary>Why a process is started again.</summary>
public enum RestartReason
{
    /// <summary>It failed, could not be executed, or ended in a way that nobody knows.</summary>
    Crash,

    /// <summary>It ended with success.</summary>
    Exit,

    /// <summary>It was not ready in time.</summary>
    NotReady,

    /// <summary>Its health check failed.</summary>
    Unhealthy,

    /// <summary>Its tree used more memory than it may.</summary>
    Memory,

    /// <summary>Something that it needs was restarted or has ended.</summary>
    Dependency,

    /// <summary>The user asked for it.</summary>
    User,

    /// <summary>A time of its schedule has come.</summary>
    Schedule,

    /// <summary>Sentinel was killed while it was starting it.</summary>
    Interrupted,

    /// <summary>A file that it depends on has changed.</summary>
    Watch,
}

/// <summary>The words for it in the state and in metrics.</summary>
public static class RestartReasons
{
    public static IReadOnlyList<RestartReason> All { get; } = Enum.GetValues<RestartReason>();

    public static string Word(this RestartReason reason) => reason switch
    {
        RestartReason.Crash => "crash",
        RestartReason.Exit => "exit",
        RestartReason.NotReady => "not_ready",
        RestartReason.Unhealthy => "unhealthy",
        RestartReason.Memory => "memory",
        RestartReason.Dependency => "dependency",
        RestartReason.User => "user",
        RestartReason.Schedule => "schedule",
        RestartReason.Interrupted => "interrupted",
        RestartReason.Watch => "watch",
        _ => throw new NotSupportedException(reason.ToString()),
    };
}
