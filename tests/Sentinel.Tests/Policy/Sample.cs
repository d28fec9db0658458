using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

/// <summary>A process to decide about, and what can happen to it, by the words of the tables.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static readonly ProcessIdentity Identity = new(4711, 123_456, "boot");

    public static readonly ProcessRecord Record = new()
    {
        Id = 7,
        Spec = new ProcessSpec
        {
            Name = "web",
            Command = new Command(["web", "--port=80"], "web --port=80", Shell: false),
            WorkingDirectory = "/srv",
            Environment = "key",
            Umask = 18,
        },
        Cookie = "cookie",
        LogName = "web",
        State = new RunState.Stopped(Start),
    };

    public static ProcessRecord In(RunState state, RestartRule rule = RestartRule.Never) =>
        Record with { State = state, Spec = Record.Spec with { Restart = rule } };

    /// <summary>A state of each kind, all since <see cref="Start"/>; a back-off is due then as well.</summary>
    public static RunState State(string word) => word switch
    {
        "starting" => new RunState.Starting(Start, Automatic: false),
        "starting again" => new RunState.Starting(Start, Automatic: true),
        "running" => new RunState.Running(Start, Identity),
        "elsewhere" => new RunState.Elsewhere(new RunState.Running(Start, Identity)),
        "stopping" => new RunState.Stopping(Start, new RunState.Running(Start, Identity)),
        "restarting" => new RunState.Stopping(Start, new RunState.Running(Start, Identity)) { ThenStart = true },
        "restarting early" => new RunState.Stopping(Start, null) { ThenStart = true },
        "stopping early" => new RunState.Stopping(Start, null),
        "stopped" => new RunState.Stopped(Start),
        "exited" => new RunState.Exited(Start),
        "crashed" => new RunState.Crashed(Start),
        "failed" => new RunState.Failed(Start, "it ended again and again"),
        "waiting" => new RunState.Waiting(Start, Automatic: false),
        "scheduled" => new RunState.Scheduled(Start),
        "listening" => new RunState.Scheduled(Start, OnDemand: true),
        "backoff" => new RunState.Backoff(Start, Due: Start),
        _ => throw new ArgumentException(word),
    };

    public static ProcessEvent Event(string word) => word switch
    {
        "start" => new ProcessEvent.StartRequested(),
        "stop" => new ProcessEvent.StopRequested(),
        "restart" => new ProcessEvent.RestartRequested(),
        "spawned" => new ProcessEvent.Spawned(Identity),
        "spawn failed" => new ProcessEvent.SpawnFailed("there is no such program"),
        "interrupted" => new ProcessEvent.SpawnFailed("whoever was to start it was killed", IsInterrupted: true),
        "exit 0" => new ProcessEvent.Ended(new Exit.Code(0), Witnessed: true),
        "exit 3" => new ProcessEvent.Ended(new Exit.Code(3), Witnessed: true),
        "killed" => new ProcessEvent.Ended(new Exit.Signal(9, CoreDumped: false), Witnessed: true),
        "unseen" => new ProcessEvent.Ended(new Exit.Unknown("nobody was watching"), Witnessed: false),
        "reset" => new ProcessEvent.ResetRequested(),
        "ready" => new ProcessEvent.Ready(),
        "late" => new ProcessEvent.NotReady("too late"),
        "tick" => new ProcessEvent.Tick(),
        "lease" => new ProcessEvent.LeaseEnded("its owner has ended"),
        _ => throw new ArgumentException(word),
    };
}
