using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Model;

/// <summary>Something that happened, kept for later questions.</summary>
public abstract record Event(DateTimeOffset Time)
{
    /// <summary>Programs that read JSON numbers as doubles would round what is beyond this.</summary>
    public const long HighestNumber = 1L << 53;

    /// <summary>
    /// From 1 on, each event of a home has the number after that of the event before it. Null: it is not recorded yet, or a version
    /// that gave no numbers recorded it.
    /// </summary>
    public long? Number { get; init; }

    /// <summary>Something that happened to one process.</summary>
    public abstract record OfProcess(DateTimeOffset Time, int Id, string Name) : Event(Time);

    /// <param name="Automatic">Whether it was restarted because it had ended by itself.</param>
    public sealed record Started(DateTimeOffset Time, int Id, string Name, int Pid, bool Automatic) : OfProcess(Time, Id, Name);

    /// <summary>A run ended, or did not even begin.</summary>
    /// <param name="ByUser">Whether the user stopped it, or its lease was over.</param>
    /// <param name="Logs">How long its logs were at that moment.</param>
    /// <param name="RestartDue">When it will be restarted; null: it will not.</param>
    public sealed record Ended(
        DateTimeOffset Time, int Id, string Name, EndedRun Run, bool ByUser, LogEnds Logs, DateTimeOffset? RestartDue)
        : OfProcess(Time, Id, Name);

    /// <summary>Its lease is over, so its whole tree is ended.</summary>
    public sealed record LeaseOver(DateTimeOffset Time, int Id, string Name, string Why) : OfProcess(Time, Id, Name);

    /// <summary>Its main process has ended, and another of its tree has taken its place.</summary>
    public sealed record HandedOver(DateTimeOffset Time, int Id, string Name, int Pid, int OldPid) : OfProcess(Time, Id, Name);

    /// <summary>It has ended with code 0, and what it left still runs.</summary>
    public sealed record InBackground(DateTimeOffset Time, int Id, string Name, string Left) : OfProcess(Time, Id, Name);

    /// <summary>What it left running when it ended successfully was ended, so that it could be restarted.</summary>
    public sealed record EndedLeft(DateTimeOffset Time, int Id, string Name, string Left) : OfProcess(Time, Id, Name);

    /// <summary>It has become ready.</summary>
    public sealed record Ready(DateTimeOffset Time, int Id, string Name) : OfProcess(Time, Id, Name);

    /// <summary>Its health has changed or become known.</summary>
    public sealed record HealthChanged(DateTimeOffset Time, int Id, string Name, bool IsHealthy, string? Why) : OfProcess(Time, Id, Name);

    /// <summary>The user sent it a signal.</summary>
    /// <param name="Processes">To how many of its processes.</param>
    public sealed record Signalled(DateTimeOffset Time, int Id, string Name, int Signal, int Processes) : OfProcess(Time, Id, Name);

    /// <summary>The user stopped a process that was waiting to be restarted, had been given up, or had left something running.</summary>
    public sealed record Stopped(DateTimeOffset Time, int Id, string Name) : OfProcess(Time, Id, Name);

    /// <summary>It is to be started as soon as what it needs allows it.</summary>
    /// <param name="For">The names of those.</param>
    public sealed record Waits(DateTimeOffset Time, int Id, string Name, IReadOnlyList<string> For) : OfProcess(Time, Id, Name);

    /// <summary>The next time of its schedule starts it.</summary>
    /// <param name="Next">When that is; null: there is none any more.</param>
    public sealed record Scheduled(DateTimeOffset Time, int Id, string Name, DateTimeOffset? Next) : OfProcess(Time, Id, Name);

    /// <summary>Who connects to its socket starts it.</summary>
    public sealed record Listening(DateTimeOffset Time, int Id, string Name) : OfProcess(Time, Id, Name);

    /// <summary>A time of its schedule was left out, the first since it was last started for one.</summary>
    public sealed record CronSkipped(DateTimeOffset Time, int Id, string Name, DateTimeOffset Slot, string Why) : OfProcess(Time, Id, Name);

    /// <summary>It is restarted, for something that it needs was restarted or has ended.</summary>
    public sealed record Follows(DateTimeOffset Time, int Id, string Name, string Why) : OfProcess(Time, Id, Name);

    /// <summary>It will not be restarted any more.</summary>
    public sealed record GaveUp(DateTimeOffset Time, int Id, string Name, string Why) : OfProcess(Time, Id, Name);

    /// <summary>Files that it depends on have changed, and something is done for it.</summary>
    public sealed record FilesChanged(DateTimeOffset Time, int Id, string Name, FileChange Change) : OfProcess(Time, Id, Name)
    {
        /// <summary>Whether it is restarted.</summary>
        public bool IsRestart => Change.Run is not null;
    }

    /// <summary>It changes a file after each restart, so its watch is paused.</summary>
    public sealed record WatchLoop(DateTimeOffset Time, int Id, string Name, string Path) : OfProcess(Time, Id, Name)
    {
        /// <inheritdoc cref="WatchTrouble.Loop.Ignore"/>
        public string Ignore => new WatchTrouble.Loop(Path).Ignore;
    }

    /// <summary>Its files cannot be watched, and are looked at again and again.</summary>
    public sealed record WatchPolled(DateTimeOffset Time, int Id, string Name, string Why) : OfProcess(Time, Id, Name);

    /// <summary>What was to be done for changed files has failed.</summary>
    /// <param name="Then">As <c>--watch-then</c> takes it.</param>
    public sealed record WatchFailed(DateTimeOffset Time, int Id, string Name, string Then, string Why) : OfProcess(Time, Id, Name);

    /// <summary>Its tree uses more memory than it may, so it is restarted.</summary>
    public sealed record OutgrewMemory(DateTimeOffset Time, int Id, string Name, long MemoryBytes, long LimitBytes)
        : OfProcess(Time, Id, Name);

    /// <summary>One of its logs is larger than it may be, and stays so for now.</summary>
    public sealed record LogNotRotated(DateTimeOffset Time, int Id, string Name, string Log, string Why) : OfProcess(Time, Id, Name);

    /// <summary>Somebody other than Sentinel emptied one of its logs: the content is lost.</summary>
    /// <param name="LostBytes">As far as is known.</param>
    public sealed record LogEmptied(DateTimeOffset Time, int Id, string Name, string Log, long LostBytes) : OfProcess(Time, Id, Name);

    public sealed record Deleted(DateTimeOffset Time, int Id, string Name) : OfProcess(Time, Id, Name);

    public sealed record DaemonUp(DateTimeOffset Time, int Pid, string Version) : Event(Time);

    public sealed record DaemonDown(DateTimeOffset Time, int Pid) : Event(Time);
}
