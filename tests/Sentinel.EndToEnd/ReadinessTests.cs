using System.Diagnostics;

namespace Sentinel.EndToEnd;

public class ReadinessTests
{
    // Says READY=1 to whom it is to, with what every machine has.
    private const string SayReady = "systemd-notify --ready --status='all set'";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_writes_its_line_is_ready_and_whoever_waits_goes_on(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        using var run = home.Begin("run", "--name", "web", "--wait", "--ready-log", "listening on \\d+", "--", "sh", "-c",
            "echo listening soon; while ! test -e go; do sleep 0.02; done; printf 'listening on 80' >&2; sleep 1000");
        await home.Says("web", "listening soon");
        await Wait.Until(async () => (await home.Show("web")).State == "starting", () => "it is starting");

        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        (await run.End()).Ok();

        Assert.Equal("running", (await home.Show("web")).State);
        Assert.Equal(["started", "ready"], (await home.Happened("web")).ConvertAll(each => each["event"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_waits_goes_on_when_the_daemon_is_killed_and_when_another_takes_its_place(bool hasSuccessor)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var run = home.Begin("run", "--name", "web", "--wait", "--ready-log", "listening on \\d+", "--", "sh", "-c",
            "echo listening soon; while ! test -e go; do sleep 0.02; done; echo listening on 80; sleep 1000");
        await home.Says("web", "listening soon");
        await Wait.Until(async () => (await home.Show("web")).State == "starting", () => "it is starting");

        if (hasSuccessor)
            (await home.Run("daemon", "restart")).Ok();
        else
            await home.KillDaemon();
        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        (await run.End()).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Theory]
    [InlineData(false, "--ready-http", "http://127.0.0.1:{0}/")]
    [InlineData(true, "--ready-http", "http://127.0.0.1:{0}/")]
    [InlineData(false, "--ready-tcp", "127.0.0.1:{0}")]
    [InlineData(true, "--ready-tcp", "{0}")]
    public async Task What_answers_is_ready(bool withDaemon, string option, string target)
    {
        using var server = new TestServer("200 OK");
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "web", "--wait", "--any-listener", option, string.Format(System.Globalization.CultureInfo.InvariantCulture, target, server.Port), "--", "sleep", "1000")).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_ready_when_a_command_in_its_folder_succeeds_and_not_before(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var begun = home.Begin("run", "--name", "web", "--wait", "--ready-exec", "touch asked; test -e go", "--", "sleep", "1000");
        await Wait.Until(() => File.Exists(Path.Combine(home.Work, "asked")), "it is asked");
        Assert.Equal("starting", (await home.Show("web")).State);

        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        (await begun.Finish()).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Theory]
    [InlineData(false, "--ready-http", "http://127.0.0.1:{0}/")]
    [InlineData(true, "--ready-http", "http://localhost:{0}/")]
    [InlineData(false, "--ready-tcp", "{0}")]
    [InlineData(true, "--ready-tcp", "0.0.0.0:{0}")]
    [InlineData(true, "--ready-http", "https://127.0.0.1:{0}/")]
    public async Task What_a_stranger_answers_in_its_place_is_not_ready_and_says_who_that_is(bool withDaemon, string option, string target)
    {
        using var server = new TestServer("200 OK", withTls: target.StartsWith("https", StringComparison.Ordinal));
        await using var home = await SentinelHome.Create(withDaemon);
        var begun = home.Begin("run", "--name", "web", "--wait", "--startup-timeout", "60", option,
            string.Format(System.Globalization.CultureInfo.InvariantCulture, target, server.Port), "--", "sh", "-c", "while ! test -e go; do sleep 0.02; done; exit 1");
        var why = $":{server.Port} is answered by {File.ReadAllText("/proc/self/comm").Trim()} (pid {Environment.ProcessId}), which is not part of web";
        await Wait.Until(async () => (await home.Run("status", "web")).Stdout.ReplaceLineEndings(" ").Contains(why, StringComparison.Ordinal), () => "it is told");
        Assert.Equal("starting", (await home.Show("web")).State);
        Assert.Contains(why, (await home.Run("why", "web")).Ok().Stdout);

        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        Assert.Contains(why, (await begun.End()).Fails(1).Stderr);
        Assert.DoesNotContain((await home.Happened("web")).ConvertAll(each => each["event"]!.GetValue<string>()), happened => happened == "ready");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_it_started_itself_answers_for_it(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "web", "--port", "http", "--wait", "--ready-tcp", "$PORT", "--", SentinelHome.Actor, "parent-of", SentinelHome.Actor, "listen", "PORT")).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Whoever_waits_asks_where_no_daemon_does_and_list_status_and_why_say_that_nobody_else_does()
    {
        await using var home = new SentinelHome();
        var run = (await home.Run("run", "--name", "web", "--port", "http", "--ready-tcp", "$PORT", "--", SentinelHome.Actor, "listen-after", "go", "PORT")).Ok();
        Assert.Contains("Readiness is checked by the daemon, which is not running", run.Stderr);
        Assert.Contains("starting (no daemon)", (await home.Run("list")).Ok().Stdout);
        foreach (var command in (string[])["status", "why"])
            Assert.Contains("'sentinel wait web --for running'", (await home.Run(command, "web")).Ok().Stdout);
        using var wait = home.Begin("wait", "web", "--for", "running");

        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        Assert.Equal("web is running\n", (await wait.End()).Ok().Stdout);
        Assert.Equal("running", (await home.Show("web")).State);
        Assert.Contains("Readiness is checked by the daemon", (await home.Run("restart", "web")).Ok().Stderr);
        (await home.Run("wait", "web", "--for", "running")).Ok();
        (await home.Run("stop", "web")).Ok();
        Assert.Contains("Readiness is checked by the daemon", (await home.Run("start", "web")).Ok().Stderr);
    }

    [Fact]
    public async Task Whoever_waits_ends_what_is_not_ready_in_time()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "--startup-timeout", "0.3", "--ready-tcp", "127.0.0.1:1", "--", "sleep", "1000")).Ok();

