using System.Globalization;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

public sealed class SchedulingTests
{
    private static readonly DateTimeOffset Last = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Daily at 2:30; the times are those of the day after.
    [Theory]
    [InlineData("scheduled", "02:29:59", "nothing")]
    [InlineData("scheduled", "02:30:00", "start 02:30")]
    [InlineData("exited", "02:30:00", "start 02:30")]
    [InlineData("crashed", "02:30:59", "start 02:30")]
    [InlineData("failed", "02:30:00", "start 02:30")]
    [InlineData("scheduled", "02:31:01", "skip 02:30: no daemon was there to start it, or the machine slept")]
    [InlineData("stopped", "02:30:00", "nothing")]
    [InlineData("stopping", "02:30:00", "nothing")]
    [InlineData("running", "02:30:00", "skip 02:30: it still runs")]
    [InlineData("backoff", "02:30:00", "skip 02:30: it still runs")]
    [InlineData("restarting", "02:30:00", "skip 02:30: it still runs")]
    public void A_time_starts_what_nobody_has_stopped(string state, string time, string what) => Assert.Equal(what, What(In(state), time));

    [Theory]
    [InlineData("running", "02:30:00", "queue 02:30")]
    [InlineData("exited", "02:30:00", "start 02:30")]
    public void What_still_runs_can_be_queued(string state, string time, string what) => Assert.Equal(what, What(In(state, schedule => schedule with { Overlap = Overlap.Queue }), time));

    [Fact]
    public void What_is_queued_is_started_once_it_has_ended_and_not_before()
    {
        var queued = In("running", schedule => schedule with { Overlap = Overlap.Queue });
        queued = queued with { Schedule = Scheduling.Decide(queued, At("02:30:00"))!.Mark };
        Assert.Null(Scheduling.Decide(queued, At("03:00:00")));
        var ended = queued with { State = new RunState.Exited(At("03:00:00")) };
        Assert.True(Scheduling.Due(ended) < At("03:00:00"));
        var decision = Scheduling.Decide(ended, At("03:00:00"))!;
        Assert.Equal((SlotAction.Start, false), (decision.Do, decision.Mark.IsQueued));
    }

    [Fact]
    public void A_server_is_restarted_at_its_times_and_a_job_if_that_is_wanted()
    {
        var server = Sample.In(Sample.State("running"), RestartRule.Always);
        server = server with { Spec = server.Spec with { Schedule = Daily }, Schedule = new ScheduleMark(Last) };
        Assert.False(server.Spec.IsJob);
        Assert.Equal("replace 02:30", What(server, "02:30:00"));
        Assert.Equal("replace 02:30", What(In("running", schedule => schedule with { Overlap = Overlap.Replace }), "02:30:00"));
    }

    [Theory]
    [InlineData("1d", "23:00:00", "start 02:30")]
    [InlineData("4h", "23:00:00", "skip 02:30: it was missed too long ago")]
    public void What_was_missed_can_be_run_once(string window, string time, string what) =>
        Assert.Equal(what, What(In("scheduled", schedule => schedule with { RunsMissed = true, MissedWindow = Duration.Parse(window)!.Value }), time));

    [Fact]
    public void Times_that_were_missed_together_are_one()
    {
        var record = In("scheduled", _ => new Schedule { Cron = "0 * * * *", Zone = "UTC", RunsMissed = true });
        var decision = Scheduling.Decide(record, At("09:20:00"))!;
        Assert.Equal((SlotAction.Start, At("09:00:00"), At("09:00:00")), (decision.Do, decision.Slot, decision.Mark.Last));
        Assert.Null(Scheduling.Decide(record with { Schedule = decision.Mark }, At("09:20:00")));
    }

    [Fact]
    public void An_interval_that_was_missed_is_started_at_once_and_counts_from_then()
    {
        var record = In("exited", _ => new Schedule { Every = TimeSpan.FromHours(1) });
        var decision = Scheduling.Decide(record, At("09:20:00"))!;
        Assert.Equal((SlotAction.Start, At("09:20:00")), (decision.Do, decision.Mark.Last));
    }

