using CsCheck;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Tests.Policy;
using Sentinel.Tests.Store;

namespace Sentinel.Tests.Events;

public sealed class ChangesTests
{
    private static readonly DateTimeOffset Now = Sample.Start.AddHours(1);
    private static readonly DateTimeOffset Due = Sample.Start.AddSeconds(2);
    private static readonly ProcessIdentity Next = new(4712, 123_999, "boot");
    private static readonly EndedRun Fell = new(4711, Sample.Start, Sample.Start.AddSeconds(1), Witnessed: true, new Exit.Code(3));

    [Fact]
    public void Nothing_happened_when_nothing_changed() => AnyState.Any.Sample(state => Assert.Empty(Between(state, state)));

    [Theory]
    [InlineData("stopped", false)]
    [InlineData("starting", false)]
    [InlineData("starting again", true)]
    [InlineData("backoff", true)]
    public void One_that_runs_now_was_started_or_restarted(string before, bool automatic) => Assert.Equal(
        [new Event.Started(Sample.Start, 7, "web", 4711, automatic)],
        Between(In(Sample.State(before)), In(Sample.State("running"))));

    [Fact]
    public void One_that_was_not_there_and_runs_was_started() => Assert.Equal(
        [new Event.Started(Sample.Start, 7, "web", 4711, Automatic: false)],
        Between(State.Empty, In(Sample.State("running"))));

    [Theory]
    [InlineData("starting")]
    [InlineData("starting again")]
    [InlineData("stopping")]
    [InlineData("stopping early")]
    public void What_is_under_way_has_not_happened(string state) => Assert.Empty(Between(
        In(Sample.State(state.StartsWith("stopping", StringComparison.Ordinal) ? "running" : "stopped")), In(Sample.State(state))));

    [Theory]
    [InlineData("running", "crashed", false)]
    [InlineData("running", "exited", false)]
    [InlineData("stopping", "stopped", true)]
    public void A_run_that_ended_is_told_with_who_ended_it_and_the_length_of_the_log(string before, string after, bool byUser) => Assert.Equal(
        [new Event.Ended(Fell.EndedAt, 7, "web", Fell, byUser, new LogEnds(41, 42), RestartDue: null)],
        Between(In(Sample.State(before)), In(Sample.State(after), Fell)));

    [Fact]
    public void A_run_that_will_be_followed_by_another_is_told_with_when() => Assert.Equal(
        [new Event.Ended(Fell.EndedAt, 7, "web", Fell, ByUser: false, new LogEnds(41, 42), Due)],
        Between(In(Sample.State("running")), In(new RunState.Backoff(Fell.EndedAt, Due), Fell)));

    [Fact]
    public void One_whose_start_nobody_told_before_it_is_stopped_was_started() => Assert.Equal(
        [new Event.Started(Sample.Start, 7, "web", 4711, Automatic: true)],
        Between(In(Sample.State("starting again")), In(Sample.State("stopping"))));

    [Fact]
    public void A_run_that_ended_and_its_successor_are_told_in_that_order() => Assert.Equal(
        [
            new Event.Ended(Fell.EndedAt, 7, "web", Fell, ByUser: false, new LogEnds(41, 42), null),
            new Event.Started(Due, 7, "web", Next.Pid, Automatic: false),
        ],
        Between(In(Sample.State("running")), In(new RunState.Running(Due, Next), Fell, run: 1)));

    [Fact]
    public void One_that_is_given_up_ended_first() => Assert.Equal(
        [
            new Event.Ended(Fell.EndedAt, 7, "web", Fell, ByUser: false, new LogEnds(41, 42), null),
            new Event.GaveUp(Sample.Start, 7, "web", "it ended again and again"),
        ],
        Between(In(Sample.State("running")), In(Sample.State("failed"), Fell)));

    [Theory]
    [InlineData("backoff")]
    [InlineData("failed")]
    public void What_waited_or_was_given_up_can_be_stopped(string before) => Assert.Equal(
        [new Event.Stopped(Sample.Start, 7, "web")],
        Between(In(Sample.State(before), Fell), In(Sample.State("stopped"), Fell)));

    [Fact]
    public void A_lease_that_is_over_is_told_once_and_before_the_end_to_which_it_led()
    {
        var running = In(Sample.State("running"));
        var stopping = running.With(Sample.In(Sample.State("stopping")) with { LeaseOver = "bash (pid 812) has ended" });
        var stopped = running.With(stopping.Processes[7] with { State = Sample.State("stopped"), LastRun = Fell });

        Assert.Equal([new Event.LeaseOver(Now, 7, "web", "bash (pid 812) has ended")], Between(running, stopping));
        Assert.Equal([new Event.Ended(Fell.EndedAt, 7, "web", Fell, ByUser: true, new LogEnds(41, 42), null)], Between(stopping, stopped));
    }

    [Fact]
    public void What_is_forgotten_was_deleted() => Assert.Equal(
        [new Event.Deleted(Now, 7, "web")], Between(In(Sample.State("stopped"), Fell), State.Empty));

    [Fact]
    public void Other_changes_are_no_event()
    {
        var before = In(Sample.State("running"), Fell);
        var web = before.Processes[7];
        Assert.Empty(Between(before, before.With(web with { Restarts = 9, ShortRuns = 9, Spec = web.Spec with { Name = "other" } })));
    }

    private static List<Event> Between(State before, State after) => [.. Changes.Between(before, after, Now, _ => new LogEnds(41, 42))];

    private static State In(RunState state, EndedRun? last = null, int run = 0) =>
        State.Empty.With(Sample.In(state) with { LastRun = last, RunNumber = run });
}
