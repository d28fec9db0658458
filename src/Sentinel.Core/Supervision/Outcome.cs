using Sentinel.Core.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>What became of one process that a command was about.</summary>
/// <param name="Target">Its name; where there is no such process, what the user called it.</param>
public abstract record Outcome(string Target)
{
    public sealed record Started(string Target, ProcessRecord Process, int Pid) : Outcome(Target);

    /// <summary>Stopped and started again; <paramref name="OldPid"/> is null when it had not been running.</summary>
    public sealed record Restarted(string Target, ProcessRecord Process, int? OldPid, int Pid) : Outcome(Target);

    /// <summary>All of its tree is gone.</summary>
    public sealed record Stopped(string Target, ProcessRecord Process) : Outcome(Target);

    public sealed record Deleted(string Target, ProcessRecord Process) : Outcome(Target);

    /// <summary>Nothing counts any more that happened to it before.</summary>
    public sealed record Reset(string Target, ProcessRecord Process) : Outcome(Target);

    /// <summary>Its log files are empty now.</summary>
    public sealed record Cleared(string Target, ProcessRecord Process) : Outcome(Target);

    public sealed record AlreadyRunning(string Target, ProcessRecord Process, int Pid) : Outcome(Target);

    public sealed record NotRunning(string Target, ProcessRecord Process) : Outcome(Target);

    /// <param name="Process">Null when there is none of that name.</param>
    /// <param name="Why">A sentence without its capital and full stop.</param>
    public sealed record Failed(string Target, ProcessRecord? Process, string Why) : Outcome(Target);
}
