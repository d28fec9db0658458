using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux.Files;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Programs of which the process that was started ends, and others go on.</summary>
public sealed class HandoverTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());
    private readonly TempFolder _folder = new();

    private Machine Machine => _sentinel.Machine;

    private string PidFile => _folder["web.pid"];

    public void Dispose()
    {
        _sentinel.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(RestartRule.Never)]
    [InlineData(RestartRule.Always)]
    public void The_process_that_the_pid_file_names_goes_on_as_the_same_run(RestartRule rule)
    {
        var daemon = Started(rule, PidFile);
        var begun = daemon["web"].State.Since;
        var next = GoIntoBackground(daemon);

        // Its pid file comes a little later than its launcher ends.
        daemon.Loop.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(("starting", null), (daemon["web"].State.Word, daemon["web"].LastRun));
        Name(next);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        var run = Assert.IsType<RunState.Running>(daemon["web"].State);
        Assert.Equal((next.Identity, begun, "running"), (run.Identity, run.Since, run.Word));
        Assert.Contains(next.Pid, daemon.Loop.Watched);
        Assert.Equal(0, daemon.Restarts);
        Assert.Empty(next.Received);

        next.End(3 << 8);
        daemon.Loop.Run();
        Assert.Equal((next.Pid, new Exit.Code(3)), (daemon["web"].LastRun!.Pid, daemon["web"].LastRun!.How));
        Assert.Equal(rule == RestartRule.Always ? 2 : 1, Machine.Launches.Count);
    }

    [Fact]
    public void A_successor_that_is_there_when_the_old_one_ends_is_followed_at_once_also_after_a_crash()
    {
        var daemon = Started(RestartRule.Always, PidFile);
        var next = Machine.Fork(daemon.Main("web"));
        Name(next);

        daemon.Main("web").End(SignalName.Kill);
        daemon.Loop.Run();

        Assert.Equal(next.Pid, daemon.Main("web").Pid);
        Assert.Empty(next.Received);
        Assert.Single(Machine.Launches);
    }

    [Theory]
    [InlineData("a stranger")]
    [InlineData("one that has ended")]
    [InlineData("nobody")]
    [InlineData("no file")]
    public void What_the_file_names_is_followed_only_where_it_lives_and_is_of_the_tree(string named)
    {
        var daemon = Started(RestartRule.Never, PidFile);
        var stranger = Machine.Add("another cookie");
        var ended = Machine.Fork(daemon.Main("web"));
        if (named != "no file")
            File.WriteAllText(PidFile, named switch
            {
                "a stranger" => $"{stranger.Pid}\n",
                "one that has ended" => $"{ended.Pid}\n",
                _ => "-1 ; 812",
            });
        ended.End(0);
        var left = GoIntoBackground(daemon);

        daemon.Loop.Run(Handover.SuccessorTimeout + TimeSpan.FromSeconds(1));

        Assert.Equal("crashed", daemon["web"].State.Word);
        Assert.Contains("its pid file names no successor", daemon["web"].LastRun!.Why);
        Assert.DoesNotContain(stranger.Pid, daemon.Loop.Watched);
        daemon.Do(new Request.Stop(Selection.Of([daemon["web"].Id]), StopOptions.Default));
        Assert.True(left.HasEnded);
        Assert.Empty(stranger.Received);
    }

    [Fact]
    public void One_of_which_nothing_is_left_is_not_waited_for()
    {
        var daemon = Started(RestartRule.Never, PidFile);

        daemon.Main("web").End(0);
        daemon.Loop.Run();

        Assert.Equal("exited", daemon["web"].State.Word);
    }

    [Fact]
    public void A_crash_ends_what_is_left_and_starts_it_again_without_waiting_for_a_successor()
    {
        var daemon = Started(RestartRule.Always, PidFile);
        var left = Machine.Fork(daemon.Main("web"));

        daemon.Main("web").End(3 << 8);
        daemon.Loop.Run();

        Assert.True(left.HasEnded);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Fact]
    public void A_daemon_that_begins_meanwhile_goes_on_waiting()
    {
        var main = StartedWithout(RestartRule.Always);
        var next = Machine.Add(main.Cookie);
        main.End(0);
        var run = Assert.IsType<RunState.Running>(_sentinel["web"].State);
        _sentinel.Write("web", run with { Handover = new Handover(_sentinel.Clock.GetUtcNow(), new Exit.Code(0), Witnessed: true, null) });

        var daemon = MadeUpDaemon.Of(_sentinel);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));
        Name(next);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(next.Pid, daemon.Main("web").Pid);
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void Without_a_daemon_whoever_looks_sees_the_successor_and_stop_ends_it()
    {
        var main = StartedWithout(RestartRule.Never);
        var next = Machine.Add(main.Cookie);
        main.End(0);
        var reconciliation = new Reconciliation(_sentinel.Home, _sentinel.Clock, new PidFiles(new RegularFiles()));

        Assert.Equal("starting", Seen().Word);
        Name(next);
        Assert.Equal(next.Identity, Assert.IsType<RunState.Running>(Seen()).Identity);
        _sentinel.Stop("web");

        Assert.Equal("stopped", _sentinel["web"].State.Word);
        Assert.Equal((next.Pid, "killed by SIGTERM"), (_sentinel["web"].LastRun!.Pid, _sentinel["web"].LastRun!.How.ToString()));

        RunState Seen() => reconciliation.Look(_sentinel.Store.Read(), new Snapshot(Machine)).Find("web")!.State;
    }

    [Fact]
    public void What_put_itself_into_the_background_is_not_started_again_beside_what_serves()
    {
        var daemon = Started(RestartRule.Always, pidFile: null);
        var left = GoIntoBackground(daemon);

        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        var exited = Assert.IsType<RunState.Exited>(daemon["web"].State);
        Assert.Equal($"a process (pid {left.Pid})", exited.Left);
        Assert.Empty(left.Received);
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void What_only_ends_a_little_later_is_in_nobodys_way()
    {
        var daemon = Started(RestartRule.Always, pidFile: null);
        var left = GoIntoBackground(daemon);
        Machine.After(Background.LeftoverDelay / 2, () => left.End(0));

        daemon.Loop.Run(Background.LeftoverDelay);

        Assert.IsType<RunState.Running>(daemon["web"].State);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(3 << 8, 0)]
    public void After_a_long_run_or_a_crash_what_is_left_is_ended_before_the_successor(int waitStatus, int seconds)
    {
        var daemon = Started(RestartRule.Always, pidFile: null);
        daemon.Loop.Run(TimeSpan.FromSeconds(seconds));
        var left = Machine.Add(daemon.Main("web").Cookie);

        daemon.Main("web").End(waitStatus);
        daemon.Loop.Run();

        Assert.True(left.HasEnded);
        Assert.IsType<RunState.Running>(daemon["web"].State);
        // It is not ended without a word.
        Assert.Equal(waitStatus == 0, File.ReadAllText(_sentinel.Store.Home.Events).Contains("\"ended-left\""));
    }

    [Theory]
    [InlineData(true, "exited")]
    [InlineData(false, "running")]
    public void Where_nobody_saw_the_end_a_daemon_is_known_by_its_own_session(bool leftSession, string state)
    {
        var main = _sentinel.Started("web", RestartRule.Always);
        var left = Machine.Add(main.Cookie, session: leftSession ? null : main.Session);
        main.End(0);
        Machine.Clock.Advance(Background.LeftoverDelay);

        _sentinel.Supervisor.RestartDue().Now();

        Assert.Equal((state, !leftSession), (_sentinel["web"].State.Word, left.HasEnded));
    }

    [Fact]
    public void What_is_not_to_be_restarted_and_went_into_the_background_is_told_a_moment_later()
    {
        var daemon = Started(RestartRule.Never, pidFile: null);
        var left = GoIntoBackground(daemon);
        Assert.Equal(new RunState.Exited(daemon["web"].State.Since), daemon["web"].State);

        daemon.Loop.Run(Background.LeftoverDelay);

        Assert.Equal($"a process (pid {left.Pid})", Assert.IsType<RunState.Exited>(daemon["web"].State).Left);
        Assert.Contains("\"in-background\"", File.ReadAllText(_sentinel.Store.Home.Events));

        daemon.Do(new Request.Stop(Selection.Of([daemon["web"].Id]), StopOptions.Default));
        Assert.Equal(("stopped", true), (daemon["web"].State.Word, left.HasEnded));
    }

    [Theory]
    [InlineData("812\n", 812)]
    [InlineData(" 812 ", 812)]
    [InlineData("812\n/var/lib/postgresql\n5432\n", 812)]
    [InlineData("", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("812x", null)]
    [InlineData("99999999999", null)]
    public void A_pid_file_holds_a_number_on_its_first_line(string content, int? pid) =>
        Assert.Equal(pid, PidFiles.Parse(System.Text.Encoding.UTF8.GetBytes(content)));

    private MadeUpDaemon Started(RestartRule rule, string? pidFile)
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var request = MadeUpSentinel.Request("web", rule);
        daemon.Do(new Request.Run(request with { Spec = request.Spec with { PidFile = pidFile } }));
        return daemon;
    }

    private Machine.MadeUp StartedWithout(RestartRule rule)
    {
        var request = MadeUpSentinel.Request("web", rule);
        return Machine[Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(request with { Spec = request.Spec with { PidFile = PidFile } })).Process.Pid!.Value];
    }

    // As daemons do: a session of its own, and its launcher ends.
    private Machine.MadeUp GoIntoBackground(MadeUpDaemon daemon)
    {
        var next = Machine.Add(daemon.Main("web").Cookie);
        daemon.Main("web").End(0);
        daemon.Loop.Run();
        return next;
    }

    private void Name(Machine.MadeUp process) => File.WriteAllText(PidFile, $"{process.Pid}\n");
}
