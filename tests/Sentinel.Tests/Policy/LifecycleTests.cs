using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

public sealed class LifecycleTests
{
    private static readonly DateTimeOffset Later = Sample.Start + TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("stopped", "start", "starting", Effect.Spawn)]
    [InlineData("exited", "start", "starting", Effect.Spawn)]
    [InlineData("crashed", "start", "starting", Effect.Spawn)]
    [InlineData("backoff", "start", "starting", Effect.Spawn)]
    [InlineData("starting", "spawned", "running", Effect.None)]
    [InlineData("starting again", "spawned", "running", Effect.None)]
    [InlineData("starting", "spawn failed", "crashed", Effect.None)]
    [InlineData("starting", "stop", "stopping", Effect.EndTree)]
    [InlineData("running", "stop", "stopping", Effect.EndTree)]
    [InlineData("backoff", "stop", "stopped", Effect.EndTree)]
    [InlineData("running", "exit 0", "exited", Effect.None)]
    [InlineData("running", "unseen", "exited", Effect.None)]
    [InlineData("running", "exit 3", "crashed", Effect.None)]
    [InlineData("running", "killed", "crashed", Effect.None)]
    [InlineData("stopping", "exit 0", "stopped", Effect.None)]
    [InlineData("stopping", "killed", "stopped", Effect.None)]
    [InlineData("stopping", "unseen", "stopped", Effect.None)]
    [InlineData("stopping early", "unseen", "stopped", Effect.None)]
    [InlineData("restarting", "exit 0", "backoff", Effect.None)]
    [InlineData("restarting", "unseen", "backoff", Effect.None)]
    [InlineData("restarting early", "unseen", "backoff", Effect.None)]
    [InlineData("backoff", "tick", "starting", Effect.Spawn)]
    [InlineData("failed", "start", "starting", Effect.Spawn)]
    [InlineData("failed", "stop", "stopped", Effect.EndTree)]
    [InlineData("failed", "reset", "stopped", Effect.None)]
    public void What_happens_leads_from_one_state_to_the_next(string from, string happened, string to, Effect effect)
    {
        var decision = Lifecycle.Decide(Sample.In(Sample.State(from)), Sample.Event(happened), Later);

        Assert.Equal((to, effect), (decision.Record.State.Word, decision.Effect));
        Assert.Equal(Later, decision.Record.State.Since);
    }

    [Theory]
    [InlineData("starting")]
    [InlineData("running")]
    [InlineData("stopping")]
    [InlineData("stopped")]
    [InlineData("exited")]
    [InlineData("crashed")]
    [InlineData("backoff")]
    [InlineData("failed")]
    public void What_the_user_restarts_ends_and_is_due_to_be_started_at_once_unless_he_stops_it_after_all(string state)
    {
        var record = Sample.In(Sample.State(state)) with { ShortRuns = 3, RecentRestarts = [Sample.Start] };

        var restarting = Lifecycle.Decide(record, Sample.Event("restart"), Later);
        var due = Lifecycle.Decide(restarting.Record, Sample.Event("exit 0"), Later).Record;
        var stopped = Lifecycle.Decide(Lifecycle.Decide(restarting.Record, Sample.Event("stop"), Later).Record, Sample.Event("exit 0"), Later).Record;

        Assert.Equal((record.State.CurrentRun, Effect.EndTree), (restarting.Record.State.CurrentRun, restarting.Effect));
        Assert.Equal(new RunState.Backoff(Later, Later), due.State);
        Assert.True(due is { ShortRuns: 0, RecentRestarts: [] });
        Assert.Equal(new RunState.Stopped(Later), stopped.State);
    }

    [Theory]
    [InlineData("starting", "spawn failed", RestartRule.Never, "crashed")]
    [InlineData("starting", "spawn failed", RestartRule.Always, "crashed")]
    [InlineData("starting", "interrupted", RestartRule.Never, "backoff")]
    [InlineData("starting", "interrupted", RestartRule.Always, "backoff")]
    [InlineData("starting", "interrupted", RestartRule.OnFailure, "backoff")]
    [InlineData("starting again", "spawn failed", RestartRule.Never, "crashed")]
    [InlineData("starting again", "spawn failed", RestartRule.Always, "backoff")]
    [InlineData("starting again", "interrupted", RestartRule.OnFailure, "backoff")]
    public void A_start_that_failed_is_tried_again_by_the_rule_unless_the_user_is_there_to_mend_it(string from, string happened, RestartRule rule, string to) =>
        Assert.Equal(to, Lifecycle.Decide(Sample.In(Sample.State(from), rule), Sample.Event(happened), Later).Record.State.Word);

    [Theory]
    [InlineData("stopped", "stop", Effect.EndTree)]
    [InlineData("exited", "stop", Effect.EndTree)]
    [InlineData("crashed", "stop", Effect.EndTree)]
    [InlineData("stopping", "stop", Effect.EndTree)]
    [InlineData("stopping early", "stop", Effect.EndTree)]
    [InlineData("starting", "start", Effect.None)]
    [InlineData("starting again", "start", Effect.None)]
    [InlineData("running", "start", Effect.None)]
    [InlineData("stopping", "start", Effect.None)]
    [InlineData("stopping early", "start", Effect.None)]
    [InlineData("stopping early", "spawned", Effect.None)]
    [InlineData("stopping early", "spawn failed", Effect.None)]
    [InlineData("stopping", "spawned", Effect.None)]
    [InlineData("running", "spawned", Effect.None)]
    [InlineData("stopped", "spawned", Effect.None)]
    [InlineData("stopped", "spawn failed", Effect.None)]
    [InlineData("stopped", "exit 0", Effect.None)]
    [InlineData("exited", "exit 3", Effect.None)]
    [InlineData("crashed", "killed", Effect.None)]
    [InlineData("backoff", "exit 3", Effect.None)]
    [InlineData("starting", "exit 0", Effect.None)]
    [InlineData("starting", "tick", Effect.None)]
    [InlineData("running", "tick", Effect.None)]
    [InlineData("stopping", "tick", Effect.None)]
    [InlineData("stopped", "tick", Effect.None)]
    [InlineData("exited", "tick", Effect.None)]
    [InlineData("crashed", "tick", Effect.None)]
    [InlineData("failed", "tick", Effect.None)]
    [InlineData("failed", "exit 3", Effect.None)]
    [InlineData("running", "reset", Effect.None)]
    [InlineData("backoff", "reset", Effect.None)]
    public void Whatever_else_happens_changes_nothing(string state, string happened, Effect effect)
    {
        // The rule that would restart it, were it asked.
        var record = Sample.In(Sample.State(state), RestartRule.Always);
        Assert.Equal(new Decision(record, effect), Lifecycle.Decide(record, Sample.Event(happened), Later));
    }

    [Theory]
    [InlineData(RestartRule.Never, "exit 0", "exited")]
    [InlineData(RestartRule.Never, "exit 3", "crashed")]
    [InlineData(RestartRule.Never, "killed", "crashed")]
    [InlineData(RestartRule.Never, "unseen", "exited")]
    [InlineData(RestartRule.Always, "exit 0", "backoff")]
    [InlineData(RestartRule.Always, "exit 3", "backoff")]
    [InlineData(RestartRule.Always, "killed", "backoff")]
    [InlineData(RestartRule.Always, "unseen", "backoff")]
    [InlineData(RestartRule.OnFailure, "exit 0", "exited")]
    [InlineData(RestartRule.OnFailure, "exit 3", "backoff")]
    [InlineData(RestartRule.OnFailure, "killed", "backoff")]
    [InlineData(RestartRule.OnFailure, "unseen", "backoff")]
    public void The_rule_decides_what_becomes_of_one_that_ended_by_itself(RestartRule rule, string ended, string state) =>
        Assert.Equal(state, Lifecycle.Decide(Sample.In(Sample.State("running"), rule), Sample.Event(ended), Later).Record.State.Word);

    [Theory]
    [InlineData(RestartRule.Never)]
    [InlineData(RestartRule.Always)]
    [InlineData(RestartRule.OnFailure)]
    public void No_rule_restarts_what_the_user_stops(RestartRule rule) =>
        Assert.Equal("stopped", Lifecycle.Decide(Sample.In(Sample.State("stopping"), rule), Sample.Event("exit 3"), Later).Record.State.Word);

    [Fact]
    public void What_was_spawned_is_the_main_process() => Assert.Equal(
        new RunState.Running(Later, Sample.Identity),
        Lifecycle.Decide(Sample.In(Sample.State("starting")), Sample.Event("spawned"), Later).Record.State);

    [Theory]
    [InlineData("running", "exit 3", true)]
    [InlineData("stopping", "killed", true)]
    [InlineData("running", "unseen", false)]
    public void The_run_that_ended_is_remembered(string state, string happened, bool witnessed)
    {
        var ended = (ProcessEvent.Ended)Sample.Event(happened);
        Assert.Equal(
            new EndedRun(Sample.Identity.Pid, Sample.Start, Later, witnessed, ended.How),
            Lifecycle.Decide(Sample.In(Sample.State(state)), ended, Later).Record.LastRun);
    }

    [Theory]
    [InlineData("starting")]
    [InlineData("starting again")]
    public void A_start_that_failed_is_remembered_with_the_reason(string state) => Assert.Equal(
        new EndedRun(null, Sample.Start, Later, Witnessed: true, new Exit.NotStarted("there is no such program")),
        Lifecycle.Decide(Sample.In(Sample.State(state)), Sample.Event("spawn failed"), Later).Record.LastRun);

    [Fact]
    public void A_stop_before_the_first_run_leaves_the_memory_of_the_run_before()
    {
        var before = new EndedRun(1, Sample.Start, Sample.Start, Witnessed: true, new Exit.Code(0));
        var record = Sample.In(Sample.State("stopping early")) with { LastRun = before };
        Assert.Same(before, Lifecycle.Decide(record, Sample.Event("unseen"), Later).Record.LastRun);
    }

    [Theory]
    [InlineData(0, 60, 0, "failed")]
    [InlineData(3, 60, 0, "backoff")]
    [InlineData(3, 60, 2, "backoff")]
    [InlineData(3, 60, 3, "failed")]
    public void One_that_was_restarted_too_often_is_given_up(int limit, int window, int restarts, string state) =>
        Assert.Equal(state, Lifecycle.Decide(Restarted(restarts, limit, window, Sample.Start), Sample.Event("exit 3"), Later).Record.State.Word);

    [Fact]
    public void It_says_why_it_was_given_up() => Assert.Equal(
        new RunState.Failed(Later, "it ended again after 3 restarts within 60 s"),
        Lifecycle.Decide(Restarted(3, 3, 60, Sample.Start), Sample.Event("exit 3"), Later).Record.State);

    [Fact]
    public void Restarts_that_are_longer_ago_than_the_window_do_not_count() => Assert.Equal(
        "backoff",
        Lifecycle.Decide(
            Restarted(3, 3, 60, Sample.Start), Sample.Event("exit 3"), Sample.Start + TimeSpan.FromSeconds(60)).Record.State.Word);

    [Fact]
    public void No_more_restarts_are_remembered_than_the_limit_asks_about()
    {
        var waiting = Restarted(3, 3, 60, Sample.Start) with { State = Sample.State("backoff") };
        Assert.Equal([Later, Sample.Start, Sample.Start], Lifecycle.Decide(waiting, new ProcessEvent.Tick(), Later).Record.RecentRestarts);
        Assert.Empty(Lifecycle.Decide(Sample.In(Sample.State("backoff"), RestartRule.Always), new ProcessEvent.Tick(), Later).Record.RecentRestarts);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("reset")]
    public void The_user_begins_afresh(string request)
    {
        var failed = Restarted(3, 3, 60, Sample.Start) with { State = Sample.State("failed"), ShortRuns = 4 };
        var after = Lifecycle.Decide(failed, Sample.Event(request), Later).Record;
        Assert.Empty(after.RecentRestarts);
        Assert.Equal(0, after.ShortRuns);
    }

    [Theory]
    [InlineData(false, false, "running", true)]
    [InlineData(true, false, "starting", false)]
    [InlineData(false, true, "starting", false)]
    public void What_was_spawned_is_ready_when_nothing_is_to_be_waited_for(bool hasProbe, bool hasTimeout, string word, bool isReady)
    {
        var readiness = hasProbe || hasTimeout ? new Readiness(hasProbe ? Probe.Notify : null, TimeSpan.FromSeconds(hasTimeout ? 2 : 0)) : null;
        var starting = Sample.In(Sample.State("starting"));
        var after = Lifecycle.Decide(starting with { Spec = starting.Spec with { Readiness = readiness } }, Sample.Event("spawned"), Later).Record.State;
        Assert.Equal((word, isReady), (after.Word, Assert.IsType<RunState.Running>(after).IsReady));
    }

    [Theory]
    [InlineData("ready", "running", Effect.None)]
    [InlineData("late", "stopping", Effect.EndTree)]
    [InlineData("tick", "starting", Effect.None)]
    [InlineData("stop", "stopping", Effect.EndTree)]
    [InlineData("start", "starting", Effect.None)]
    public void What_starts_becomes_ready_or_has_failed(string happened, string to, Effect effect)
    {
        var decision = Lifecycle.Decide(Unready(RestartRule.Never), Sample.Event(happened), Later);
        Assert.Equal((to, effect), (decision.Record.State.Word, decision.Effect));
    }

    [Theory]
    [InlineData(RestartRule.Never, "exit 0", "crashed")]
    [InlineData(RestartRule.OnFailure, "exit 0", "backoff")]
    [InlineData(RestartRule.Always, "exit 0", "backoff")]
    [InlineData(RestartRule.Never, "unseen", "exited")]
    public void What_ends_before_it_is_ready_has_failed_whatever_its_code(RestartRule rule, string ended, string to)
    {
        var after = Lifecycle.Decide(Unready(rule), Sample.Event(ended), Later).Record;
        Assert.Equal((to, ended == "unseen" ? null : "it ended before it was ready"), (after.State.Word, after.LastRun!.Why));
    }

    [Theory]
    [InlineData(RestartRule.Never, "crashed")]
    [InlineData(RestartRule.OnFailure, "backoff")]
    [InlineData(RestartRule.Always, "backoff")]
    public void What_was_ended_because_it_was_late_is_restarted_as_what_failed(RestartRule rule, string to)
    {
        var stopping = Lifecycle.Decide(Unready(rule), Sample.Event("late"), Later).Record;
        var after = Lifecycle.Decide(stopping, Sample.Event("exit 0"), Later).Record;
        Assert.Equal((to, "too late", 1), (after.State.Word, after.LastRun!.Why, after.ShortRuns));
    }

    [Fact]
    public void The_user_stops_what_is_being_ended_because_it_failed()
    {
        var stopping = Lifecycle.Decide(Unready(RestartRule.Always), Sample.Event("late"), Later).Record;
        var stopped = Lifecycle.Decide(stopping, Sample.Event("stop"), Later).Record;
        Assert.Equal("stopped", Lifecycle.Decide(stopped, Sample.Event("exit 0"), Later).Record.State.Word);
    }

    [Theory]
    [InlineData(RestartRule.Never, "running")]
    [InlineData(RestartRule.OnFailure, "stopping")]
    [InlineData(RestartRule.Always, "stopping")]
    public void What_is_unhealthy_is_ended_where_it_would_be_restarted(RestartRule rule, string to)
    {
        var after = Lifecycle.Decide(Sample.In(Sample.State("running"), rule), new ProcessEvent.Examined(false, "500"), Later).Record;
        Assert.Equal((to, new Health(false, Later, "500")), (after.State.Word, after.State.CurrentRun!.Health));
    }

    [Fact]
    public void Without_anything_that_tells_it_is_ready_after_its_time()
    {
        var starting = Unready(RestartRule.Never);
        starting = starting with { Spec = starting.Spec with { Readiness = new Readiness(null, TimeSpan.FromSeconds(3)) } };
        Assert.Equal("starting", Lifecycle.Decide(starting, new ProcessEvent.Tick(), Later - TimeSpan.FromTicks(1)).Record.State.Word);
        Assert.Equal("running", Lifecycle.Decide(starting, new ProcessEvent.Tick(), Later).Record.State.Word);
        Assert.Null(Lifecycle.Decide(starting, Sample.Event("exit 3"), Later).Record.LastRun!.Why);
    }

    private static ProcessRecord Unready(RestartRule rule)
    {
        var record = Sample.In(new RunState.Running(Sample.Start, Sample.Identity) { IsReady = false }, rule);
        return record with { Spec = record.Spec with { Readiness = new Readiness(Probe.Notify, TimeSpan.FromSeconds(90)) } };
    }

    private static ProcessRecord Restarted(int times, int limit, int window, DateTimeOffset at)
    {
        var record = Sample.In(Sample.State("running"), RestartRule.Always);
        return record with
        {
            Spec = record.Spec with { RestartLimit = new RestartLimit(limit, TimeSpan.FromSeconds(window)) },
            RecentRestarts = [.. Enumerable.Repeat(at, times)],
        };
    }

    [Fact]
    public void A_process_waits_until_its_restart_is_due()
    {
        var record = Sample.In(new RunState.Backoff(Sample.Start, Due: Later), RestartRule.Always);
        Assert.Equal(
            new Decision(record, Effect.None),
            Lifecycle.Decide(record, new ProcessEvent.Tick(), Later - TimeSpan.FromTicks(1)));
        Assert.Equal(Effect.Spawn, Lifecycle.Decide(record, new ProcessEvent.Tick(), Later).Effect);
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_no_restart_waiting()
    {
        var record = Sample.In(new RunState.Backoff(Sample.Start, Due: Later), RestartRule.Always);
        Assert.Equal(Effect.Spawn, Lifecycle.Decide(record, new ProcessEvent.Tick(), Sample.Start - TimeSpan.FromHours(1)).Effect);
    }

    [Fact]
    public void Only_restarts_that_nobody_asked_for_are_counted()
    {
        var waiting = Sample.In(Sample.State("backoff"), RestartRule.Always) with { Restarts = 4 };
        var restarted = Lifecycle.Decide(waiting, new ProcessEvent.Tick(), Later).Record;
        var started = Lifecycle.Decide(waiting, new ProcessEvent.StartRequested(), Later).Record;

        Assert.Equal((5, new RunState.Starting(Later, Automatic: true)), (restarted.Restarts, restarted.State));
        Assert.Equal((4, new RunState.Starting(Later, Automatic: false)), (started.Restarts, started.State));
    }

    [Theory]
    [InlineData(9.999, 6)]
    [InlineData(10, 0)]
    [InlineData(3600, 0)]
    public void Short_runs_are_counted_until_one_is_stable(double seconds, int shortRuns)
    {
        var record = Sample.In(Sample.State("running"), RestartRule.Always) with { ShortRuns = 5 };
        var ended = Lifecycle.Decide(record, Sample.Event("exit 3"), Sample.Start + TimeSpan.FromSeconds(seconds));
        Assert.Equal(shortRuns, ended.Record.ShortRuns);
    }

    [Fact]
    public void A_restart_that_cannot_be_executed_counts_as_a_short_run() => Assert.Equal(
        6,
        Lifecycle.Decide(
            Sample.In(Sample.State("starting again"), RestartRule.Always) with { ShortRuns = 5 },
            Sample.Event("spawn failed"),
            Later).Record.ShortRuns);

    [Fact]
    public void The_user_starts_with_a_clean_slate() => Assert.Equal(
        0, Lifecycle.Decide(Sample.In(Sample.State("crashed")) with { ShortRuns = 5 }, Sample.Event("start"), Later).Record.ShortRuns);
}
