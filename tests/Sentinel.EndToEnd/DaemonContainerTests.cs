namespace Sentinel.EndToEnd;

/// <summary>The daemon as the first process of a container, to which all fall whose parents have gone.</summary>
public class DaemonContainerTests
{
    [Fact]
    public async Task Orphans_are_reaped_and_the_ends_of_its_own_processes_still_told_exactly()
    {
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        using var container = home.Begin(new Call("daemon", "run") { Through = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"] });
        await Wait.Until(() => container.HasEnded || File.Exists(home.Socket), "the daemon listens");
        var daemon = home.Daemon();
        Assert.Equal(1, (await Inside("daemon", "status", "--json")).Ok().As<DaemonReport>().Pid);

        // Each leaves one behind that ends a little later, and nobody's but the daemon's.
        const string leaves = "(setsid sleep 0.2 &); ";
        (await Inside("run", "--name", "seven", leaves + "sleep 0.4; exit 7")).Ok();
        (await Inside("run", "--name", "web", "--restart", leaves + "exec sleep 1000")).Ok();
        (await Inside("wait", "seven")).Fails(7);
        home.Supervised().Single(process => process.Arguments is ["sleep", "1000"]).Signal(Signals.Kill);
        await Wait.Until(async () => (await Inside("list", "--json")).Ok().As<Listing>()["web"].Restarts == 1, () => "it is restarted");

        var listing = (await Inside("list", "--json")).Ok().As<Listing>();
        Assert.Equal("exited with code 7", listing["seven"].LastRun!.Text);
        Assert.Equal("killed by SIGKILL", listing["web"].LastRun!.Text);
        await Wait.Until(() => !home.Supervised().Any(process => process.Arguments is ["sleep", "0.2"]), "what was left behind has ended");
        await Wait.Until(() => Children(daemon).TrueForAll(pid => Live.Find(pid) is not null), "no zombie stays");
        daemon.Signal(Signals.Terminate);
        (await container.End()).Ok();

        // By way of the daemon's own view of processes.
        Task<Outcome> Inside(params string[] arguments) =>
            home.Run(new Call(arguments) { Through = ["nsenter", "--pid", "--mount", $"--wd={home.Work}", $"--target={daemon.Pid}"] });
    }

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.HangUp)]
    public async Task As_the_first_process_it_ends_everything_in_good_order_before_it_ends(int signal)
    {
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        using var container = home.Begin(Call.Line($"""exec unshare --pid --fork --kill-child --mount-proc sh -c '{SentinelHome.Binary} run --restart --name web -- {SentinelHome.Actor} finish 300 0; exec {SentinelHome.Binary} daemon run'"""));
        await Wait.Until(() => container.HasEnded || File.Exists(home.Socket), "the daemon listens");
        await home.Says("web", "ready");

        home.Daemon().Signal(signal);
        (await container.End()).Ok();

        var web = home.ReadState()["processes"]![0]!;
        Assert.Equal(("stopped", 0), ((string)web["state"]!["is"]!, (int)web["lastRun"]!["how"]!["code"]!));
    }

    [Fact]
    public async Task Elsewhere_it_does_so_when_asked_and_a_second_signal_hurries()
    {
        await using var home = new SentinelHome();
        var daemon = home.Begin("daemon", "run", "--with-processes");
        await Wait.Until(async () => daemon.HasEnded || (await home.Run("daemon", "status")).ExitCode == 0, () => "the daemon answers");
        var web = await home.StartActor("web", "ignore-term");

        home.Daemon().Signal(Signals.Terminate);
        await Wait.Until(async () => (await home.Show("web")).State == "stopping", () => "it is being stopped");
        home.Daemon().Signal(Signals.Terminate);

        (await daemon.Finish()).Ok();
        Assert.False(web.Process.IsAlive);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    public async Task It_ends_with_the_code_of_the_process_that_it_is_to_end_with(int code)
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "main", "--restart=on-failure", "--max-restarts", "1", "--", "sh", "-c", $"until [ -e {home.Work}/go ]; do sleep 0.02; done; exit {code}")).Ok();
        var other = await home.Sleeper("other");
        var daemon = home.Begin("daemon", "run", "--exit-with", "main");
        await Wait.Until(async () => daemon.HasEnded || (await home.Run("daemon", "status")).ExitCode == 0, () => "the daemon answers");

        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        (await daemon.Finish()).Fails(code);
        Assert.False(other.Process.IsAlive);
        Assert.Equal(code == 0 ? 0 : 1, (await home.Show("main")).Restarts);
        Assert.Contains("there is no process named 'nobody'", (await home.Run("daemon", "run", "--exit-with", "nobody")).Fails(1).Stderr);
    }

    private static List<int> Children(Live process) =>
        [.. File.ReadAllText($"/proc/{process.Pid}/task/{process.Pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
