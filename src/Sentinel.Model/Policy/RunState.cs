using System.Globalization;
using System.Text;
using Sentinel.Model.Processes;

namespace Sentinel.Model.Policy;

/// <summary>What a process is doing, and since when.</summary>
public abstract record RunState(DateTimeOffset Since)
{
    /// <summary>
    /// About to be executed. Written before the process is created, so that a process created by a command that was then
    /// killed can be found by its cookie.
    /// </summary>
    /// <param name="PidNamespace">Where it is to run; see <see cref="ProcessIdentity"/>. Null: here.</param>
    public sealed record Starting(DateTimeOffset Since, bool Automatic, ulong? PidNamespace = null) : RunState(Since);

    public sealed record Running(DateTimeOffset Since, ProcessIdentity Identity) : RunState(Since)
    {
        /// <summary>Whether it is ready; see <see cref="Specs.Readiness"/>.</summary>
        public bool IsReady { get; init; } = true;

        /// <summary>When it became ready; null: it was from the beginning, or is not.</summary>
        public DateTimeOffset? ReadySince { get; init; }

        /// <summary>What keeps it from being ready, such as a process that answers in its place; null: nothing that is known.</summary>
        public string? Impediment { get; init; }

        public MetConditions Met { get; init; } = MetConditions.None;

        /// <summary>A key of the variables that it got from environment files; null: not known.</summary>
        public string? FilesKey { get; init; }

        /// <summary>Where its logs ended when it began; null: not known.</summary>
        public LogEnds? LogStarts { get; init; }

        /// <summary>Null: not known, or not checked.</summary>
        public Health? Health { get; init; }

        /// <summary>What it says about itself; see sd_notify(3), <c>STATUS=</c>.</summary>
        public string? Says { get; init; }

        /// <summary>The last signal that the user sent it by us; null: none.</summary>
        public int? Signalled { get; init; }

        /// <summary>Not null: its main process has ended, and its pid file is to name its successor.</summary>
        public Handover? Handover { get; init; }
    }

    /// <summary>Its tree is being ended.</summary>
    /// <param name="Since">When that began.</param>
    /// <param name="Run">The run being ended; null if it had none yet.</param>
    /// <param name="Why">What is wrong with it; null: the user asked for it.</param>
    public sealed record Stopping(DateTimeOffset Since, Running? Run, string? Why = null) : RunState(Since)
    {
        /// <summary>Whether the user wants it started again afterwards, even if the process that is stopping it is killed first.</summary>
        public bool ThenStart { get; init; }

        /// <summary>Whether it is stopped because nobody was connected, and the next who connects starts it.</summary>
        public bool IsIdle { get; init; }

        /// <summary>Whether it is to stay stopped; otherwise it may be started again.</summary>
        public bool IsForGood => Why is null && !ThenStart;
    }

    /// <summary>
    /// As far as can be told from here, it runs, or is being started or stopped, in another pid namespace. This state is only ever
    /// derived, never written.
    /// </summary>
    /// <param name="Was">The state as written.</param>
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

    /// <summary>Ended by the user; only the user starts it again.</summary>
    public sealed record Stopped(DateTimeOffset Since) : RunState(Since);

    /// <summary>Ended by itself, with success or unseen; not to be restarted.</summary>
    public sealed record Exited(DateTimeOffset Since) : RunState(Since)
    {
        /// <summary>What it left running when it went into the background, in words; null: it did not, as far as is known.</summary>
        public string? Left { get; init; }
    }

    /// <summary>Ended by itself in any other way; not to be restarted.</summary>
    public sealed record Crashed(DateTimeOffset Since) : RunState(Since);

    /// <summary>Waiting to be restarted.</summary>
    public sealed record Backoff(DateTimeOffset Since, DateTimeOffset Due) : RunState(Since);

    /// <summary>To be started as soon as what it needs allows it.</summary>
    /// <param name="Automatic">Whether it is to be restarted because it had ended by itself.</param>
    public sealed record Waiting(DateTimeOffset Since, bool Automatic) : RunState(Since);

    /// <summary>
    /// To be started when the next time of its schedule comes or, on demand, when somebody connects; what has run keeps how that ended.
    /// </summary>
    public sealed record Scheduled(DateTimeOffset Since, bool OnDemand = false) : RunState(Since);

    /// <summary>
    /// Whether it is time to start the process again; also true if the clock was set back, since then nobody knows how long it would
    /// wait, or if the wait would be longer than it ever is. For what waits it is always time; see <see cref="Dependencies"/>.
    /// </summary>
    public bool IsDue(DateTimeOffset now) => this is Waiting || (this is Backoff { Due: var due } && (now >= due || now < Since || due - now > LongestWait));

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Given up: it was restarted too often. Only the user starts it again.</summary>
    public sealed record Failed(DateTimeOffset Since, string Why) : RunState(Since);

    /// <summary>Whether a run is starting, running or stopping, here or elsewhere.</summary>
    public bool IsUnderWay => this is Starting or Running or Stopping or Elsewhere;

    /// <summary>Whether nothing runs, or will run unless the user starts it.</summary>
    public bool IsOver => !IsUnderWay && this is not (Backoff or Waiting or Scheduled);

    /// <summary>How a task is that has ended with success.</summary>
    public const string Done = "done";

    /// <summary>How a process is that who connects starts.</summary>
    public const string Listening = "listening";

    /// <summary>All words for what a process does.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["starting", "running", "stopping", "stopped", "exited", Done, "crashed", "backoff", "waiting", "scheduled", Listening, "failed", "elsewhere"];

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
        Waiting => "waiting",
        Scheduled { OnDemand: true } => Listening,
        Scheduled => "scheduled",
        Failed => "failed",
        Elsewhere => "elsewhere",
        _ => throw new NotSupportedException(GetType().Name),
    };

    /// <summary>The run that this state refers to, if any.</summary>
    public Running? CurrentRun => this switch
    {
        Running running => running,
        Stopping stopping => stopping.Run,
        _ => null,
    };

    /// <summary>The process that this state refers to, if any.</summary>
    public ProcessIdentity? Main => CurrentRun?.Identity;

    // Not its current run, which may be itself: that text would have no end.
    protected virtual bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{nameof(Since)} = {Since:O}");
        return true;
    }
}
