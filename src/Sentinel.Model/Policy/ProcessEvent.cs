using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What can happen to a process.</summary>
public abstract record ProcessEvent
{
    private ProcessEvent()
    {
    }

    /// <summary>The user wants it to run.</summary>
    /// <param name="IsAlone">Whether it is to start without what it needs.</param>
    public sealed record StartRequested(bool IsAlone = false) : ProcessEvent;

    /// <summary>It is to run now, also if only its schedule starts it: a time of that has come, or the user wants it.</summary>
    public sealed record RunRequested : ProcessEvent;

    /// <summary>The user wants it and its whole tree to end.</summary>
    public sealed record StopRequested : ProcessEvent;

    /// <summary>It and its whole tree are to end, and then to run again, as the user wants it or for another reason.</summary>
    /// <param name="Change">What changed, if that is the reason.</param>
    public sealed record RestartRequested(RestartReason Reason = RestartReason.User, FileChange? Change = null) : ProcessEvent;

    /// <summary>It is to run anew without a moment in which it does not: its run goes on until the next one is ready.</summary>
    /// <param name="Change">What changed, if that is the reason.</param>
    public sealed record ReplaceRequested(RestartReason Reason = RestartReason.User, FileChange? Change = null) : ProcessEvent;

    /// <summary>The run before the current one has ended, with its whole tree.</summary>
    public sealed record PredecessorEnded(Exit How, bool Witnessed) : ProcessEvent;

    /// <summary>Files that it depends on have changed, and it goes on.</summary>
    public sealed record FilesChanged(FileChange Change) : ProcessEvent;

    /// <summary>How well its files can be watched is known.</summary>
    /// <param name="Trouble">Null: as they should be.</param>
    public sealed record Watched(WatchTrouble? Trouble) : ProcessEvent;

    /// <summary>Nobody has been connected to its sockets for as long as it waits for that.</summary>
    public sealed record Idle : ProcessEvent;

    /// <summary>Its lease is over: it and its whole tree must end.</summary>
    /// <param name="Why">A sentence without its capital and full stop.</param>
    public sealed record LeaseEnded(string Why) : ProcessEvent;

    /// <summary>It was to be started now, and what it needs does not allow it yet.</summary>
    public sealed record MustWait : ProcessEvent;

    /// <summary>Its program is being executed.</summary>
    /// <param name="LogStarts">See <see cref="RunState.Running"/>.</param>
    /// <param name="FilesKey">See <see cref="RunState.Running"/>.</param>
    public sealed record Spawned(ProcessIdentity Identity, LogEnds? LogStarts = null, string? FilesKey = null) : ProcessEvent;

    /// <param name="IsInterrupted">Whether it might have started if the process that was starting it had not been killed.</param>
    public sealed record SpawnFailed(string Why, bool IsInterrupted = false) : ProcessEvent;

    /// <summary>Its main process has ended and, if it was being stopped, so has its whole tree.</summary>
    /// <param name="How">How the main process ended.</param>
    /// <param name="Witnessed">Whether it ended just now rather than some time ago.</param>
    /// <param name="PeakMemoryBytes">See <see cref="EndedRun"/>.</param>
    public sealed record Ended(Exit How, bool Witnessed, long? PeakMemoryBytes = null) : ProcessEvent
    {
        /// <summary>If others of its tree still run: why the pid file makes none its successor. Null if nobody looked for one.</summary>
        public string? NoSuccessor { get; init; }
    }

    /// <summary>Its main process has ended, and another of its tree has taken its place.</summary>
    public sealed record HandedOver(ProcessIdentity Identity) : ProcessEvent;

    /// <summary>It has ended, and some of its tree still runs.</summary>
    public sealed record FoundLeft(IReadOnlyList<LeftProcess> Left) : ProcessEvent;

    /// <summary>The user wants a fresh start: nothing that happened before counts.</summary>
    public sealed record ResetRequested : ProcessEvent;

    /// <summary>It has become ready.</summary>
    public sealed record Ready : ProcessEvent;

    /// <summary>Something keeps it from being ready, or no longer does, such as a process that answers in its place.</summary>
    /// <param name="Why">What, as the end of a sentence; null: nothing.</param>
    public sealed record Impeded(string? Why) : ProcessEvent;

    /// <summary>It has met a condition that others may wait for.</summary>
    public sealed record Met(Condition Condition) : ProcessEvent;

    /// <summary>It was not ready in time.</summary>
    public sealed record NotReady(string Why) : ProcessEvent;

    /// <summary>Its health has changed or become known.</summary>
    public sealed record Examined(bool IsHealthy, string? Why) : ProcessEvent;

    /// <summary>It says something about itself.</summary>
    public sealed record Said(string What) : ProcessEvent;

    /// <summary>The user sends it a signal.</summary>
    public sealed record Signalled(int Number) : ProcessEvent;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : ProcessEvent;
}
