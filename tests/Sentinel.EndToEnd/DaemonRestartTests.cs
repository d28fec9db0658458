namespace Sentinel.EndToEnd;

/// <summary>What the daemon does when a process ends by itself.</summary>
public class DaemonRestartTests
{
    [Fact(DisableParallelization = true)]
    public async Task A_killed_process_is_restarted_at_once_and_its_end_is_told_exactly()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var old = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));

        old.Process.Signal(Signals.Kill);
        var successor = await home.SuccessorOf(old.Process);

        var listing = await home.List();
        var web = listing["web"];
        Assert.Empty(listing.AutoRestarted);
        Assert.Equal((successor.Pid, "running", 1), (web.Pid, web.State, web.Restarts));
        Assert.Equal((old.Pid, "killed by SIGKILL", true), (web.LastRun!.Pid, web.LastRun.Text, web.LastRun.Witnessed));
        // From the end to the successor, not to the next sweep.
        Assert.True(web.Since - web.LastRun.EndedAt < TimeSpan.FromSeconds(1) + await home.Slack());
        Assert.Contains("killed by SIGKILL", (await home.Run("status", "web")).Ok().Stdout);
    }

    [Theory]
    [InlineData("exited with code 3", "crashed", "exit", "3")]
    [InlineData("exited with code 0", "exited", "exit", "0")]
    [InlineData("killed by SIGTERM", "crashed", "die", "15")]
    public async Task How_a_process_ended_is_told_exactly(string how, string state, params string[] role)
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();

        await home.Start("job", [SentinelHome.Actor, .. role]);
        await home.Run("wait", "job");

        var job = await home.Show("job");
        Assert.Equal((state, how, true), (job.State, job.LastRun!.Text, job.LastRun.Witnessed));
    }

    [Fact]
    public async Task How_a_process_ended_that_another_daemon_had_started_is_told_exactly()
    {
        Assert.SkipUnless(Machine.TellsExitCodesToAll, "needs Linux 6.15, which tells how a process ended to others than its parent");
        await using var home = new SentinelHome();
        var job = await home.StartActor("job", "finish", "0", "7");
        await home.StartDaemon();

        job.Process.Signal(Signals.Terminate);

        Assert.Equal(7, (await home.Run("wait", "job")).ExitCode);
        Assert.Equal("exited with code 7", (await home.Show("job")).LastRun!.Text);
    }

    [Fact]
    public async Task On_failure_restarts_what_failed_and_not_what_is_done()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "done", "--restart=on-failure", "--", SentinelHome.Actor, "exit", "0"));
        await home.Start(new Call("run", "--name", "failing", "--restart=on-failure", "--", SentinelHome.Actor, "exit", "3"));

        await Wait.Until(async () => (await home.Show("failing")).Restarts >= 2, () => "what failed is restarted");

        var done = await home.Show("done");
        Assert.Equal(("exited", 0, "on-failure"), (done.State, done.Restarts, done.Restart));
    }

    [Fact]
    public async Task One_that_exits_in_its_first_millisecond_is_restarted_ever_more_slowly_and_never_lost()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var run = await home.Run("run", "--name", "flash", "--restart", "--", "true");
        Started.Parse(run.Ok().Stdout);

        await Wait.Until(async () => (await home.Show("flash")).Restarts >= 3, () => "it is restarted again and again");

        var starts = (await home.Happened("flash")).Where(happened => (string)happened["event"]! is "started" or "restarted")
            .Select(happened => (DateTimeOffset)happened["time"]!).ToList();
        // After 0.5 and 1 seconds, each 20% more or less; and as long as the machine takes.
        Assert.True(starts[2] - starts[1] > TimeSpan.FromSeconds(0.39));
        Assert.True(starts[3] - starts[2] > TimeSpan.FromSeconds(0.79));
        Assert.Equal("exited with code 0", (await home.Show("flash")).LastRun!.Text);
    }

    [Fact]
    public async Task One_that_reaches_its_limit_is_given_up_until_the_user_goes_on()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "broken", "--restart", "--max-restarts", "2", "--", SentinelHome.Actor, "exit", "3"));

        (await home.Run("wait", "broken", "--for", "stopped")).Ok();

        var broken = await home.Show("broken");
        Assert.Equal(("failed", 2, null), (broken.State, broken.Restarts, broken.Pid));
        Assert.Contains("2 restarts", broken.FailedBecause);
        Assert.Contains("failed", (await home.Run("list")).Ok().Stdout);
        var status = (await home.Run("status", "broken")).Ok().Stdout;
        Assert.Contains(broken.FailedBecause!, status);
        Assert.Contains("sentinel start", status);

        Assert.Equal("Reset broken (id: 1, stopped)\n", (await home.Run("reset", "broken")).Ok().Stdout);
        var reset = await home.Show("broken");
        Assert.Equal(("stopped", 0, null), (reset.State, reset.Restarts, reset.FailedBecause));
        (await home.Run("start", "broken")).Ok();
        await Wait.Until(async () => (await home.Show("broken")).Restarts >= 1, () => "it is restarted as if nothing had been");
    }

    [Fact]
    public async Task Start_tries_one_again_that_was_given_up()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var marker = Path.Combine(home.Work, "marker");
        // Fails until there is a file.
        await home.Start(new Call("run", "--name", "broken", "--restart", "--max-restarts", "0", $"test -e '{marker}' && exec sleep 1000"));
        (await home.Run("wait", "broken", "--for", "stopped")).Ok();
        Assert.Equal("failed", (await home.Show("broken")).State);
        File.WriteAllText(marker, "");

        Assert.Matches(@"^Started broken \(id: 1, pid: \d+\)\n$", (await home.Run("start", "broken")).Ok().Stdout);

        await Wait.Until(() => home.SupervisedPrograms() is ["sleep"], "it runs");
        Assert.Null((await home.Show("broken")).FailedBecause);
    }

    [Fact]
    public async Task A_process_that_the_user_stopped_stays_stopped_whatever_becomes_of_daemons()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));
        await home.Start(new Call("run", "--name", "witness", "--restart", "--", "sleep", "1001"));
        (await home.Run("stop", "web")).Ok();

        await home.KillDaemon();
        await home.StartDaemon();
        (await home.Run("daemon", "restart")).Ok();
        // As long as the daemon needs to see and restart another.
        var witness = (await home.Show("witness")).Pid!.Value;
        Live.Find(witness)!.Signal(Signals.Kill);
        await Wait.Until(async () => (await home.Show("witness")).Restarts == 1, () => "another is restarted");

        Assert.Equal(("stopped", 0), ((await home.Show("web")).State, (await home.Show("web")).Restarts));
        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task Its_own_stop_signal_is_what_a_process_gets()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var web = await home.Start(new Call("run", "--name", "web", "--stop-signal", "INT", "--stop-timeout", "600", "--", SentinelHome.Actor, "report", "SIGINT", "SIGTERM"));
        await home.Says("web", "ready");

        using var stop = home.Begin("stop", "web");
        await home.Says("web", "SIGINT");
        web.Process.Signal(Signals.Kill);
        (await stop.End()).Ok();

        Assert.DoesNotContain("SIGTERM", File.ReadAllText(home.Stdout("web")));
        Assert.Equal("killed by SIGKILL", (await home.Show("web")).LastRun!.Text);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task One_that_ignores_the_signal_is_killed_after_its_own_stop_timeout()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "web", "--stop-timeout", "0.5", "--", SentinelHome.Actor, "ignore-term"));
        await home.Says("web", "ready");

        var begun = DateTimeOffset.UtcNow;
        (await home.Run("stop", "web")).Ok();

        var run = (await home.Show("web")).LastRun!;
        Assert.Equal("killed by SIGKILL", run.Text);
        Assert.InRange(run.EndedAt, begun.AddSeconds(0.49), DateTimeOffset.UtcNow);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task One_that_outgrows_its_memory_is_restarted_and_the_events_say_so()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "greedy", "--restart", "--max-memory", "100M", "--", SentinelHome.Actor, "hold", "200"));
        await home.Start(new Call("run", "--name", "modest", "--restart", "--max-memory", "100M", "--", "sleep", "1000"));

        await Wait.Until(
            async () => (await home.Happened("greedy")).Any(happened => (string)happened["event"]! == "outgrew-memory"), () => "it is too large");
        await home.Says("greedy", "ready", times: 2);

        var outgrew = (await home.Happened("greedy")).First(happened => (string)happened["event"]! == "outgrew-memory");
        Assert.Equal(100L << 20, (long)outgrew["limitBytes"]!);
        // It may be seen while it grows.
        Assert.InRange((long)outgrew["memoryBytes"]!, 100L << 20, 400L << 20);
        Assert.Contains("more than its limit of 100", (await home.Run("events", "greedy")).Ok().Stdout);
        Assert.DoesNotContain(await home.Happened("modest"), happened => (string)happened["event"]! == "outgrew-memory");
        Assert.Equal("running", (await home.Show("modest")).State);
    }

    [Theory]
    [InlineData("leave-session", "PIDFILE")]
    [InlineData("double-fork", "PIDFILE")]
    [InlineData("children", "3")]
    public async Task What_a_process_left_behind_is_ended_before_it_is_restarted(params string[] role)
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var pidFile = Path.Combine(home.Work, "pid");
        string[] words = [.. role.Select(word => word.Replace("PIDFILE", pidFile))];
        var old = await home.Start(new Call(["run", "--name", "forker", "--restart", "--", SentinelHome.Actor, .. words]));
        await home.Says("forker", "ready");
        var before = home.Supervised();

        old.Process.Signal(Signals.Kill);
        await home.Says("forker", "ready", times: 2);

        Assert.DoesNotContain(before, process => process.IsAlive);
        Assert.Equal(before.Count, home.Supervised().Count);
        (await home.Run("stop", "forker")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task One_that_closed_its_outputs_is_supervised_like_any_other()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var old = await home.Start(new Call("run", "--name", "mute", "--restart", "exec sleep 1000 <&- >&- 2>&-"));
        await Wait.Until(() => home.SupervisedPrograms() is ["sleep"], "its outputs are closed");

        old.Process.Signal(Signals.Kill);

        var successor = await home.SuccessorOf(old.Process);
        Assert.Equal(successor.Pid, (await home.Show("mute")).Pid);
        (await home.Run("stop", "mute")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task One_that_ignores_SIGTERM_is_restarted_on_demand_after_its_time()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var old = await home.StartActor("stubborn", "ignore-term");

        (await home.Run("restart", "stubborn", "--timeout", "0.3")).Ok();

        await home.Says("stubborn", "ready", times: 2);
        Assert.False(old.Process.IsAlive);
        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task Hundreds_that_are_killed_at_once_are_all_back_once_each()
    {
        var count = Long.Times(1_000, otherwise: 200);
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--restart", "--name", "copy-1", "--", "sleep", "1000"));
        (await home.Run("stop", "copy-1")).Ok();
        home.Multiply(count);
        await home.StartDaemon();
        (await home.Run("startall", "--json")).Ok();
        var before = home.Supervised();
        Assert.Equal(count, before.Count);

        before.ForEach(process => process.Signal(Signals.Kill));
        await Wait.Until(async () => await home.DescribeDaemon() is var report && report.RunningProcesses == count && report.Restarts == count, () => "all are back");

        var after = home.Supervised();
        Assert.Equal(count, after.Count);
        Assert.Equal(count, after.Select(process => process.Environment["SENTINEL_COOKIE"]).Distinct().Count());
        Assert.Empty(after.Intersect(before));
        var processes = (await home.List()).Processes;
        Assert.Equal(after.Select(process => process.Pid).Order(), processes.Select(process => process.Pid!.Value).Order());
        Assert.Equal(["killed by SIGKILL"], processes.Select(process => process.LastRun!.Text).Distinct());
        Assert.Equal([1], processes.Select(process => process.Restarts).Distinct());
    }
}
