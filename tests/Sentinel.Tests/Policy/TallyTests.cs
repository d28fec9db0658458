using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

public sealed class TallyTests
{
    private static readonly ProcessRecord Web = Sample.In(Sample.State("running"), RestartRule.Always);

    private static readonly Exit.Code Zero = new(0);

    [Fact]
    public void What_nothing_happened_to_shares_one_tally_with_all_others()
    {
        var started = Lifecycle.Decide(Sample.In(Sample.State("stopped")), Sample.Event("start"), Sample.Start).Record;

        Assert.Same(Tally.None, Lifecycle.Decide(started, Sample.Event("spawned"), Sample.Start).Record.Tally);
    }

    [Theory]
    [InlineData("exit 0", RestartReason.Exit)]
    [InlineData("exit 3", RestartReason.Crash)]
    [InlineData("killed", RestartReason.Crash)]
    [InlineData("unseen", RestartReason.Crash)]
    public void A_restart_is_counted_by_how_the_run_before_ended(string end, RestartReason reason) =>
        Assert.Equal((1, 1), Restarts(After(Web, Sample.Event(end), new ProcessEvent.Tick()), reason));

    [Theory]
    [InlineData(RestartReason.User)]
    [InlineData(RestartReason.Memory)]
    [InlineData(RestartReason.Dependency)]
    public void What_is_asked_for_is_counted_by_who_asked_also_if_somebody_else_carries_it_out(RestartReason reason)
    {
        foreach (var start in new[] { "start", "tick" })
            Assert.Equal((1, 1), Restarts(After(Web, new ProcessEvent.RestartRequested(reason), Sample.Event("killed"), Sample.Event(start)), reason));
    }

    [Fact]
    public void A_check_that_fails_is_the_reason_and_not_how_the_process_was_ended()
    {
        var unready = Web with { State = new RunState.Running(Sample.Start, Sample.Identity) { IsReady = false } };

        Assert.Equal((1, 1), Restarts(After(Web, new ProcessEvent.Examined(false, "no"), Sample.Event("killed"), Sample.Event("tick")), RestartReason.Unhealthy));
        Assert.Equal((1, 1), Restarts(After(unready, Sample.Event("late"), Sample.Event("killed"), Sample.Event("tick")), RestartReason.NotReady));
    }

    [Fact]
    public void What_had_to_wait_for_others_is_restarted_for_the_same_reason() => Assert.Equal(
        (1, 1),
        Restarts(After(Web, new ProcessEvent.RestartRequested(), Sample.Event("killed"), new ProcessEvent.MustWait(), Sample.Event("tick")), RestartReason.User));

    [Fact]
    public void What_is_stopped_after_all_or_only_started_is_no_restart()
    {
        Assert.Equal(0, After(Web, Sample.Event("exit 3"), Sample.Event("stop"), Sample.Event("start")).Tally.Restarts.Sum);
        Assert.Equal(0, After(Web, Sample.Event("restart"), Sample.Event("stop"), Sample.Event("killed"), Sample.Event("start")).Tally.Restarts.Sum);
        Assert.Equal(0, After(Sample.In(Sample.State("stopped")), new ProcessEvent.MustWait(), Sample.Event("tick")).Tally.Restarts.Sum);
    }

    [Theory]
    [InlineData("exit 0", EndKind.Success)]
    [InlineData("exit 3", EndKind.Failure)]
    [InlineData("killed", EndKind.Signal)]
    [InlineData("unseen", EndKind.Unknown)]
    public void An_end_is_counted_by_its_kind(string end, EndKind kind)
    {
        Assert.Equal((1, 1), Ends(After(Web, Sample.Event(end)), kind));
        Assert.Equal((1, 1), Ends(After(Web, Sample.Event("stop"), Sample.Event(end)), EndKind.Stopped));
    }

    [Fact]
    public void Memory_that_ran_out_is_told_from_other_signals_and_what_cannot_start_from_what_ends()
    {
        var killed = new ProcessEvent.Ended(new Exit.Signal(9, CoreDumped: false, OutOfMemory: true), Witnessed: true);

        Assert.Equal((1, 1), Ends(After(Web, killed), EndKind.OutOfMemory));
        Assert.Equal((1, 1), Ends(After(Web, Sample.Event("stop"), killed), EndKind.OutOfMemory));
        Assert.Equal((1, 1), Ends(After(Sample.In(Sample.State("starting")), Sample.Event("spawn failed")), EndKind.NotStarted));
    }

    [Fact]
    public void What_counts_as_success_is_for_the_process_to_say()
    {
        var odd = Web with { Spec = Web.Spec with { ExitCodes = new ExitCodes([3], []) } };

        Assert.Equal((1, 1), Ends(After(odd, Sample.Event("exit 3")), EndKind.Success));
        Assert.Equal((1, 1), Ends(After(odd, Sample.Event("exit 0")), EndKind.Failure));
    }

    [Fact]
    public void The_last_success_of_a_task_stays_known_while_it_fails()
    {
        var task = Web with { Spec = Web.Spec with { IsCalledTask = true } };
        var done = After(task, new ProcessEvent.Ended(Zero, Witnessed: true));
        var failed = After(done with { State = task.State }, Sample.Event("exit 3"));

        Assert.Equal(Sample.Start, done.Tally.LastSuccess);
        Assert.Equal(Sample.Start, failed.Tally.LastSuccess);
        Assert.Null(After(Web, new ProcessEvent.Ended(Zero, Witnessed: true)).Tally.LastSuccess);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0)]
    [InlineData(0.11, 1)]
    [InlineData(300, 6)]
    [InlineData(301, 7)]
    [InlineData(-5, 0)]
    public void A_start_is_counted_by_how_long_it_took(double seconds, int bucket)
    {
        var unready = Web with { State = new RunState.Running(Sample.Start, Sample.Identity) { IsReady = false } };

        var starts = Lifecycle.Decide(unready, Sample.Event("ready"), Sample.Start + TimeSpan.FromSeconds(seconds)).Record.Tally.Starts;

        Assert.Equal((1, 1, (long)Math.Max(0, 1000 * seconds)), (starts.Counts[bucket], starts.Counts.Sum, starts.Milliseconds));
    }

    [Fact]
    public void Counts_end_where_doubles_would_miss_the_next()
    {
        var most = Counts<EndKind>.None.With(EndKind.Signal, Counts<EndKind>.Most);

        Assert.Equal(most, most.With(EndKind.Signal).With(EndKind.Signal, long.MaxValue));
        Assert.Equal(Counts<EndKind>.Most, most.With(EndKind.Failure).Sum);
    }

    private static (long, long) Restarts(ProcessRecord record, RestartReason reason) => (record.Tally.Restarts[reason], record.Tally.Restarts.Sum);

    private static (long, long) Ends(ProcessRecord record, EndKind kind) => (record.Tally.Ends[kind], record.Tally.Ends.Sum);

    private static ProcessRecord After(ProcessRecord record, params ProcessEvent[] events) =>
        events.Aggregate(record, (now, happened) => Lifecycle.Decide(now, happened, Sample.Start).Record);
}
