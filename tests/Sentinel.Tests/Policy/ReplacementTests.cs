using CsCheck;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

/// <summary>A run that is to take the place of another.</summary>
public sealed class ReplacementTests
{
    private static readonly ProcessIdentity Next = new(4712, 123_999, "boot");

    private static readonly Gen<ProcessEvent> Event = Gen.Frequency<ProcessEvent>(
        (4, Gen.Const<ProcessEvent>(new ProcessEvent.ReplaceRequested())),
        (2, Gen.Const<ProcessEvent>(new ProcessEvent.StartRequested())),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.StopRequested())),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.RestartRequested())),
        (6, Gen.Int[1, 9999].Select<int, ProcessEvent>(pid => new ProcessEvent.Spawned(new ProcessIdentity(pid, pid, "boot")))),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.SpawnFailed("no such program"))),
        (4, Gen.OneOf<Exit>(new Exit.Code(0), new Exit.Code(1), new Exit.Signal(9, false)).Select<Exit, ProcessEvent>(how => new ProcessEvent.Ended(how, Witnessed: true))),
        (3, Gen.Const<ProcessEvent>(new ProcessEvent.Ready())),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.NotReady("late"))),
        (2, Gen.Const<ProcessEvent>(new ProcessEvent.PredecessorEnded(new Exit.Code(0), Witnessed: true))),
        (1, Gen.Bool.Select<bool, ProcessEvent>(isHealthy => new ProcessEvent.Examined(isHealthy, "why"))),
        (3, Gen.Const<ProcessEvent>(new ProcessEvent.Tick())));

    [Fact]
    public void The_one_before_goes_on_until_the_next_is_ready()
    {
        var record = Replaced();
        Assert.Equal((true, "running", Sample.Identity, 2), (record.IsBeingReplaced, record.Serving.Word, record.Serving.State.Main, record.RunNumber));

        var (ready, effect) = Decide(record, new ProcessEvent.Ready());

        Assert.Equal((Effect.EndPredecessor, false, Next), (effect, ready.IsBeingReplaced, ready.Serving.State.Main));
        var (alone, _) = Decide(ready, new ProcessEvent.PredecessorEnded(new Exit.Code(0), Witnessed: true));
        Assert.Equal((null, Sample.Identity.Pid, 1), (alone.Predecessor, alone.LastRun!.Pid, (int)alone.Tally.Restarts[RestartReason.User]));
        Assert.Equal(1, alone.Tally.Ends[EndKind.Stopped]);
    }

    [Theory]
    [InlineData("exit 0")]
    [InlineData("exit 3")]
    [InlineData("late")]
    public void A_next_one_that_fails_is_ended_and_the_one_before_is_the_current_run_again(string happened)
    {
        var (failing, effect) = Decide(Replaced(), Sample.Event(happened));
        Assert.Equal((Effect.EndTree, "running"), (effect, failing.Serving.Word));
        Assert.Equal(RunCookie.Of("cookie", 2), TreeRoot.OfEnding(failing).Cookie);

        var (back, _) = Decide(failing, new ProcessEvent.Ended(new Exit.Unknown("it ended before it could be stopped"), Witnessed: false));

        Assert.Equal((Sample.Identity, 1, null), (back.State.Main, back.RunNumber, back.Predecessor));
        Assert.Equal((Next.Pid, true), (back.LastRun!.Pid, back.LastRun.Why is not null));
        if (happened != "late")
            Assert.Equal(((ProcessEvent.Ended)Sample.Event(happened)).How, back.LastRun.How);
        Assert.Equal(0, back.Tally.Restarts[RestartReason.User]);
    }

    [Theory]
    [InlineData("spawn failed")]
    [InlineData("interrupted")]
    public void One_that_cannot_be_started_leaves_the_one_before_as_it_was(string happened)
    {
        var (starting, _) = Decide(Up(), new ProcessEvent.ReplaceRequested());
        var (back, _) = Decide(starting, Sample.Event(happened));

        Assert.Equal((Up().State, 1, null), (back.State, back.RunNumber, back.Predecessor));
        Assert.IsType<Exit.NotStarted>(back.LastRun!.How);
    }

    [Fact]
    public void Without_a_check_it_has_to_live_for_a_while()
    {
        var record = Replaced();
        var run = (RunState.Running)record.State;
        Assert.False(run.IsReady);
        Assert.False(Lifecycle.IsReadyByNow(record, run, run.Since + TimeSpan.FromSeconds(1.9)));
        Assert.True(Lifecycle.IsReadyByNow(record, run, run.Since + TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void When_the_one_before_ends_by_itself_the_next_goes_on_alone()
    {
        var (alone, effect) = Decide(Replaced(), new ProcessEvent.PredecessorEnded(new Exit.Signal(9, false), Witnessed: true));

        Assert.Equal((Effect.None, "running", Next, null), (effect, alone.Word, alone.State.Main, alone.Predecessor));
        Assert.Equal(1, alone.Tally.Ends[EndKind.Signal]);
    }

    [Fact]
    public void A_stop_ends_both()
    {
        var (stopping, effect) = Decide(Replaced(), new ProcessEvent.StopRequested());

        Assert.Equal((Effect.EndTree, "cookie"), (effect, TreeRoot.OfEnding(stopping).Cookie));
        var (stopped, _) = Decide(stopping, Sample.Event("exit 0"));
        Assert.Equal(("stopped", null), (stopped.Word, stopped.Predecessor));
    }

    // What is alive is known in every state, and nothing is ended but what has to be.
    [Fact]
    public void No_run_is_forgotten_and_none_that_serves_is_ended_before_the_next_does() => Event.Array[1, 40].Sample(events =>
    {
        var (record, alive) = (Up(), new HashSet<ProcessIdentity> { Sample.Identity });
        foreach (var happened in events)
        {
            var before = record;
            (record, var effect) = Decide(record, happened);
            if (happened is ProcessEvent.Spawned { Identity: var spawned } && before.State is RunState.Starting)
                alive.Add(spawned);
            if (happened is ProcessEvent.PredecessorEnded && before.Predecessor is { Run.Identity: var ended })
                alive.Remove(ended);
            // All runs are ended with it, and a run after a failed one ends what is left.
            if (happened is ProcessEvent.Ended && !before.IsBeingReplaced && before.State is RunState.Stopping or RunState.Running)
                alive.Clear();
            else if (happened is ProcessEvent.Ended && before.State.Main is { } main)
                alive.Remove(main);

            var known = new[] { record.State.Main, record.Predecessor?.Run.Identity }.OfType<ProcessIdentity>();
            Assert.True(alive.IsSubsetOf(known), $"{happened}: {before.Word} -> {record.Word}");
            Assert.Equal(effect == Effect.EndPredecessor, before.IsBeingReplaced && record.Predecessor is not null && record.State is RunState.Running { IsReady: true });
            Assert.True(record.Predecessor is null || record.Predecessor.Number == record.RunNumber - 1, $"{happened}: {before.Word} -> {record.Word}");
            if (before.IsBeingReplaced && happened is not (ProcessEvent.StopRequested or ProcessEvent.RestartRequested or ProcessEvent.PredecessorEnded) && effect == Effect.EndTree)
                Assert.NotEqual(record.Cookie, TreeRoot.OfEnding(record).Cookie);
        }
    });

    private static ProcessRecord Up() => Sample.In(new RunState.Running(Sample.Start, Sample.Identity)) with { RunNumber = 1 };

    private static ProcessRecord Replaced() =>
        Decide(Decide(Up(), new ProcessEvent.ReplaceRequested()).Record, new ProcessEvent.Spawned(Next)).Record;

    private static Decision Decide(ProcessRecord record, ProcessEvent happened) => Lifecycle.Decide(record, happened, Sample.Start.AddSeconds(5));
}
