namespace Sentinel.EndToEnd;

/// <summary>One home that is used from several pid namespaces, as agents' sandboxes and containers do.</summary>
public class NamespaceTests
{
    // With a /proc of its own, as it should be.
    private static readonly string[] Sandbox = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

    // With the /proc of outside, whose pids are those of others.
    private static readonly string[] Blind = ["unshare", "--pid", "--fork", "--kill-child"];

    [Fact]
    public async Task What_runs_outside_is_neither_doubled_nor_touched_from_inside()
    {
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        await home.Sleeper("web", "--restart");
        var process = home.Supervised().Single();

        var seen = (await Inside(home, "list", "--json")).Ok().As<Listing>()["web"];
        Assert.Equal(("elsewhere", null), (seen.State, seen.Pid));
        Assert.Contains($"where it is pid {process.Pid}", (await Inside(home, "status", "web")).Ok().Stdout.ReplaceLineEndings(" "));
        foreach (var command in (string[][])[["stop", "web"], ["restart", "web"], ["start", "web"], ["delete", "web"], ["stopall"], ["set", "web", "--nice", "1"]])
            Assert.Contains("it runs in pid namespace", (await Inside(home, command)).Fails(1).Stderr.ReplaceLineEndings(" "));
        (await Inside(home, "clean")).Ok();

        Assert.Equal(process, home.Supervised().Single());
        Assert.Equal(("running", process.Pid), ((await home.Show("web")).State, (await home.Show("web")).Pid));
    }

    [Fact]
    public async Task What_runs_inside_is_neither_doubled_nor_touched_from_outside()
    {
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        using var sandbox = home.Begin(new Call("run", "--restart", "--name", "web", "--", "sleep", "1000") { Through = [.. Sandbox, "sh", "-c", "\"$@\"; exec sleep 1001", "sh"] });
        await Wait.Until(() => home.Supervised().Exists(process => process.Arguments is ["sleep", "1000"]), "it runs inside");

        Assert.Equal("elsewhere", (await home.Show("web")).State);
        (await home.Run("stop", "web")).Fails(1);
        Assert.Single(home.Supervised(), process => process.Arguments is ["sleep", "1000"]);
    }

    [Fact]
    public async Task What_ended_with_its_namespace_is_restarted_by_whoever_looks_next()
    {
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        (await home.Run(new Call("run", "--restart", "--name", "web", "--", "sleep", "1000") { Through = [.. Sandbox, "sh", "-c", "\"$@\"; exit", "sh"] })).Ok();
        await Wait.Until(() => home.Supervised().Count == 0, "all of the namespace has ended");

        var seen = await home.List();

        Assert.Equal("web", Assert.Single(seen.AutoRestarted).Name);
        Assert.Equal("running", seen["web"].State);
    }

    [Fact]
    public async Task Where_a_daemon_runs_it_is_asked_about_what_cannot_be_seen()
    {
        Needs.PidNamespaces();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        var process = home.Supervised().Single(each => each.Arguments is ["sleep", "1000"]);

        var seen = (await Inside(home, "list", "--json")).Ok().As<Listing>()["web"];
        Assert.Equal(("running", process.Pid), (seen.State, seen.Pid));
        Assert.True(seen.MemoryBytes > 0);
        Assert.Contains("running", (await Inside(home, "why", "web")).Ok().Stdout);
        (await Inside(home, "stop", "web")).Ok();
        Assert.False(process.IsAlive);
    }

    [Fact]
    public async Task With_the_proc_of_outside_nothing_is_started_ended_or_recorded()
    {
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        var state = File.ReadAllText(home.StateFile);

        foreach (var command in (string[][])[["run", "--name", "w", "--", "sleep", "1001"], ["list"], ["stop", "web"], ["stopall", "--force"], ["daemon", "start"], ["daemon", "run"]])
            Assert.Contains("/proc is that of an outer pid namespace", (await home.Run(new Call(command) { Through = Blind })).Fails(1).Stderr.ReplaceLineEndings(" "));
        var doctor = (await home.Run(new Call("doctor") { Through = Blind })).Fails(1);

        Assert.Contains("broken    kernel     /proc is that of an outer pid namespace", doctor.Stdout);
        Assert.Equal(state, File.ReadAllText(home.StateFile));
        Assert.Equal(["sleep", "1000"], home.Supervised().Single().Arguments);
    }

    [Fact]
    public async Task Without_a_proc_nothing_is_started_and_the_reason_is_said()
    {
        Needs.MountNamespaces();
        await using var home = new SentinelHome();
        string[] bare = ["unshare", "--mount", .. Call.AfterShell("umount --lazy /proc;")];

        Assert.Contains("/proc is not mounted", (await home.Run(new Call("run", "--", "sleep", "1000") { Through = bare })).Fails(1).Stderr);
        Assert.Contains("broken    kernel     /proc is not mounted", (await home.Run(new Call("doctor") { Through = bare })).Fails(1).Stdout);
        Assert.Empty(home.Supervised());
    }

    private static Task<Outcome> Inside(SentinelHome home, params string[] command) => home.Run(new Call(command) { Through = Sandbox });
}