        var waited = (await home.Run("wait", "web", "--for", "running")).Fails(1);

        Assert.Contains("web is crashed: it was not ready after 0.3 s: nothing listens on 127.0.0.1:1; killed by SIGTERM; it is not restarted", waited.Stderr);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_shown_is_what_is_ready_and_found_and_what_never_came_is_named(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "web", "--wait", "--ready-log", @"^ready in \d+ ms$", "--", "sh", "-c",
            @"printf '10%%\r\033[2mready in \033[1m153\033[22m ms\n'; sleep 1000")).Ok();
        Assert.Contains("ready in 153 ms\n", (await home.Run("logs", "web", "--grep", @"^ready in \d+ ms")).Ok().Stdout);
        Assert.DoesNotContain("10%", (await home.Run("logs", "web")).Ok().Stdout);
        Assert.Contains("10%\r\e[2mready", (await home.Run("logs", "web", "--raw")).Ok().Stdout);

        var failed = (await home.Run("run", "--name", "late", "--wait", "--startup-timeout", "0.5", "--ready-log", "never", "--", "sh", "-c",
            @"printf '\033[31mred\033[0m\n'; sleep 1000")).Fails(1);

        Assert.Contains("it was not ready after 0.5 s: nothing written matches 'never'", failed.Stderr);
        Assert.Contains("stdout | red\n", failed.Stderr);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_says_so_is_ready_at_every_start(bool withDaemon)
    {
        Needs.Program("systemd-notify");
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "web", "--wait", "--ready-notify", "--", "sh", "-c", $"sleep 0.2; {SayReady}; sleep 1000")).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
        if (!withDaemon)
            return;
        Assert.Contains("all set", (await home.Run("status", "web")).Ok().Stdout);
        (await home.Run("restart", "web")).Ok();
        (await home.Run("wait", "web", "--for", "running", "--timeout", "120")).Ok();
    }

    [Fact]
    public async Task Another_user_may_say_so()
    {
        Needs.Root();
        Needs.Program("systemd-notify");
        await using var home = new SentinelHome();
        File.SetUnixFileMode(home.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(home.Work, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        (await home.Run("run", "--name", "web", "--user", "65534:65534", "--wait", "--ready-notify", "--startup-timeout", "120", "--", "sh", "-c", $"{SayReady}; sleep 1000")).Ok();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_that_fails_is_told_with_the_reason_and_the_last_that_it_wrote(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var failed = (await home.Run("run", "--name", "web", "--wait", "--ready-tcp", "127.0.0.1:1", "--", "sh", "-c", "echo begins; echo no database >&2; exit 3")).Fails(1);
        Assert.Contains("web: its start failed: it ended before it was ready (exited with code 3)", failed.Stderr);
        Assert.Contains("stdout | begins", failed.Stderr);
        Assert.Contains("stderr | no database", failed.Stderr);
        Assert.Equal("crashed", (await home.Show("web")).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_not_ready_in_time_is_ended_with_all_its_tree(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var failed = (await home.Run("run", "--name", "web", "--wait", "--startup-timeout", "3", "--ready-tcp", "127.0.0.1:1", "--", "sh", "-c", "sleep 1000 & sleep 1000")).Fails(1);
        Assert.Contains("web: its start failed: it was not ready after 3 s: nothing listens on 127.0.0.1:1", failed.Stderr);
        Assert.Empty(home.Supervised());
        Assert.Equal("crashed", (await home.Show("web")).State);
    }

    [Fact]
    public async Task What_is_not_ready_in_time_is_restarted_where_that_was_asked_for_and_given_up_where_it_goes_on()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--restart", "--max-restarts", "1", "--startup-timeout", "0.2", "--ready-tcp", "127.0.0.1:1", "--", "sleep", "1000")).Ok();
        await Wait.Until(async () => (await home.Show("web")).State == "failed", () => "it is given up");
        Assert.Empty(home.Supervised());
        Assert.Equal(1, (await home.Show("web")).Restarts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_anything_to_ask_who_lives_long_enough_is_ready(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var begun = Stopwatch.GetTimestamp();
        (await home.Run("run", "--name", "good", "--wait", "--startup-timeout", "0.5", "--", "sleep", "1000")).Ok();
        Assert.True(Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(0.5), "it did not wait");
        Assert.Equal("running", (await home.Show("good")).State);
        (await home.Run("run", "--name", "bad", "--wait", "--startup-timeout", "600", "--", "true")).Fails(1);
        Assert.Equal("crashed", (await home.Show("bad")).State);
    }

    [Fact]
    public async Task Who_was_ready_before_the_daemon_died_is_so_after_and_who_was_not_is_still_asked()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "early", "--wait", "--ready-log", "up", "--", "sh", "-c", "echo up; sleep 1000")).Ok();
        (await home.Run("run", "--name", "late", "--ready-log", "up", "--", "sh", "-c", "while ! test -e go; do sleep 0.02; done; echo up; sleep 1000")).Ok();

        await home.KillDaemon();
        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        await home.Says("late", "up");
        Assert.Equal("starting", (await home.Show("late")).State);
        await home.StartDaemon();

        (await home.Run("wait", "late", "--for", "running", "--timeout", "120")).Ok();
        Assert.Equal("running", (await home.Show("early")).State);
        Assert.Equal([0, 0], (await home.List()).Processes.Select(process => process.Restarts));
    }

    [Fact]
    public async Task A_line_of_the_run_before_does_not_count()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--wait", "--ready-log", "up", "--", "sh", "-c", "test -e once || { touch once; echo up; }; sleep 1000")).Ok();
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("starting", (await home.Show("web")).State);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal("starting", (await home.Show("web")).State);
    }
}
