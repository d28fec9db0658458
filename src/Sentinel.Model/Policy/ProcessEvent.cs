using Sentinel.Model.Processes;

namespace Sentinel.Model.Policy;

/// <summary>What can happen to a process.</summary>
public abstract record ProcessEvent
{
    private ProcessEvent()
    {
    }

    /// <summary>The user wants it to run.</summary>
    public sealed record StartRequested : ProcessEvent;

    /// <summary>The user wants it, and all of its tree, to be gone.</summary>
    public sealed record StopRequested : ProcessEvent;

    /// <summary>The user wants it, and all of its tree, to be gone, and then to run again.</summary>
    public sealed record RestartRequested : ProcessEvent;

    /// <summary>Nobody owns it any more: it, and all of its tree, is to be gone.</summary>
    /// <param name="Why">A sentence without its capital and full stop.</param>
    public sealed record LeaseEnded(string Why) : ProcessEvent;

    /// <summary>Its program is being executed.</summary>
    /// <param name="LogStarts">See <see cref="RunState.Running"/>.</param>
    public sealed record Spawned(ProcessIdentity Identity, LogEnds? LogStarts = null) : ProcessEvent;

    /// <param name="IsInterrupted">Whether it might have come to run, had nobody killed who was starting it.</param>
    public sealed record SpawnFailed(string Why, bool IsInterrupted = false) : ProcessEvent;

    /// <summary>Its main process has ended and, when it was being stopped, so has all of its tree.</summary>
    /// <param name="How">How the main process ended.</param>
    /// <param name="Witnessed">Whether it ended just now; otherwise some time before.</param>
    /// <param name="PeakMemoryBytes">See <see cref="EndedRun"/>.</param>
    public sealed record Ended(Exit How, bool Witnessed, long? PeakMemoryBytes = null) : ProcessEvent
    {
        /// <summary>Where others of its tree run on: why its pid file makes none of them its successor. Null where nobody asked for one.</summary>
        public string? NoSuccessor { get; init; }
    }

    /// <summary>Its main process has ended, and another of its tree has taken its place.</summary>
    public sealed record HandedOver(ProcessIdentity Identity) : ProcessEvent;

    /// <summary>It has ended, and some of its tree run on.</summary>
    public sealed record FoundLeft(IReadOnlyList<LeftProcess> Left) : ProcessEvent;

    /// <summary>The user wants to begin afresh: nothing counts that has happened before.</summary>
    public sealed record ResetRequested : ProcessEvent;

    /// <summary>It has come to be of use.</summary>
    public sealed record Ready : ProcessEvent;

    /// <summary>Somebody else answers in its place, or does not any more.</summary>
    /// <param name="Why">Who, as the end of a sentence; null: nobody.</param>
    public sealed record Impeded(string? Why) : ProcessEvent;

    /// <summary>It was not ready in time.</summary>
    public sealed record NotReady(string Why) : ProcessEvent;

    /// <summary>Its health is another than it was, or was not known.</summary>
    public sealed record Examined(bool IsHealthy, string? Why) : ProcessEvent;

    /// <summary>It says something about itself.</summary>
    public sealed record Said(string What) : ProcessEvent;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : ProcessEvent;
}
