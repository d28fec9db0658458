using Sentinel.Model.Processes;

namespace Sentinel.Model.Policy;

/// <summary>What a process is doing, and since when.</summary>
public abstract record RunState(DateTimeOffset Since)
{
    /// <summary>
    /// About to be executed. Written before the process is made, so that one that a killed command made is found by its
    /// cookie.
    /// </summary>
    /// <param name="PidNamespace">Where it is to run; see <see cref="ProcessIdentity"/>. Null: here.</param>
    public sealed record Starting(DateTimeOffset Since, bool Automatic, ulong? PidNamespace = null) : RunState(Since);

    public sealed record Running(DateTimeOffset Since, ProcessIdentity Identity) : RunState(Since)
    {
        /// <summary>Whether it has come to be of use; see <see cref="Specs.Readiness"/>.</summary>
        public bool IsReady { get; init; } = true;

        /// <summary>Who answers in its place, while it is not ready; null: nobody.</summary>
        public string? Impediment { get; init; }

        /// <summary>Where its logs ended when it began; null: not known.</summary>
        public LogEnds? LogStarts { get; init; }

        /// <summary>Null: not known, or nobody asks.</summary>
        public Health? Health { get; init; }

        /// <summary>What it says about itself; see sd_notify(3), <c>STATUS=</c>.</summary>
        public string? Says { get; init; }

        /// <summary>Not null: its main process has ended, and its pid file is to name the one that takes its place.</summary>
        public Handover? Handover { get; init; }
    }

    /// <summary>Its tree is being ended.</summary>
    /// <param name="Since">When that began.</param>
    /// <param name="Run">The run being ended; null when it had not come to have one.</param>
    /// <param name="Why">What is wrong with it; null: the user wants that.</param>
    public sealed record Stopping(DateTimeOffset Since, Running? Run, string? Why = null) : RunState(Since)
    {
        /// <summary>Whether the user wants it to be started again then, also if whoever is at it is killed before that.</summary>
        public bool ThenStart { get; init; }

        /// <summary>Whether it is to stay so; otherwise it may be started again then.</summary>
        public bool IsForGood => Why is null && !ThenStart;
    }

    /// <summary>
    /// Runs, or is being started or stopped, in another pid namespace, as far as can be told from here. It is only ever seen, and never
    /// written down.
    /// </summary>
    /// <param name="Was">What is written down.</param>
    public sealed record Elsewhere(RunState Was) : RunState(Was.Since)
    {
        /// <summary>Where that is, as the end of a sentence.</summary>
        public string Place => Was switch
        {
            { Main: { } main } => $"in pid namespace {main.PidNamespace}, where it is pid {main.Pid}",
            Starting { PidNamespace: { } space } => $"in pid namespace {space}",
            _ => "in another pid namespace",
        };
    }

    /// <summary>Ended by the user, and not to be started but by the user.</summary>
    public sealed record Stopped(DateTimeOffset Since) : RunState(Since);

    /// <summary>Ended by itself with code 0, or unseen; not to be restarted.</summary>
    public sealed record Exited(DateTimeOffset Since) : RunState(Since)
    {
        /// <summary>What it left running when it went into the background, in words; null: it did not, as far as is known.</summary>
        public string? Left { get; init; }
    }

    /// <summary>Ended by itself otherwise; not to be restarted.</summary>
    public sealed record Crashed(DateTimeOffset Since) : RunState(Since);

    /// <summary>Waits to be restarted.</summary>
    public sealed record Backoff(DateTimeOffset Since, DateTimeOffset Due) : RunState(Since);

    /// <summary>
    /// Whether it is time to start the process again; so it is when the clock was set back, or nobody knows how long it would
    /// wait, or it would be longer than anybody ever has to.
    /// </summary>
    public bool IsDue(DateTimeOffset now) => this is Backoff { Due: var due } && (now >= due || now < Since || due - now > LongestWait);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Given up: it was restarted too often. Only the user starts it again.</summary>
    public sealed record Failed(DateTimeOffset Since, string Why) : RunState(Since);

    /// <summary>Whether a run is starting, running or stopping, here or elsewhere.</summary>
    public bool IsUnderWay => this is Starting or Running or Stopping or Elsewhere;

    /// <summary>Whether nothing runs, or will run unless the user starts it.</summary>
    public bool IsOver => !IsUnderWay && this is not Backoff;

    /// <summary>The word for it that users see.</summary>
    public string Word => this switch
    {
        Starting or Running { IsReady: false } or Running { Handover: not null } => "starting",
        Running => "running",
        Stopping => "stopping",
        Stopped => "stopped",
        Exited => "exited",
        Crashed => "crashed",
        Backoff => "backoff",
        Failed => "failed",
        Elsewhere => "elsewhere",
        _ => throw new NotSupportedException(GetType().Name),
    };

    /// <summary>The run that this state speaks of, if there is one.</summary>
    public Running? CurrentRun => this switch
    {
        Running running => running,
        Stopping stopping => stopping.Run,
        _ => null,
    };

    /// <summary>The process that this state speaks of, if it has one.</summary>
    public ProcessIdentity? Main => CurrentRun?.Identity;
}
