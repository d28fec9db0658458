namespace Sentinel.Api;

/// <summary>The outcome for one process, group or port that a command was about.</summary>
/// <param name="Target">Its name or, if it has none, what the user called it.</param>
public abstract record Outcome(string Target)
{
    /// <summary>The process; null when it is about none.</summary>
    public ProcessRef? About => this switch
    {
        OfProcess { Process: var process } => process,
        Failed failed => failed.Process,
        _ => null,
    };

    /// <summary>The outcome for a process.</summary>
    public abstract record OfProcess(string Target, ProcessRef Process) : Outcome(Target);

    /// <summary>It runs now.</summary>
    public abstract record Began(string Target, ProcessRef Process) : OfProcess(Target, Process)
    {
        /// <summary>Where it can be reached.</summary>
        public IReadOnlyList<PortRef> Ports { get; init; } = [];
    }

    public sealed record Started(string Target, ProcessRef Process) : Began(Target, Process);

    /// <summary>It is known now, and was not to be started.</summary>
    public sealed record Registered(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <summary>It starts as soon as what it needs allows it.</summary>
    /// <param name="For">The names of those.</param>
    public sealed record Waits(string Target, ProcessRef Process, IReadOnlyList<string> For) : OfProcess(Target, Process);

    /// <summary>The next time of its schedule starts it.</summary>
    /// <param name="Next">When that is; null: there is none any more.</param>
    public sealed record Scheduled(string Target, ProcessRef Process, DateTimeOffset? Next) : OfProcess(Target, Process);

    /// <summary>Stopped and started again; <paramref name="OldPid"/> is null when it had not been running.</summary>
    public sealed record Restarted(string Target, ProcessRef Process, int? OldPid) : Began(Target, Process);

    /// <summary>All of its tree is gone.</summary>
    /// <param name="Remark">What was unusual about its end; null: nothing.</param>
    public sealed record Stopped(string Target, ProcessRef Process, string? Remark = null) : OfProcess(Target, Process);

    /// <summary>All of its tree is gone, because its lease was over.</summary>
    /// <param name="Why">A sentence without its capital and full stop.</param>
    public sealed record LeaseEnded(string Target, ProcessRef Process, string Why) : OfProcess(Target, Process);

    /// <summary>Dry run: this would be ended.</summary>
    public sealed record WouldEnd(string Target, ProcessRef Process, string Why) : OfProcess(Target, Process);

    public sealed record Deleted(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <summary>Its spec has changed.</summary>
    /// <param name="IsOutdated">Whether it runs, and part of the change takes effect only at its next start.</param>
    /// <param name="Fields">The keys of the changed fields.</param>
    public sealed record Changed(string Target, ProcessRef Process, bool IsOutdated, IReadOnlyList<string> Fields) : OfProcess(Target, Process);

    /// <summary>A signal was sent to it.</summary>
    /// <param name="Processes">To how many processes.</param>
    public sealed record Signalled(string Target, ProcessRef Process, int Number, int Processes) : OfProcess(Target, Process);

    /// <summary>Nothing that happened to it before counts any more.</summary>
    public sealed record Reset(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <summary>Its log files are empty now.</summary>
    public sealed record Cleared(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <summary>What its log files held is now in backups.</summary>
    public sealed record Rotated(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <summary>Its log files do not fill a block of the disk.</summary>
    public sealed record NotRotated(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <param name="IsOutdated">Whether it will get another environment at its next start.</param>
    public sealed record AlreadyRunning(string Target, ProcessRef Process, bool IsOutdated = false) : Began(Target, Process);

    public sealed record NotRunning(string Target, ProcessRef Process) : OfProcess(Target, Process);

    /// <summary>It is now in another group, or in none.</summary>
    /// <param name="Group">The group that the command named.</param>
    /// <param name="IsOutdated">Whether it runs with a different environment from the one it would get now.</param>
    public sealed record Moved(string Target, ProcessRef Process, string Group, bool IsOutdated) : OfProcess(Target, Process);

    public sealed record GroupCreated(string Target) : Outcome(Target);

    /// <summary>It was there, as asked.</summary>
    public sealed record GroupExists(string Target) : Outcome(Target);

    /// <param name="Outdated">The names of members that run with the earlier environment.</param>
    public sealed record GroupChanged(string Target, IReadOnlyList<string> Outdated) : Outcome(Target);

    /// <param name="Members">The names of the processes that were in it.</param>
    public sealed record GroupDeleted(string Target, IReadOnlyList<string> Members) : Outcome(Target);

    public sealed record HookAdded(string Target) : Outcome(Target);

    public sealed record HookChanged(string Target) : Outcome(Target);

    public sealed record HookDeleted(string Target) : Outcome(Target);

    public sealed record PortAllocated(int Port, string Name) : Outcome(Name);

    public sealed record PortFreed(int Port, string Name) : Outcome(Name);

    /// <param name="Process">Null when there is none of that name.</param>
    /// <param name="Why">A sentence without its capital and full stop.</param>
    /// <param name="Code">The same for programs.</param>
    public sealed record Failed(string Target, ProcessRef? Process, string Why, FailureCode Code = FailureCode.Refused) : Outcome(Target);
}
