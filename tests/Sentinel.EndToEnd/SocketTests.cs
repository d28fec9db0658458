using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sentinel.EndToEnd;

/// <summary>Sockets that Sentinel holds for processes, and restarts that refuse no connection.</summary>
public class SocketTests
{
    // Its number on x86-64, and EPERM.
    private const string PidFdGetFd = "438:1";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_becomes_of_the_process_no_connection_is_refused(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var port = await PortTests.FreePort(home);
        var first = await Serve(home, port);
        await home.Says("web", "1 http True");
        await using var clients = new Clients(port);
        await clients.AnsweredBy(first.Pid);

        var told = (await home.Run("restart", "web", "--no-gap")).Ok();
        var second = (await home.Show("web")).Pid!.Value;
        Assert.Equal($"Restarted web (id: 1, pid: {second})\n", told.Stdout);
        await clients.AnsweredBy(second);
        Assert.False(first.Process.IsAlive);

        (await home.Run("restart", "web", "--wait")).Ok();
        var third = (await home.Show("web")).Pid!.Value;
        await clients.AnsweredBy(third);
        if (withDaemon)
        {
            (await home.Run("daemon", "restart")).Ok();
            await home.KillDaemon();
            (await home.Run("daemon", "start")).Ok();
        }

        (await home.Run("restart", "web", "--no-gap")).Ok();
        var fourth = (await home.Show("web")).Pid!.Value;
        await clients.AnsweredBy(fourth);

        Assert.Equal(4, new[] { first.Pid, second, third, fourth }.Distinct().Count());
        Assert.Empty(clients.Failures);
    }

    [Fact]
    public async Task A_crash_refuses_nobody_until_it_is_restarted()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        var first = await Serve(home, port, "--restart", "--restart-delay", "0.5");

