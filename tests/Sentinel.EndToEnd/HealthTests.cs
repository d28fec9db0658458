namespace Sentinel.EndToEnd;

public class HealthTests
{
    // Nobody waits for an answer so long, who gets one.
    private static readonly string[] Often = OftenWithin("60");

    [Theory]
    [InlineData("200 OK", false, "healthy", null)]
    [InlineData("302 Found", false, "healthy", null)]
    [InlineData("500 Internal Server Error", false, "unhealthy", "it answered 500 Internal Server Error")]
    [InlineData("404 Not Found", false, "unhealthy", "it answered 404 Not Found")]
    [InlineData(TestServer.Mute, false, "unhealthy", "no answer within 0.5 s")]
    [InlineData("200 OK", true, "healthy", null)]
    [InlineData("503 Not Yet", true, "unhealthy", "it answered 503 Not Yet")]
    public async Task An_answer_tells_how_it_is(string answer, bool withTls, string status, string? why)
    {
        using var server = new TestServer(answer, withTls);
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", [.. answer == TestServer.Mute ? OftenWithin("0.5") : Often, "--any-listener", "--health-http", server.Url]);

        await Is(home, "web", status);

        Assert.Equal(why, (await home.Show("web")).Health!.Why);
        Assert.Contains(status, (await home.Run("list")).Ok().Stdout);
        Assert.Contains(status, (await home.Run("status", "web")).Ok().Stdout);
    }

    [Theory]
    [InlineData("--health-http", "http://127.0.0.1:1/", "nothing listens on 127.0.0.1:1")]
    [InlineData("--health-http", "http://nowhere.invalid/", "Name or service not known")]
    [InlineData("--health-tcp", "127.0.0.1:1", "nothing listens on 127.0.0.1:1")]
    [InlineData("--health-exec", "echo first; echo that is all >&2; exit 3", "that is all")]
    [InlineData("--health-exec", "exit 3", "the check exited with code 3")]
    [InlineData("--health-exec", "sleep 1000", "no answer within 0.5 s")]
    [InlineData("--health-exec", "nosuchprogram", "there is no program 'nosuchprogram' in PATH")]
    [InlineData("--health-notify", null, "it has not said WATCHDOG=1 for 0.2 s")]
    public async Task What_does_not_answer_is_unhealthy_and_says_why(string option, string? target, string why)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", [.. target == "sleep 1000" ? OftenWithin("0.5") : Often, option, .. target is null ? (string[])[] : [target]]);

        await Is(home, "web", "unhealthy");