    // The clock jumps at 2:00, before the time, or at 3:00, after it.
    [Theory]
    [InlineData("30 2 * * *", "02:00:00", "+2h", "start 02:30")]
    [InlineData("30 2 * * *", "02:00:00", "+4h", "nothing")]
    [InlineData("*/10 * * * *", "02:01:00", "+2h", "start 04:00")]
    [InlineData("30 2 * * *", "03:00:00", "-1h", "nothing")]
    public void A_clock_that_is_moved_forward_leaves_nothing_out_and_back_repeats_nothing(string cron, string at, string by, string what)
    {
        var move = (by[0] == '-' ? -1 : 1) * Duration.Parse(by[1..])!.Value;
        var record = In("exited", _ => new Schedule { Cron = cron, Zone = "UTC" });
        record = record with { Schedule = new ScheduleMark(at == "03:00:00" ? At("02:30:00") : At(at)) };
        var now = At(at) + move;
        record = record with { Schedule = Scheduling.AfterClockSet(record.Spec.Schedule!, record.Schedule!, now, move) };
        Assert.Equal(what, What(record, Scheduling.Decide(record, now, isMoved: move > TimeSpan.Zero && move <= Scheduling.LargestMove)));
        if (by == "-1h")
            // 2:30 comes a second time, and is the next day's.
            Assert.Equal(At("02:30:00").AddDays(1), Scheduling.Next(record));
    }

    [Fact]
    public void A_clock_that_is_set_back_silences_nothing_that_goes_by_time()
    {
        var every = new Schedule { Cron = "*/10 * * * *", Zone = "UTC" };
        Assert.Equal(At("05:00:00"), Scheduling.AfterClockSet(every, new ScheduleMark(At("08:00:00")), At("05:00:00"), TimeSpan.FromHours(-3)).Last);
        var interval = new Schedule { Every = TimeSpan.FromHours(1) };
        Assert.Equal(At("05:30:00"), Scheduling.AfterClockSet(interval, new ScheduleMark(At("08:30:00")), At("06:00:00"), TimeSpan.FromHours(-3)).Last);
    }

    [Theory]
    [InlineData("stopped", "start", "scheduled")]
    [InlineData("exited", "start", "scheduled")]
    [InlineData("failed", "start", "scheduled")]
    [InlineData("backoff", "start", "starting")]
    [InlineData("scheduled", "run", "starting")]
    [InlineData("stopped", "run", "starting")]
    [InlineData("scheduled", "stop", "stopped")]
    [InlineData("exited", "stop", "stopped")]
    [InlineData("crashed", "stop", "stopped")]
    [InlineData("running", "start", "running")]
    public void A_start_schedules_a_job_and_a_stop_ends_that(string from, string happened, string to) =>
        Assert.Equal(to, Lifecycle.Decide(In(from), happened == "run" ? new ProcessEvent.RunRequested() : Sample.Event(happened), At("01:00:00")).Record.State.Word);

    [Fact]
    public void Another_schedule_begins_now()
    {
        var record = In("exited");
        Assert.NotNull(record.With(record.Spec with { Umask = 1 }).Schedule);
        Assert.Null(record.With(record.Spec with { Schedule = Daily with { Cron = "0 1 * * *" } }).Schedule);
    }

    private static Schedule Daily => new() { Cron = "30 2 * * *", Zone = "UTC" };

    private static ProcessRecord In(string state, Func<Schedule, Schedule>? change = null)
    {
        var record = Sample.In(Sample.State(state));
        return record with { Spec = record.Spec with { Schedule = change is null ? Daily : change(Daily) }, Schedule = new ScheduleMark(Last), LastRun = new EndedRun(1, Last, Last, true, new Exit.Code(0)) };
    }

    private static string What(ProcessRecord record, string time) => What(record, Scheduling.Decide(record, At(time)));

    private static string What(ProcessRecord record, SlotDecision? decision) => decision switch
    {
        null => "nothing",
        { Why: { } why } => $"skip {decision.Slot:HH:mm}: {why}",
        { Mark.IsQueued: true } => $"queue {decision.Slot:HH:mm}",
        _ => $"{decision.Do.ToString().ToLowerInvariant()} {decision.Slot:HH:mm}",
    };

    private static DateTimeOffset At(string time) => Last + TimeSpan.Parse(time, CultureInfo.InvariantCulture);
}