        first.Process.Signal(Signals.Kill);
        // In the half second in which nothing runs.
        var answer = Clients.Ask(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture)));

        Assert.Equal((await home.SuccessorOf(first.Process)).Pid, await answer);
    }

    [Theory]
    [InlineData("ends", "it ended before it was ready (exited with code 3)", true)]
    [InlineData("ends", "it ended before it was ready (exited with code 3)", false)]
    [InlineData("hangs", "it was not ready after 1 s", true)]
    [InlineData("hangs", "it was not ready after 1 s", false)]
    public async Task A_version_that_does_not_become_ready_leaves_the_one_before_as_it_is(string how, string why, bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var port = await PortTests.FreePort(home);
        var first = await Serve(home, port, how == "hangs" ? ["--startup-timeout", "1"] : []);
        await using var clients = new Clients(port);
        File.WriteAllText(Path.Combine(home.Work, "broken"), how);

        var told = (await home.Run("restart", "web", "--no-gap")).Fails(1);

        Assert.Contains(why, told.Stderr);
        Assert.Contains("; the run before goes on", told.Stderr);
        var web = await home.Show("web");
        Assert.Equal((first.Pid, "running"), (web.Pid, web.State));
        Assert.Contains("1 http True", (await home.Run("why", "web")).Ok().Stdout + told.Stderr);
        File.Delete(Path.Combine(home.Work, "broken"));
        (await home.Run("restart", "web", "--no-gap")).Ok();
        await clients.AnsweredBy((await home.Show("web")).Pid!.Value);
        Assert.Empty(clients.Failures);
    }

    [Fact]
    public async Task What_cannot_be_started_at_all_leaves_the_one_before_as_it_is()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        var program = Path.Combine(home.Work, "app");
        File.WriteAllText(program, $"#!/bin/sh\nexec '{SentinelHome.Actor}' serve-socket\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var first = Started.Parse((await home.Run("run", "--name", "web", "--socket", $"127.0.0.1:{port}", "--ready-log", "^ready$", "--wait", "--", "./app")).Ok().Stdout);
        File.Delete(program);

        Assert.Contains("there is no program", (await home.Run("restart", "web", "--no-gap")).Fails(1).Stderr);

        Assert.Equal(first.Pid, await Clients.Ask(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture))));
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Instances_share_a_socket_and_are_replaced_one_after_another()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        (await home.Run("run", "--name", "web", "--instances", "2", "--socket", $"http=127.0.0.1:{port}", "--ready-log", "^ready$", "--wait", "--", SentinelHome.Actor, "serve-socket")).Ok();
        int[] before = [(await home.Show("web-1")).Pid!.Value, (await home.Show("web-2")).Pid!.Value];
        await using var clients = new Clients(port, number: 4);
        await clients.AnsweredBy(before[0]);
        await clients.AnsweredBy(before[1]);

        (await home.Run("restart", "web", "--no-gap")).Ok();

        int[] after = [(await home.Show("web-1")).Pid!.Value, (await home.Show("web-2")).Pid!.Value];
        await clients.AnsweredBy(after[0]);
        await clients.AnsweredBy(after[1]);
        Assert.Empty(before.Intersect(after));
        Assert.Empty(clients.Failures);
    }

    [Fact]
    public async Task A_stop_during_a_replacement_ends_both_runs_and_closes_the_socket()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        var first = await Serve(home, port);
        File.WriteAllText(Path.Combine(home.Work, "broken"), "hangs");
        var restart = home.Begin("restart", "web", "--no-gap");
        await home.Says("web", "1 http True", times: 2);
        var status = (await home.Run("status", "web")).Ok().Stdout;
        Assert.Contains($"PID:       {first.Pid}\n", status);
        Assert.Contains("is starting, which is to take its place", status.ReplaceLineEndings(" ").Replace("             ", ""));

        (await home.Run("stop", "web")).Ok();

        Assert.Equal(1, (await restart.Finish()).ExitCode);
        Assert.False(first.Process.IsAlive);
        await Refused(port);
        Assert.Equal("stopped", (await home.Show("web")).State);
        await Wait.Until(() => !File.Exists(home.HeldSockets), "the keeper of sockets ends");
    }

    [Fact]
    public async Task A_keeper_that_was_killed_gets_the_socket_back_from_the_process()
    {
        Needs.Root();
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        await Serve(home, port);
        await using var clients = new Clients(port);
        var keeper = Live.All().Single(process => process.Arguments is [_, "socket-keeper", var path] && path == home.HeldSockets);

        keeper.Signal(Signals.Kill);
        (await home.Run("restart", "web", "--no-gap")).Ok();

        await clients.AnsweredBy((await home.Show("web")).Pid!.Value);
        Assert.Empty(clients.Failures);
    }

    [Fact]
    public async Task Where_the_system_gives_no_socket_back_that_is_told_and_the_process_goes_on()
    {
        Needs.SystemCallNumbers();
        await using var home = await SentinelHome.Create(withDaemon: false);
        var port = await PortTests.FreePort(home);
        var first = await Serve(home, port);
        Live.All().Single(process => process.Arguments is [_, "socket-keeper", var path] && path == home.HeldSockets).Signal(Signals.Kill);
        string[] withoutIt = [SentinelHome.Actor, "forbid", PidFdGetFd];

        var refused = (await home.Run(new Call("restart", "web", "--no-gap") { Through = withoutIt })).Fails(1);

        Assert.Contains($"only pid {first.Pid} has 127.0.0.1:{port} open", refused.Stderr);
        Assert.Equal(first.Pid, await Clients.Ask(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture))));
        (await home.Run(new Call("restart", "web", "--wait") { Through = withoutIt })).Ok();
        Assert.False(first.Process.IsAlive);
        Assert.Equal((await home.Show("web")).Pid, await Clients.Ask(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_socket_is_had_also_when_the_last_one_has_just_been_closed(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var port = await PortTests.FreePort(home);
        for (var i = 0; i < 20; i++)
        {
            (await home.Run("run", "--name", "web", "--socket", $"127.0.0.1:{port}", "--", "sleep", "1000")).Ok();
            (await home.Run("delete", "web", "--force")).Ok();
        }
    }

    [Fact]
    public async Task A_socket_in_the_file_system_has_the_mode_that_the_process_would_give_it_and_goes_with_it()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var path = Path.Combine(home.Work, "api.sock");
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            stale.Bind(new UnixDomainSocketEndPoint(path));
        // .NET removes it with the socket.
        File.WriteAllText(path, "mine");
        Assert.Contains("is no socket", (await Begin(home, "unix:api.sock")).Fails(1).Stderr);
        Assert.Equal("mine", File.ReadAllText(path));
        File.Delete(path);

        (await Begin(home, "unix:api.sock", "--umask", "0007")).Ok();

        Assert.Equal((UnixFileMode)0b111_111_000, File.GetUnixFileMode(path));
        Assert.Equal((await home.Show("web")).Pid, await Clients.Ask(new UnixDomainSocketEndPoint(path)));
        (await home.Run("delete", "web")).Ok();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task An_address_that_another_has_is_refused_and_nothing_is_registered()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var other = new TestServer("200 OK");

        Assert.Contains($"another program listens on 127.0.0.1:{other.Port}", (await Begin(home, $"127.0.0.1:{other.Port}")).Fails(1).Stderr);
        Assert.Empty((await home.List()).Processes);

        var port = await PortTests.FreePort(home);
        await Serve(home, port);
        Assert.Contains($"127.0.0.1:{port} is the socket of web", (await home.Run("run", "--name", "two", "--socket", $"127.0.0.1:{port}", "--", "sleep", "1000")).Fails(1).Stderr);
        Assert.Single((await home.List()).Processes);
    }

    [Theory]
    [InlineData("has no socket that could be handed on", "restart", "plain", "--no-gap")]
    [InlineData("exclude each other", "restart", "plain", "--no-gap", "--rolling")]
    [InlineData("a socket that Sentinel holds", "run", "--socket", "127.0.0.1:18080", "--ready-http", "http://127.0.0.1:18080/", "--", "sleep", "1000")]
    [InlineData("does not say who may connect", "run", "--socket", "18080", "--", "sleep", "1000")]
    [InlineData("given twice", "run", "--socket", "127.0.0.1:18080", "--socket", "127.0.0.2:18080", "--", "sleep", "1000")]
    [InlineData("needs a socket", "run", "--watch", "--watch-then", "no-gap", "--", "sleep", "1000")]
    public async Task What_cannot_be_is_refused_with_what_to_do(string why, params string[] line)
    {
        await using var home = new SentinelHome();
        await home.Sleeper("plain");

        var refused = await home.Run(line);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(why, refused.Stderr.ReplaceLineEndings(" ").Replace("  ", " ").Replace("'--no-gap'", "--no-gap"));
        Assert.Single((await home.List()).Processes);
    }

    [Fact]
    public async Task A_changed_file_replaces_it_without_a_gap()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        var code = Path.Combine(home.Work, "app.py");
        File.WriteAllText(code, "old");
        var first = await Serve(home, port, "--watch=app.py", "--watch-then", "no-gap");
        await using var clients = new Clients(port);
        await clients.AnsweredBy(first.Pid);

        File.WriteAllText(code, "new");
        await Wait.Until(async () => (await home.Show("web")).Pid != first.Pid, () => "another run takes its place");

        await clients.AnsweredBy((await home.Show("web")).Pid!.Value);
        Assert.Contains("app.py", (await home.Run("events")).Ok().Stdout);
        Assert.Empty(clients.Failures);
    }

    private static async Task<Started> Serve(SentinelHome home, string port, params string[] options) =>
        Started.Parse((await Begin(home, $"http=127.0.0.1:{port}", options)).Ok().Stdout);

    private static Task<Outcome> Begin(SentinelHome home, string socket, params string[] options) =>
        home.Run(["run", "--name", "web", "--socket", socket, "--ready-log", "^ready$", "--wait", .. options, "--", SentinelHome.Actor, "serve-socket"]);

    internal static async Task Refused(string port) =>
        await Assert.ThrowsAsync<SocketException>(() => Clients.Ask(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture))));
}
