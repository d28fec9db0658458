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

    private static List<int> Children(Live process) =>
        [.. File.ReadAllText($"/proc/{process.Pid}/task/{process.Pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
