using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class ProcessDetailsTests
{
    private static readonly SentinelHome Home = new("/home/user/.sentinel");

    private static readonly string Start = Text.Time(Clock.Start);

    [Fact]
    public void Each_fact_is_on_a_line_of_its_own() => Assert.Equal(
        $"""
        myserver (id: 1)
          PID:       12345
          Status:    running
          CPU:       2.1%
          Memory:    45.2MB
          Uptime:    5m 32s
          Restart:   no
          Group:     none
          CWD:       /home/user/project
          Command:   python server.py
          Stdout:    /home/user/.sentinel/logs/myserver.stdout.log
          Stderr:    /home/user/.sentinel/logs/myserver.stderr.log
          Logs:      rotated at 10.0MB, 3 backups, by cutting off its front
          Since:     {Start}
        """.Split('\n'),
        Lines(Sample.Running(1, "myserver", 12345, "python server.py", 2.1, 47_395_635, TimeSpan.FromSeconds(332))));

    [Fact]
    public void What_ended_tells_when_and_how()
    {
        var lines = Lines(Ended(new RunState.Crashed(Clock.Start), new Exit.Code(3), witnessed: true));

        Assert.Contains("  Status:    crashed", lines);
        Assert.Contains("  PID:       -", lines);
        Assert.Contains("  Memory:    -", lines);
        Assert.Contains($"  Last run:  exited with code 3, at {Start} (pid 7, started {Start})", lines);
    }

    [Fact]
    public void What_nobody_saw_end_tells_when_that_was_noticed() => Assert.Contains(
        $"  Last run:  unknown (nobody was watching), noticed at {Start} (pid 7, started {Start})",
        Lines(Ended(new RunState.Exited(Clock.Start), new Exit.Unknown("nobody was watching"), witnessed: false)));

    [Fact]
    public void What_could_not_be_started_has_no_pid_to_tell() => Assert.Contains(
        $"  Last run:  could not be started: there is no such program, at {Start}",
        Lines(new ProcessView(
            Sample.Record(1, "web") with
            {
                LastRun = new EndedRun(null, Clock.Start, Clock.Start, Witnessed: true, new Exit.NotStarted("there is no such program")),
            },
            null)));

    [Theory]
    [InlineData(3, "backoff (restarts in 3s)")]
    [InlineData(0, "backoff (to be restarted now)")]
    [InlineData(-60, "backoff (to be restarted now)")]
    public void What_waits_to_be_restarted_tells_when(int seconds, string status)
    {
        var view = new ProcessView(Sample.Record(1, "web") with
        {
            State = new RunState.Backoff(Clock.Start, Clock.Start.AddSeconds(seconds)),
            Restarts = 4,
        }, null);

        Assert.Contains($"  Status:    {status}", Lines(view));
        Assert.Contains("  Restarts:  4", Lines(view));
    }

    [Theory]
    [InlineData(RestartRule.Never, "no")]
    [InlineData(RestartRule.Always, "yes")]
    [InlineData(RestartRule.OnFailure, "on failure")]
    public void The_restart_rule_is_told_in_words(RestartRule rule, string words) =>
        Assert.Contains($"  Restart:   {words}", Lines(new ProcessView(Sample.Record(1, "web", restart: rule), null)));

    [Fact]
    public void What_its_tree_may_have_is_told_in_the_words_of_the_options()
    {
        var record = Sample.Record(1, "web");
        record = record with { Spec = record.Spec with { Treatment = new Treatment { Tree = new TreeLimits(200L << 20, 150, 20) } } };

        Assert.Equal(
            ["  Limit:     memory-max=200.0MB", "  Limit:     cpu-max=150%", "  Limit:     pids-max=20"],
            Lines(new ProcessView(record, null)).Where(line => line.Contains("Limit:")));
    }

    [Fact]
    public void A_tree_of_several_processes_names_them_all()
    {
        var view = Sample.Running(1, "web", 7, "server", 0, 0, TimeSpan.Zero);

        Assert.Contains("  Processes: 7, 8, 9", Lines(view with { Usage = view.Usage! with { Pids = [7, 8, 9] } }));
        Assert.DoesNotContain(Lines(view), line => line.Contains("Processes:"));
    }

    [Theory]
    [InlineData(new[] { 8 }, "1 process that it started still runs (pid 8); 'sentinel stop 1' ends them")]
    [InlineData(new[] { 8, 9 }, "2 processes that it started still run (pid 8, 9); 'sentinel stop 1' ends them")]
    public void What_it_left_behind_is_named_with_what_to_do(int[] remains, string said) =>
        Assert.Contains($"  Left over: {said}", Lines(new ProcessView(Sample.Record(1, "web"), null), remains));

    [Fact]
    public void Foreign_text_is_shown_without_what_a_terminal_would_obey() =>
        Assert.Contains(@"  Command:   echo \x1b[31m", Lines(new ProcessView(Sample.Record(1, "web", "echo \e[31m"), null)));

    private static ProcessView Ended(RunState state, Exit how, bool witnessed) => new(
        Sample.Record(1, "web") with { State = state, LastRun = new EndedRun(7, Clock.Start, Clock.Start, witnessed, how) },
        null);

    private static string[] Lines(ProcessView view, params int[] remains) =>
        [.. ProcessDetails.Lines(view, remains, [], Home, LogRung.Collapse, Clock.Start, Sample.Plain)];
}
