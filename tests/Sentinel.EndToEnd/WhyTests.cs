using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class WhyTests
{
    [Fact]
    public async Task Why_shows_how_the_last_runs_ended_with_the_end_of_their_stderr_and_what_comes_next()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        // Each run says another word, and then fails with another code.
        await home.Start(new Call("run", "--name", "broken", "--restart", "--max-restarts", "2",
            "n=$(cat n 2>/dev/null || echo 1); echo $((n + 1)) > n; for i in 1 2 3; do echo run $n line $i >&2; done; exit $n"));
        (await home.Run("wait", "broken", "--for", "stopped")).Ok();

        var why = (await home.Run("why", "broken", "--lines", "2")).Ok().Lines;

        Assert.StartsWith("broken (id: 1): failed since", why[0]);
        Assert.EndsWith(": exited with code 3", why[0]);
        Assert.Equal("  run 3 line 3", why[1]);
        Assert.Contains("given up", why[2]);
        Assert.Contains("sentinel start broken", why[2]);
        Assert.Contains("3 runs ended", why[3]);
        Assert.Contains("restarted 2 times", why[3]);
        // The last first, and of each run what it wrote, not what others did.
        Assert.Equal(
            ["exited with code 3", "run 3 line 2", "run 3 line 3", "exited with code 2", "run 2 line 2", "run 2 line 3", "exited with code 1", "run 1 line 2", "run 1 line 3"],
            why[4..].Select(line => line.Contains('|') ? line.Split("| ")[1] : "exited" + line.Split("exited")[1].Split(" after")[0].Split(',')[0]));
    }

    [Fact]
    public async Task Why_with_json_tells_the_same_to_programs()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var begun = Stopwatch.GetTimestamp();
        await home.Start(new Call("run", "--name", "broken", "echo oh no >&2; exit 4"));
        (await home.Run("wait", "broken")).Fails(4);
        var waited = Stopwatch.GetElapsedTime(begun);

        var process = JsonNode.Parse((await home.Run("why", "broken", "--json")).Ok().Stdout)!["processes"]![0]!;

        Assert.Equal(("broken", "crashed", 1), ((string)process["name"]!, (string)process["state"]!, (int)process["endedRuns"]!));
        var run = Assert.Single(process["lastRuns"]!.AsArray())!;
        Assert.Equal(4, (int)run["run"]!["exitCode"]!);
        Assert.Equal(("exited with code 4", "oh no", "stderr"), ((string)process["cause"]!, (string)process["said"]!["text"]!, (string)process["said"]!["stream"]!));
        Assert.Equal(["oh no"], run["stderrLines"]!.AsArray().Select(line => (string)line!));
        Assert.InRange((double)run["livedSeconds"]!, 0, waited.TotalSeconds);
    }

    [Fact]
    public async Task Of_a_process_that_runs_it_tells_who_listens_on_its_ports_and_what_went_wrong()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "web", "--port", "http", "--restart", "--", SentinelHome.Actor, "listen", "PORT"));
        await home.Start(new Call("run", "--name", "sick", "--health-exec", "exit 1", "--health-interval", "0.1", "--health-failures", "1",
            "echo fine; echo ERROR: no database; exec sleep 1000"));
        await Wait.Until(async () => (await home.Show("sick")).Health?.Status == "unhealthy", () => "it is unhealthy");

        var sick = (await home.Run("why", "sick")).Ok().Lines;
        Assert.EndsWith(": unhealthy: the check exited with code 1", sick[0]);
        Assert.StartsWith("  Unhealthy since ", sick[1]);
        Assert.Equal(["  Its last errors in this run, on stdout:", "  | ERROR: no database"], sick[2..4]);
        await Wait.Until(async () => (await home.Run("why", "web")).Ok().Stdout.Contains("(http): it listens."), () => "it listens");
        // It dies, and is started again.
        Signals.Send((await home.Show("web")).Pid!.Value, Signals.Kill);
        await Wait.Until(async () => (await home.Run("why", "web")).Ok().Stdout.Contains("  Restarted 1 time in the last hour, the last "), () => "it was restarted");
    }

    [Fact]
    public async Task What_comes_next_is_told_in_every_state()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "kept", "--restart", "--", "sleep", "1000"));
        await home.Start("plain", "sleep", "1000");
        await home.Start("stopped", "sleep", "1000");
        (await home.Run("stop", "stopped")).Ok();
        await Says("kept", "it is restarted, by the next 'sentinel list' or 'status': no daemon is running");
        await Says("plain", "it is not restarted");
        await Says("stopped", "It stays stopped until 'sentinel start stopped'");

        await home.StartDaemon();
        await Says("kept", "When it ends by itself, it is restarted.");
        await home.Start(new Call("run", "--name", "flapping", "--restart", "--", "false"));
        await Wait.Until(
            async () => (await home.Run("why", "flapping")).Ok().Lines[1].Contains("It will be restarted at"), () => "it waits to be restarted");

        async Task Says(string name, string next) => Assert.Contains(next, (await home.Run("why", name)).Ok().Lines[1]);
    }

    [Fact]
    public async Task Why_restarts_nothing_and_writes_nothing()
    {
        await using var home = new SentinelHome();
        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));
        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => !web.Process.IsAlive, "it is dead");
        var before = home.Files();

        Assert.Contains("is due to be restarted", (await home.Run("why", "web")).Ok().Stdout);

        Assert.Equal(before, home.Files());
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task What_is_no_longer_in_the_log_is_said_to_be_gone()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "broken", "echo oh no >&2; exit 4"));
        (await home.Run("wait", "broken")).Fails(4);
        File.WriteAllText(home.Stderr("broken"), "");

        var why = (await home.Run("why", "broken")).Ok();

        Assert.Contains("no longer kept", why.Stdout);
        Assert.Empty(why.Stderr);
    }

    [Fact]
    public async Task Of_what_never_ended_or_does_not_exist_why_says_so()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        Assert.Contains("It has not ended since", (await home.Run("why", "web")).Ok().Stdout);
        var both = (await home.Run("why", "wbe", "web")).Fails(1);
        Assert.Contains("did you mean 'web'?", both.Stderr);
        Assert.Contains("web (id: 1): running", both.Stdout);
    }
}
