using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Processes that end with their time, their owner or their session.</summary>
public class LeaseTests
{
    [Theory(DisableParallelization = true)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_its_owner_is_killed_nothing_of_the_tree_is_left(bool withRestart)
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        using var owner = Owner(home);
        await home.Start(new Call([
            "run", "--name", "web", "--until", $"{owner.Pid}", .. withRestart ? ["--restart"] : Array.Empty<string>(), "--", SentinelHome.Actor, "children", "3"]));
        await home.Says("web", "ready");
        await home.Sleeper("other");

        owner.Signal(Signals.Kill);
        await Ended(home, "web", $"sleep (pid {owner.Pid}) has ended");

        Assert.Equal(["sleep"], home.SupervisedPrograms());
        var happened = await home.Happened("web");
        Assert.Equal(["started", "lease-over", "stopped"], happened.Select(each => (string)each["event"]!));
        // Seen as it happened, not by the next sweep.
        Assert.True((DateTimeOffset)happened[2]["time"]! - (DateTimeOffset)happened[1]["time"]! < TimeSpan.FromSeconds(1) + await home.Slack());
        Assert.Contains($"its lease is over: sleep (pid {owner.Pid}) has ended", (await home.Run("events", "web")).Ok().Stdout);
        Assert.Contains("its lease is over", (await home.Run("why", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task An_owner_that_was_killed_while_there_was_no_daemon_is_missed_by_the_next_at_once()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        using var owner = Owner(home);
        var web = await home.Sleeper("web", "--restart", "--until", $"{owner.Pid}");
        await home.KillDaemon();
        owner.Signal(Signals.Kill);
        await owner.End();
        Assert.True(web.Process.IsAlive);

        await home.StartDaemon();

        await Ended(home, "web", $"sleep (pid {owner.Pid}) has ended");
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task A_shell_owns_what_it_says_it_does()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();

        Started.Parse((await home.Run(Call.Line($"'{SentinelHome.Binary}' run --name web --until $$ -- sleep 1000; true"))).Ok().Stdout);

        await Ended(home, "web", "sh (pid ");
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task What_the_shell_has_become_owns_nothing()
    {
        await using var home = new SentinelHome();
        // Its own last command: the shell executes it in its own place, or is told to.
        var refused = (await home.Run(Call.Line($"exec '{SentinelHome.Binary}' run --name web --until $$ -- sleep 1000"))).Fails(2);
        Assert.Contains("is this command itself: the shell has replaced itself with it", refused.Stderr);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_its_time_is_up_it_is_ended(bool wasDaemonThere)
    {
        await using var home = await SentinelHome.Create(withDaemon: wasDaemonThere);
        await home.Sleeper("web", "--restart", "--ttl", "0.3s");
        await home.Sleeper("later", "--ttl", "1h");
        if (!wasDaemonThere)
            await home.StartDaemon();

        await Ended(home, "web", "its --ttl of 0.3s has expired");

        Assert.Equal(["sleep"], home.SupervisedPrograms());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_is_kept_through_every_restart(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        using var owner = Owner(home);
        var web = await home.Sleeper("web", "--restart", "--ttl", "1h", "--until", $"{owner.Pid}", "--session", "s1");
        var (lease, startedBy) = await Told(home, "web");

        web.Process.Signal(Signals.Kill);
        await Wait.Until(async () => (await home.Show("web")) is { State: "running", Restarts: 1 }, () => "it is restarted");
        Assert.Equal((lease, startedBy), await Told(home, "web"));

        (await home.Run("restart", "web")).Ok();
        Assert.Equal((lease, startedBy), await Told(home, "web"));

        if (withDaemon)
        {
            await home.KillDaemon();
            await home.StartDaemon();
        }

        (await home.Run("stopall")).Ok();
        (await home.Run("startall")).Ok();
        Assert.Equal((lease, startedBy), await Told(home, "web"));

        owner.Signal(Signals.Kill);
        await owner.End();
        (await home.Run("gc")).Ok();
        await Wait.Until(() => home.Supervised().Count == 0, "nothing is left");
    }

    [Fact]
    public async Task Without_a_daemon_it_is_said_who_ends_it_and_gc_does()
    {
        await using var home = new SentinelHome();
        using var owner = Owner(home);
        var run = (await home.Run("run", "--name", "web", "--until", $"{owner.Pid}", "--", SentinelHome.Actor, "children", "2")).Ok();
        Assert.Contains("until you run 'sentinel gc'", run.Stderr);
        await home.Says("web", "ready");
        Assert.Empty((await home.Run("run", "--name", "other", "--session", "s1", "--", "sleep", "1000")).Ok().Stderr);
        Assert.Equal("No processes to end\n", (await home.Run("gc")).Ok().Stdout);
        owner.Signal(Signals.Kill);
        await owner.End();
        var files = home.Files();

        var dryRun = (await home.Run("gc", "--dry-run")).Ok();
        Assert.Equal($"Would end web (id: 1): sleep (pid {owner.Pid}) has ended\nWould end 1 process\n", dryRun.Stdout);
        Assert.Equal(files, home.Files());
        Assert.Equal("running", (await home.Show("web")).State);
        Assert.Contains("'sentinel gc' ends it", (await home.Run("status", "web")).Ok().Stdout);

        var gc = (await home.Run("gc")).Ok();
        Assert.Equal($"Ended web (id: 1): sleep (pid {owner.Pid}) has ended\nEnded 1 process\n1 process is still registered; --delete forgets it, and --logs the logs as well\n", gc.Stdout);
        Assert.Equal(["sleep"], home.SupervisedPrograms());
        Assert.Equal("stopped", (await home.Show("web")).State);
        Assert.Equal("No processes to end\n", (await home.Run("gc")).Ok().Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_run_in_a_session_is_ended_with_it_and_nothing_else_is(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("one", "--session", "12345");
        await home.Sleeper("two", "--session", "12345", "--ttl", "1h");
        await home.Sleeper("others", "--session", "12346");
        await home.Sleeper("persistent");

        var would = (await home.Run("gc", "--session", "12345", "--dry-run", "--json")).Ok().As<Report>();
        Assert.Equal(["one would-end", "two would-end"], would.Results.Select(result => $"{result.Name} {result.Outcome}"));
        var done = (await home.Run("gc", "--session", "12345", "--json")).Ok().As<Report>();

        Assert.Equal(["one ended", "two ended"], done.Results.Select(result => $"{result.Name} {result.Outcome}"));
        var listing = await home.List();
        Assert.Equal(["stopped", "stopped", "running", "running"], listing.Processes.Select(process => process.State));
    }

    [Fact]
    public async Task Without_a_daemon_looking_does_not_restart_what_nobody_owns()
    {
        await using var home = new SentinelHome();
        using var owner = Owner(home);
        var web = await home.Sleeper("web", "--restart", "--until", $"{owner.Pid}");
        web.Process.Signal(Signals.Kill);
        owner.Signal(Signals.Kill);
        await owner.End();
        await Wait.Until(() => !web.Process.IsAlive, "it is dead");

        var listing = await home.List();

        Assert.Empty(listing.AutoRestarted);
        Assert.Equal("stopped", listing["web"].State);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_starts_it_again_gets_the_whole_time_or_is_told_that_its_owner_has_gone(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        using var owner = Owner(home);
        await home.Sleeper("timed", "--ttl", "1h", "--session", "s1");
        await home.Sleeper("owned", "--until", $"{owner.Pid}", "--session", "s1");
        var (lease, _) = await Told(home, "timed");
        (await home.Run("gc", "--session", "s1")).Ok();
        owner.Signal(Signals.Kill);
        await owner.End();

        Assert.Equal("No processes to start\n", (await home.Run("startall")).Ok().Stdout);
        (await home.Run("start", "timed")).Ok();
        var refused = (await home.Run("start", "owned")).Fails(1);

        var (renewed, _) = await Told(home, "timed");
        Assert.True(
            (DateTimeOffset)JsonNode.Parse(renewed)!["expiresAt"]! > (DateTimeOffset)JsonNode.Parse(lease)!["expiresAt"]!, renewed);
        Assert.Contains($"sleep (pid {owner.Pid}) has ended", refused.Stderr);
        Assert.Contains("without --until", refused.Stderr);
        Assert.Equal("stopped", (await home.Show("owned")).State);
    }

    [Theory]
    [InlineData("there is no process with the pid 2147483647", 1, "--until", "2147483647")]
    [InlineData("--until takes the pid of a process, not 'me'", 2, "--until", "me")]
    [InlineData("--until takes the pid of a process, not '0'", 2, "--until", "0")]
    [InlineData("--ttl takes how long", 2, "--ttl", "soon")]
    [InlineData("--ttl takes how long", 2, "--ttl", "0s")]
    [InlineData("cannot be a session", 2, "--session", "a\nb")]
    public async Task A_lease_that_cannot_be_starts_nothing(string said, int exitCode, params string[] options)
    {
        await using var home = new SentinelHome();

        var run = (await home.Run(["run", .. options, "--", "sleep", "1000"])).Fails(exitCode);

        Assert.Contains(said, run.Stderr);
        Assert.Empty(home.Supervised());
        Assert.Empty((await home.List()).Processes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_started_it_is_told_and_from_where(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var folder = Directory.CreateDirectory(Path.Combine(home.Work, "project")).FullName;

        (await home.Run(Call.Line($"cd project; '{SentinelHome.Binary}' run --name web -- sleep 1000; true"))).Ok();

        var startedBy = JsonNode.Parse((await Told(home, "web")).StartedBy)!;
        Assert.Equal(("sh", folder), ((string)startedBy["ancestry"]![0]!["program"]!, (string)startedBy["folder"]!));
        Assert.Equal(Environment.ProcessId, (int)startedBy["ancestry"]![1]!["pid"]!);
        var status = (await home.Run("status", "web")).Ok().Stdout;
        Assert.Matches($@"Origin: +sh \(pid \d+\) < .* \(pid {Environment.ProcessId}\).*, in {folder}, ", status);
        Assert.DoesNotContain("Lease:", status);
        Assert.DoesNotContain("OWNER", (await home.Run("list")).Ok().Stdout);
    }

    [Fact]
    public async Task The_list_tells_who_owns_what()
    {
        await using var home = new SentinelHome();
        using var owner = Owner(home);
        await home.Sleeper("web", "--until", $"{owner.Pid}", "--session", "s1");
        await home.Sleeper("other");

        var list = (await home.Run("list")).Ok();

        Assert.Contains("OWNER", list.Lines[1]);
        Assert.Contains($"| until sleep {owner.Pid}, session s1 |", list.Lines[3]);
        Assert.Contains("| -  ", list.Lines[4]);
    }

    [Fact]
    public async Task What_an_older_version_has_written_has_no_lease_and_nobody_who_started_it()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web", "--session", "s1");
        home.EditState(state =>
        {
            var web = state["processes"]![0]!.AsObject();
            web.Remove("origin");
            web["spec"]!.AsObject().Remove("lease");
        });

        Assert.Equal(("null", "null"), await Told(home, "web"));
        Assert.DoesNotContain("Origin:", (await home.Run("status", "web")).Ok().Stdout);
    }

    // Somebody who does nothing but live, and whom nothing else ends.
    private static Command Owner(SentinelHome home) => home.Begin(new Call("1000") { Program = "sleep", Folder = "/", Environment = NoTrace });

    private static readonly Dictionary<string, string?> NoTrace = new() { ["HOME"] = "/", ["SENTINEL_HOME"] = null };

    private static async Task Ended(SentinelHome home, string name, string why)
    {
        await Wait.Until(() => ((string?)home.ReadState()["processes"]![0]!["leaseOver"])?.StartsWith(why, StringComparison.Ordinal) == true, () => $"{why}");
        await Wait.Until(async () => (await home.Show(name)).State == "stopped", () => $"{name} is stopped");
    }

    // As it stands in the JSON of its status.
    private static async Task<(string Lease, string StartedBy)> Told(SentinelHome home, string name)
    {
        var process = JsonNode.Parse((await home.Run("status", name, "--json")).Ok().Stdout)!["processes"]![0]!;
        return (process["lease"]?.ToJsonString() ?? "null", process["startedBy"]?.ToJsonString() ?? "null");
    }
}
