using System.Net;
using System.Net.Sockets;

namespace Sentinel.EndToEnd;

/// <summary>What people and scripts do every day: signals, running again what is there, ports by number, sessions, waiting.</summary>
public class EverydayTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signal_is_sent_by_name_and_stops_nothing(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.StartActor("web", "report", "SIGHUP", "SIGWINCH");

        Assert.Equal($"Sent SIGHUP to web (id: 1, pid: {web.Pid})\n", (await home.Run("signal", "web", "HUP")).Ok().Stdout);
        (await home.Run("kill", "-WINCH", "web")).Ok();
        await home.Says("web", "SIGHUP");
        await home.Says("web", "SIGWINCH");
        Assert.True(web.Process.IsAlive);

        Assert.Contains("there is no signal 'web'; write the signal last", (await home.Run("signal", "HUP", "web")).Fails(2).Stderr);
        (await home.Run("stop", "web")).Ok();
        Assert.Contains("web: it is stopped: no signal was sent", (await home.Run("signal", "web", "HUP")).Fails(1).Stderr);
    }

    [Fact]
    public async Task Why_tells_a_signal_that_the_user_sent_from_one_of_somebody_else()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");

        (await home.Run("signal", "web", "KILL")).Ok();
        (await home.Run("wait", "web")).Fails(137);

        Assert.Contains("'sentinel signal' sent SIGKILL", (await home.Run("why", "web")).Ok().Lines[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_command_stops_it_and_one_that_fails_or_hangs_is_told(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var good = await home.Sleeper("good", "--stop-command", "echo stopping; kill -INT $MAINPID", "--stop-timeout", "60");
        Assert.Equal("Stopped good (id: 1)\n", (await home.Run("stop", "good")).Ok().Stdout);
        Assert.False(good.Process.IsAlive);
        Assert.Equal("stopping\n", await File.ReadAllTextAsync(home.Stdout("good"), TestContext.Current.CancellationToken));
        if (withDaemon)
            Assert.Contains("SIGINT", (await home.Run("why", "good")).Ok().Stdout);

        await home.Sleeper("bad", "--stop-command", "exit 3");
        Assert.Contains("bad: its --stop-command exited with code 3; it is sent SIGTERM", (await home.Run("stop", "bad")).Ok().Stderr);
        await home.Sleeper("hung", "--stop-command", "sleep 1000", "--stop-timeout", "0.2");
        Assert.Contains("hung: its --stop-command has not ended within 0.2 s", (await home.Run("stop", "hung")).Ok().Stderr);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Exit_codes_decide_what_is_a_success_and_what_is_not_restarted()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "config", "--restart", "--no-restart-codes", "78", "--", SentinelHome.Actor, "exit", "78")).Ok();
        (await home.Run("run", "--name", "java", "--restart=on-failure", "--success-codes", "0,143", "--", SentinelHome.Actor, "exit", "143")).Ok();
        (await home.Run("wait", "config")).Fails(78);
        (await home.Run("wait", "java")).Fails(143);

        Assert.Equal(("crashed", 0), ((await home.Show("config")).State, (await home.Show("config")).Restarts));
        Assert.Equal("exited", (await home.Show("java")).State);
        Assert.Contains("takes exit codes from 0 to 255", (await home.Run("run", "true", "--success-codes", "256")).Fails(2).Stderr);
        Assert.Contains("--no-restart-codes needs --restart", (await home.Run("run", "true", "--no-restart-codes", "1")).Fails(2).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_by_number_is_that_one_or_names_who_has_it(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Contains($"its port {taken} (port) is used by {PortTests.Me}", (await home.Run("run", "sleep 1000", "--port", $"{taken}")).Fails(1).Stderr);
        Assert.Empty((await home.List()).Processes);
        await home.Sleeper("next", "--port", $"http:{taken}+");
        var next = (await home.Show("next")).Ports.Single();
        Assert.True(next.Port > taken);
        Assert.Contains($"port {next.Port} is leased by next (http)", (await home.Run("run", "sleep 1000", "--port", $"{next.Port}")).Fails(1).Stderr);

        (await home.Run("run", "--name", "client", "--env", "URL=http://127.0.0.1:${port:next}/", "--", "sh", "-c", "echo $URL; exec sleep 1000")).Ok();
        await home.Says("client", $"http://127.0.0.1:{next.Port}/");
        Assert.Contains("there is no process named 'nobody'", (await home.Run("run", "--env", "URL=${port:nobody}", "--", "sleep", "1000")).Fails(1).Stderr);
        foreach (var wrong in new[] { "0", "99999" })
            Assert.Contains("--port takes a number from 1 to 65535", (await home.Run("run", "sleep 1000", "--port", wrong)).Fails(2).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_there_is_ensured_or_replaced(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        string[] ensure = ["run", "--ensure", "--name", "web", "--port", "http", "--", "sleep", "1000"];
        var first = Started.Parse((await home.Run(ensure)).Ok().Stdout);
        var again = (await home.Run(ensure)).Ok();
        Assert.StartsWith($"web is already running (id: 1, pid: {first.Pid}, http://127.0.0.1:", again.Stdout);

        var different = (await home.Run("run", "--ensure", "--name", "web", "--env", "KEY=secret", "--", "sleep", "2000")).Fails(1);
        Assert.Contains("web: it is not as asked for: command: sleep 1000 -> sleep 2000; env: KEY; port: http -> not set; 'run --replace' changes it", different.Stderr);
        Assert.True(first.Process.IsAlive);

        var replaced = (await home.Run("run", "--replace", "--name", "web", "--", "sleep", "2000")).Ok();
        Assert.StartsWith("Changed web (id: 1): command, port", replaced.Stdout);
        Assert.Contains("Restarted web (id: 1, pid: ", replaced.Stdout);
        Assert.False(first.Process.IsAlive);
        Assert.Contains("--ensure and --replace need a --name", (await home.Run("run", "--ensure", "sleep 1")).Fails(2).Stderr);

        (await home.Run("delete", "web", "nobody", "--if-exists")).Ok();
        Assert.Equal("", (await home.Run("delete", "web", "--if-exists")).Ok().Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_and_restart_wait_and_show_the_last_words_of_what_fails(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "web", "--group", "g", "--", "sh", "-c", "test -z \"$BROKEN\" || { echo no database >&2; exit 3; }; exec sleep 1000")).Ok();

        (await home.Run("restart", "web", "--wait")).Ok();
        var failed = (await home.Run("restart", "web", "--env", "BROKEN=1", "--wait")).Fails(1);
        Assert.Contains("web: its start failed: exited with code 3", failed.Stderr);
        Assert.Contains("stderr | no database", failed.Stderr);
        foreach (var verb in new string[][] { ["start", "web"], ["startall"], ["group", "start", "g"] })
            Assert.Contains("stderr | no database", (await home.Run([.. verb, "--wait"])).Fails(1).Stderr);
        (await home.Run("restart", "web", "--env", "BROKEN=", "--wait")).Ok();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_takes_long_says_so_at_a_terminal_and_that_it_had_to_be_killed(bool withDaemon)
    {
        Terminal.Need();
        await using var home = await SentinelHome.Create(withDaemon);
        await home.StartActor("web", "ignore-term");

        var stop = home.Begin(Terminal.Call(80, "stop", "web", "--timeout", "3"));
        await stop.Prints("web has not ended by SIGTERM; SIGKILL in ");
        Assert.Contains("Stopped web (id: 1); it had to be killed (SIGKILL)", (await stop.Finish()).Ok().Stdout);
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("group ls")]
    [InlineData("port ls")]
    public async Task Every_list_has_its_short_form(string command)
    {
        await using var home = new SentinelHome();
        (await home.Run(command.Split(' '))).Ok();
    }

    [Fact]
    public async Task An_interrupted_wait_says_that_the_process_goes_on()
    {
        Terminal.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        var run = home.Begin(Terminal.Call(80, "run", "--name", "slow", "--ready-log", "never", "--wait", "--startup-timeout", "600", "--", "sleep", "1000"));
        await run.Prints("slow is not ready yet");
        run.Type("\x03");
        Assert.Contains("slow goes on starting; 'sentinel stop slow' ends it", (await run.Finish()).Fails(130).Stdout);
        Assert.Equal("starting", (await home.Show("slow")).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_a_session_says_what_is_left_and_forgets_it_when_asked(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--session", "a", "--port", "http");
        await home.Sleeper("other");

        var ended = (await home.Run("gc", "--session", "a")).Ok().Stdout;
        Assert.Contains("1 process is still registered, with 1 port; --delete forgets it, and --logs the logs as well", ended);
        var deleted = (await home.Run("gc", "--session", "a", "--delete", "--logs")).Ok().Stdout;
        Assert.Contains("Deleted web (id: 1)", deleted);
        Assert.Equal(["other"], (await home.List()).Processes.Select(process => process.Name));
        Assert.Empty(await home.Ports());
        Assert.False(File.Exists(home.Stdout("web")));
        Assert.Contains("--logs needs --delete", (await home.Run("gc", "--logs")).Fails(2).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sessions_leave_each_other_alone(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        Call As(string session, params string[] arguments) => new(arguments) { Environment = new Dictionary<string, string?> { ["SENTINEL_SESSION"] = session } };
        await home.Start(As("a", "run", "--name", "web", "--", "sleep", "1000"));
        await home.Start(As("b", "run", "--name", "api", "--", "sleep", "1000"));

        Assert.Contains("session a", (await home.Run("status", "web")).Ok().Stdout);
        Assert.Contains("which runs in " + home.Work + ", in the session a; choose another name", (await home.Run(As("b", "run", "--name", "web", "--", "sleep", "1000"))).Fails(1).Stderr);
        foreach (var verb in new string[][] { ["stop", "web"], ["restart", "web"], ["delete", "web"], ["signal", "web", "HUP"] })
            Assert.Contains("web: it belongs to the session a, not to b", (await home.Run(As("b", verb))).Fails(1).Stderr);
        (await home.Run(As("b", "stopall"))).Ok();

        Assert.Equal(("running", "stopped"), ((await home.Show("web")).State, (await home.Show("api")).State));
        Assert.DoesNotContain("web", (await home.Run(As("b", "list"))).Ok().Stdout);
        Assert.Contains("web", (await home.Run(As("b", "list", "--session", ""))).Ok().Stdout);
        (await home.Run(As("b", "logs", "web"))).Ok();
        (await home.Run(As("b", "stop", "web", "--session", "a"))).Ok();
        Assert.Contains("web: it belongs to the session a, not to c", (await home.Run("wait", "web", "--session", "c")).Fails(1).Stderr);
        Assert.Equal(2, (await home.Run(As("b", "startall", "--session", ""))).Ok().Lines.Count(line => line.StartsWith("Started web", StringComparison.Ordinal) || line.StartsWith("Started api", StringComparison.Ordinal)));
    }
}
