namespace Sentinel.EndToEnd;

public class WaitTests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 7)]
    [InlineData(false, 0)]
    [InlineData(false, 7)]
    public async Task Wait_ends_with_the_process_and_with_its_exit_code(bool isWatched, int exitCode)
    {
        Assert.SkipUnless(isWatched || Machine.TellsExitCodesToAll, "needs Linux 6.15, which tells how a process ended to others than its parent");
        await using var home = await SentinelHome.Create(isWatched);
        var job = await home.StartActor("job", "finish", "0", $"{exitCode}");
        using var wait = await Waiting(home, "job");

        job.Process.Signal(Signals.Terminate);

        Assert.Equal($"job exited with code {exitCode}\n", (await wait.End()).Fails(exitCode).Stdout);
    }

    [Theory]
    [InlineData(true, Signals.Terminate)]
    [InlineData(true, Signals.Kill)]
    [InlineData(false, Signals.Terminate)]
    public async Task Wait_ends_with_128_and_the_signal_that_killed_the_process(bool isWatched, int signal)
    {
        Assert.SkipUnless(isWatched || Machine.TellsExitCodesToAll, "needs Linux 6.15, which tells how a process ended to others than its parent");
        await using var home = await SentinelHome.Create(isWatched);
        var job = await home.Start("job", "sleep", "1000");
        using var wait = await Waiting(home, "job");

        job.Process.Signal(signal);

        (await wait.End()).Fails(128 + signal);
    }

    [Fact]
    public async Task Whether_it_runs_is_told_to_a_script_at_once()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("up");
        await home.Start("down", "sh", "-c", "exit 3");
        await home.Run("wait", "down");

        (await home.Run("wait", "up", "--for", "running", "--timeout", "0")).Ok();
        Assert.Contains("down is ", (await home.Run("wait", "down", "--for", "running", "--timeout", "0")).Fails(1).Stderr);
        (await home.Run("status", "down")).Ok();
    }

    [Fact]
    public async Task What_had_ended_before_is_told_at_once()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("job", SentinelHome.Actor, "exit", "5");
        (await home.Run("wait", "job")).Fails(5);

        var waited = (await home.Run("wait", "job")).Fails(5);

        Assert.Equal("job exited with code 5\n", waited.Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_for_stopped_ends_when_the_user_stops_it(bool isWatched)
    {
        await using var home = await SentinelHome.Create(isWatched);
        await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));
        using var wait = home.Begin("wait", "web", "--for", "stopped");

        (await home.Run("stop", "web")).Ok();

        Assert.Equal("web is stopped\n", (await wait.End()).Ok().Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_for_running_ends_when_it_is_ready(bool isWatched)
    {
        await using var home = await SentinelHome.Create(isWatched);
        (await home.Run("run", "--name", "web", "--ready-log", "up", "--", "sh", "-c", "while ! test -e go; do sleep 0.02; done; echo up; sleep 1000")).Ok();
        using var wait = home.Begin("wait", "web", "--for", "running");
        await Wait.Until(() => Live.Find(wait.Pid)?.Descriptors.Values.Any(target => target.Contains("inotify")) == true, "it waits");
        Assert.False(wait.HasEnded);

        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        Assert.Equal("web is running\n", (await wait.End()).Ok().Stdout);
        (await home.Run("wait", "web", "--for", "running")).Ok();
    }

    [Theory]
    [InlineData("exit 4", "crashed", "exited with code 4; it is not restarted")]
    [InlineData("exit 0", "exited", "exited with code 0; it is not restarted")]
    [InlineData("exit 4", "failed", "it ended again after 1 restart within", "--restart", "--max-restarts", "1")]
    public async Task Nobody_waits_for_what_will_not_run_again(string command, string state, string why, params string[] options)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run(["run", "--name", "job", .. options, "--", "sh", "-c", $"echo the last words; {command}"])).Ok();

        (await home.Run("wait", "job", "--for", "stopped")).Ok();
        var waited = (await home.Run("wait", "job", "--for", "running")).Fails(1);

        Assert.Contains($"job is {state}: ", waited.Stderr);
        Assert.Contains(why, waited.Stderr);
        Assert.Contains("stdout | the last words", waited.Stderr);
    }

    [Fact]
    public async Task Nobody_waits_for_what_the_user_has_stopped()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        (await home.Run("stop", "web")).Ok();
        Assert.Contains("web is stopped: 'sentinel start web' starts it", (await home.Run("wait", "web", "--for", "running")).Fails(1).Stderr);
    }

    [Fact]
    public async Task Whoever_waits_restarts_what_is_due_where_no_daemon_does()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "job", "--restart", "--max-restarts", "1", "--", "sh", "-c", "exit 4")).Ok();
        Assert.Contains("job is failed", (await home.Run("wait", "job", "--for", "stopped")).Ok().Stdout);
    }

    [Fact]
    public async Task A_restart_ends_the_wait_for_the_run_and_not_the_wait_until_it_is_stopped()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));
        using var stopped = home.Begin("wait", "web", "--for", "stopped");
        using var exited = await Waiting(home, "web");

        web.Process.Signal(Signals.Terminate);

        (await exited.End()).Fails(128 + Signals.Terminate);
        await home.SuccessorOf(web.Process);
        Assert.False(stopped.HasEnded);
        (await home.Run("stop", "web")).Ok();
        (await stopped.End()).Ok();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wait_that_takes_too_long_gives_up_with_124(bool isWatched)
    {
        await using var home = await SentinelHome.Create(isWatched);
        await home.Start("web", "sleep", "1000");

        var waited = (await home.Run("wait", "web", "--timeout", "0.3")).Fails(124);

        Assert.Equal("Error: web is still running after 0.3 s\n", waited.Stderr);
        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task Waiting_costs_nothing()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("web", "sleep", "1000");
        using var wait = await Waiting(home, "web");

        // Once it has come so far that it waits.
        await Wait.Until(
            async () =>
            {
                var before = Switches();
                await Task.Delay(1500, TestContext.Current.CancellationToken);
                return Switches() - before <= 2;
            },
            () => "it sleeps");

        int Switches() => int.Parse(Live.Find(wait.Pid)!.Status("voluntary_ctxt_switches"));
    }

    [Fact]
    public async Task What_does_not_exist_or_is_deleted_cannot_be_waited_for()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        Assert.Contains("no process named 'web'", (await home.Run("wait", "web")).Fails(1).Stderr);
        await home.Start("web", "sleep", "1000");
        using var wait = await Waiting(home, "web", "--for", "stopped");

        (await home.Run("delete", "web")).Ok();

        var said = await wait.End();
        // Whether it had seen it stopped before is a matter of luck.
        if (said.ExitCode != 0)
            Assert.Contains("web was deleted", said.Fails(1).Stderr);
    }

    // A 'wait' that has looked, and now waits for the process.
    private static async Task<Command> Waiting(SentinelHome home, params string[] arguments)
    {
        var wait = home.Begin(["wait", .. arguments]);
        await Wait.Until(() => Live.Find(wait.Pid)?.Descriptors.Values.Any(target => target.Contains("pidfd")) == true, "it waits");
        return wait;
    }
}