        Assert.Contains(why, (await home.Show("web")).Health!.Why);
        Assert.Equal("running", (await home.Show("web")).State);
        await Wait.Until(() => home.Supervised().Count is 1 or 2, "no check is left");
    }

    [Fact]
    public async Task What_is_unhealthy_is_ended_with_all_its_tree_before_its_successor_starts_and_is_well_then()
    {
        using var server = new TestServer("200 OK");
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call([
            "run", "--name", "web", "--restart", .. Often, "--any-listener", "--health-http", server.Url, "--", "sh", "-c", "sleep 1000 & echo ready; exec sleep 1000"]));
        await Is(home, "web", "healthy");
        var first = home.Supervised();

        server.Answer = "500 No";
        await Wait.Until(() => !first.Exists(process => process.IsAlive), "all of it is ended");
        server.Answer = "200 OK";
        await home.Says("web", "ready", times: 2);
        Assert.Equal((2, 2), (first.Count, home.Supervised().Count));
        await Is(home, "web", "healthy");

        var web = await home.Show("web");
        Assert.Equal(("unhealthy: it answered 500 No", "SIGTERM"), (web.LastRun!.Why, web.LastRun.Signal!.Value.GetString()));
        Assert.Equal(1, web.Restarts);
        var happened = (await home.Happened("web")).ConvertAll(each => each["event"]!.GetValue<string>());
        Assert.Equal(["started", "healthy", "unhealthy", "exited", "restarted", "healthy"], happened);
    }

    [Fact]
    public async Task Without_a_rule_to_restart_it_what_is_unhealthy_goes_on_and_may_recover()
    {
        using var server = new TestServer("500 No");
        await using var home = await SentinelHome.Create(withDaemon: true);
        var first = await home.Sleeper("web", [.. Often, "--any-listener", "--health-http", server.Url]);
        await Is(home, "web", "unhealthy");

        server.Answer = "200 OK";
        await Is(home, "web", "healthy");

        Assert.True(first.Process.IsAlive);
    }

    [Fact]
    public async Task Checks_are_those_of_the_process_itself_with_its_port_and_through_all_that_may_befall_it()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call([
            "run", "--name", "web", "--restart", "--port", "web", .. Often,
            "--health-exec", "test \"$PORT:$SENTINEL_NAME\" = \"$(cat port):web\"", "--", "sh", "-c", "echo $PORT > port; exec sleep 1000"]));
        await Is(home, "web", "healthy");

        (await home.Run("restart", "web")).Ok();
        await Is(home, "web", "healthy");
        var pid = (await home.Show("web")).Pid!.Value;
        Live.Find(pid)!.Signal(Signals.Kill);
        await Wait.Until(async () => (await home.Show("web")) is { State: "running", Pid: var now } && now != pid, () => "it is back");
        await Is(home, "web", "healthy");
        await home.KillDaemon();
        await home.StartDaemon();
        File.WriteAllText(Path.Combine(home.Work, "port"), "0");
        await Wait.Until(async () => (await home.Show("web")).LastRun?.Why is { } why && why.StartsWith("unhealthy", StringComparison.Ordinal), () => "it is asked");
        (await home.Run("stopall")).Ok();
        (await home.Run("startall")).Ok();
        await Is(home, "web", "healthy");
    }

    [Fact]
    public async Task A_strangers_answer_is_not_its_health_unless_that_is_allowed()
    {
        using var server = new TestServer("200 OK");
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", [.. Often, "--health-http", server.Url]);

        await Is(home, "web", "unhealthy");

        Assert.Contains($"(pid {Environment.ProcessId}), which is not part of web", (await home.Show("web")).Health!.Why);
        (await home.Run("set", "web", "--any-listener")).Ok();
        await Is(home, "web", "healthy");
        Assert.Contains("accepted from any process", (await home.Run("status", "web")).Ok().Stdout);
        (await home.Run("set", "web", "--unset", "any-listener")).Ok();
        await Is(home, "web", "unhealthy");
    }

    [Fact]
    public async Task Without_a_daemon_it_is_said_that_nobody_asks()
    {
        await using var home = new SentinelHome();
        var run = (await home.Run("run", "--name", "web", "--health-tcp", "1", "--", "sleep", "1000")).Ok();
        Assert.Contains("Health is checked by the daemon, which is not running", run.Stderr);
        Assert.Null((await home.Show("web")).Health!.Status);
    }

    [Theory]
    [InlineData("is not a URL", "--health-http", "localhost")]
    [InlineData("is not an address", "--health-tcp", "localhost")]
    [InlineData("the command is empty", "--health-exec", "")]
    [InlineData("--health-interval needs", "--health-interval", "3")]
    [InlineData("0.1 seconds or more", "--health-interval", "0", "--health-notify")]
    [InlineData("takes a number from 1 to 1000", "--health-failures", "0", "--health-notify")]
    [InlineData("exclude each other", "--health-notify", "--health-tcp", "1")]
    [InlineData("is not a regular expression", "--ready-log", "[")]
    [InlineData("exclude each other", "--ready-notify", "--ready-log", "x")]
    [InlineData("takes seconds", "--startup-timeout", "soon")]
    public async Task What_is_not_understood_starts_nothing(string said, params string[] options)
    {
        await using var home = new SentinelHome();
        Assert.Contains(said, (await home.Run(["run", .. options, "--", "sleep", "1000"])).Fails(2).Stderr);
        Assert.False(Directory.Exists(home.Folder));
    }

    private static string[] OftenWithin(string timeout) => ["--health-interval", "0.2", "--health-timeout", timeout, "--health-failures", "2"];

    private static Task Is(SentinelHome home, string name, string status) =>
        Wait.Until(async () => (await home.Show(name)) is { State: "running", Health.Status: var now } && now == status, () => $"{name} is {status}");
}
