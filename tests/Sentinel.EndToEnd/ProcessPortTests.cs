using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Ports that a process has for as long as it is registered.</summary>
public class ProcessPortTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_it_listens_is_said_when_it_starts_and_can_be_asked(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);

        var started = (await home.Run("run", "--name", "web", "--port", "http", "--port", "admin=ADMIN_PORT", "--", "sleep", "1000")).Ok().Stdout;

        var ports = (await home.Ports()).ToDictionary(lease => lease.Name, lease => lease.Port);
        Assert.EndsWith($", http://127.0.0.1:{ports["http"]}, admin: {ports["admin"]})\n", started);
        Assert.EndsWith($", http://127.0.0.1:{ports["http"]}, admin: {ports["admin"]})\n", (await home.Run("restart", "web")).Ok().Stdout);
        Assert.Equal($"{ports["http"]}\n", (await home.Run("port", "get", "web", "http")).Ok().Stdout);
        Assert.Equal($"{ports["admin"]}\n", (await home.Run("port", "get", "1", "admin")).Ok().Stdout);
        Assert.Contains("it has several ports; name one of them: http, admin", (await home.Run("port", "get", "web")).Fails(1).Stderr);
        Assert.Contains("it has no port named 'db'", (await home.Run("port", "get", "web", "db")).Fails(1).Stderr);
        Assert.Contains("there is no process named 'nobody'", (await home.Run("port", "get", "nobody")).Fails(1).Stderr);

        var plain = JsonNode.Parse((await home.Run("run", "--name", "plain", "--json", "--port", "http", "--", "sleep", "1000")).Ok().Stdout)!["results"]![0]!;
        var port = Assert.Single(plain["ports"]!.AsArray())!;
        Assert.Equal($"http://127.0.0.1:{(int)port["port"]!}", (string)port["url"]!);
        Assert.Equal($"{(int)port["port"]!}\n", (await home.Run("port", "get", "plain")).Ok().Stdout);
        await home.Sleeper("none");
        Assert.Contains("it has no port", (await home.Run("port", "get", "none")).Fails(1).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_has_the_same_ports_at_every_start_until_it_is_deleted(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.Sleeper("web", "--restart", "--port", "http", "--port", "admin=ADMIN_PORT");
        var leased = await home.Ports();
        var first = Told(web.Process);

        Assert.Equal(leased.Select(lease => (lease.Name, $"{lease.Port}", lease.Process)).Order(), [("admin", first.Admin, "web"), ("http", first.Http, "web")]);
        Assert.Equal(leased.Select(lease => lease.Port).Order(), (await home.Show("web")).Ports.Select(port => port.Port).Order());
        (await home.Run("restart", "web")).Ok();
        Assert.Equal(first, Told(home.Supervised().Single()));

        var crashing = home.Supervised().Single();
        crashing.Signal(Signals.Kill);
        await Wait.Until(() => !crashing.IsAlive, "it is dead");
        if (!withDaemon)
            (await home.Run("list")).Ok();
        Assert.Equal(first, Told(await home.SuccessorOf(crashing)));

        (await home.Run("stopall")).Ok();
        Assert.Equal(2, (await home.Ports()).Length);
        (await home.Run("startall")).Ok();
        Assert.Equal(first, Told(home.Supervised().Single()));

        (await home.Run("delete", "web")).Ok();
        Assert.Empty(await home.Ports());
        (await home.Run("port", "allocate", first.Http)).Ok();
    }

    [Theory]
    [InlineData("would both be passed in PORT", "--port", "a", "--port", "b")]
    [InlineData("would both be passed in X", "--port", "a=X", "--port", "b=X")]
    [InlineData("--port a is given twice", "--port", "a=X", "--port", "a=Y")]
    [InlineData("cannot be the name of a port", "--port", "")]
    [InlineData("a variable needs a name", "--port", "a=")]
    [InlineData("SENTINEL_ID is set by sentinel itself", "--port", "a=SENTINEL_ID")]
    public async Task Ports_that_cannot_be_told_are_not_understood(string why, params string[] options)
    {
        await using var home = new SentinelHome();

        Assert.Contains(why, (await home.Run(["run", .. options, "--", "sleep", "1000"])).Fails(2).Stderr);

        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_fails_and_a_process_that_is_cleaned_up_leave_no_lease(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);

        (await home.Run("run", "--port", "http", "--", "./no-such-program")).Fails(1);
        Assert.Empty(await home.Ports());

        await home.Sleeper("web", "--port", "http");
        (await home.Run("stop", "web")).Ok();
        (await home.Run("clean")).Ok();
        Assert.Empty(await home.Ports());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_start_fails_while_somebody_else_listens_on_its_port_and_works_when_he_is_gone(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "--name", "web", "--port", "http", "--", SentinelHome.Actor, "listen", "PORT"));
        var port = (await home.Show("web")).Ports.Single().Port;
        await home.Says("web", $"port {port}");
        (await home.Run("stop", "web")).Ok();
        using (PortTests.Listen("127.0.0.1", ProtocolType.Tcp, port))
        {
            foreach (string[] command in (string[][])[["start", "web"], ["startall"]])
                Assert.Contains(
                    $"Error: web: its port {port} (http) is used by {PortTests.Me}\n", (await home.Run(command)).Fails(1).Stderr);
            Assert.Empty(home.Supervised());
            Assert.Equal("not-started", (await home.Show("web")).LastRun!.How);
        }

        await PortTests.SucceedsOnceClosed(home, "start", "web");
        await home.Says("web", $"port {port}", times: 2);
        // It is not in its own way.
        (await home.Run("restart", "web")).Ok();
        await home.Says("web", $"port {port}", times: 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_while_somebody_else_listens_on_its_port_fails_and_the_process_goes_on(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.Sleeper("web", "--port", "http");
        var port = (await home.Show("web")).Ports.Single().Port;
        using (PortTests.Listen("127.0.0.1", ProtocolType.Tcp, port))
        {
            foreach (string[] command in (string[][])[["restart", "web"], ["restartall"]])
                Assert.Contains(
                    $"Error: web: its port {port} (http) is used by {PortTests.Me}\n", (await home.Run(command)).Fails(1).Stderr);
            Assert.Equal([web.Process], home.Supervised());
            Assert.Equal("running", (await home.Show("web")).State);
        }

        await PortTests.SucceedsOnceClosed(home, "restart", "web");
        Assert.False(web.Process.IsAlive);
    }

    [Fact]
    public async Task The_daemon_restarts_a_process_once_its_port_is_free_again()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var web = await home.Sleeper("web", "--restart", "--port", "http");
        var port = (await home.Show("web")).Ports.Single().Port;
        using (PortTests.Listen("0.0.0.0", ProtocolType.Tcp, port))
        {
            web.Process.Signal(Signals.Kill);
            await Wait.Until(async () => (await home.Show("web")).LastRun is { How: "not-started" } last && last.Text.Contains(PortTests.Me), () => "it tells who is in the way");
            Assert.Empty(home.Supervised());
        }

        Assert.Equal($"{port}", (await home.SuccessorOf(web.Process)).Environment["PORT"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_returns_when_the_process_listens_on_each_of_its_ports(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var (first, second) = (Path.Combine(home.Root, "first"), Path.Combine(home.Root, "second"));
        // Who listens is a child.
        await home.Start(new Call([
            "run", "--name", "web", "--port", "http", "--port", "admin=ADMIN_PORT", "--",
            SentinelHome.Actor, "parent-of", SentinelHome.Actor, "listen-after", first, "PORT", second, "ADMIN_PORT"]));
        var ports = (await home.Show("web")).Ports.ToDictionary(port => port.Name, port => port.Port);
        using var wait = home.Begin("wait", "web", "--port");
        await Looks(wait);

        File.WriteAllText(first, "");
        await home.Says("web", $"port {ports["http"]}");
        Assert.False(wait.HasEnded);
        Assert.Equal(
            $"Error: web does not listen on {ports["admin"]} after 0.3 s\n",
            (await home.Run("wait", "web", "--port", "--timeout", "0.3")).Fails(124).Stderr);
        Assert.False(wait.HasEnded);
        File.WriteAllText(second, "");

        var said = (await wait.End()).Ok().Stdout;
        Assert.StartsWith("web listens on ", said);
        Assert.Contains($"{ports["http"]} (http)", said);
        Assert.Contains($"{ports["admin"]} (admin)", said);
        (await home.Run("wait", "web", "--port")).Ok();
        Assert.Equal("web", (await home.Run("wait", "1", "--port", "--json")).Ok().As<Listing>().Processes.Single().Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_fails_when_the_process_ends_first(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.Sleeper("web", "--port", "http");
        using var wait = home.Begin("wait", "web", "--port");
        await Looks(wait);

        web.Process.Signal(Signals.Kill);

        var ended = (await wait.End()).Fails(1);
        Assert.Empty(ended.Stdout);
        // How, only who watched can tell.
        Assert.StartsWith(withDaemon ? "Error: web is crashed: killed by SIGKILL" : "Error: web is ", ended.Stderr);
        (await home.Run("wait", "web", "--port")).Fails(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_goes_on_while_the_process_is_restarted_and_fails_when_it_is_stopped_or_deleted(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--restart", "--port", "http");
        foreach (var verb in (string[])["stop", "delete"])
        {
            (await home.Run("restart", "web")).Ok();
            using var wait = home.Begin("wait", "web", "--port");
            await Looks(wait);

            (await home.Run(verb, "web")).Ok();

            Assert.Empty((await wait.End()).Fails(1).Stdout);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_fails_when_a_stranger_listens_and_names_him(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--port", "http");
        var port = (await home.Show("web")).Ports.Single().Port;
        using var wait = home.Begin("wait", "web", "--port");
        await Looks(wait);

        using var stranger = PortTests.Listen("127.0.0.1", ProtocolType.Tcp, port);

        Assert.Equal($"Error: port {port} (http) is used by {PortTests.Me}, which is not web\n", (await wait.End()).Fails(1).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_is_refused_for_what_has_no_port_and_gives_up_with_124(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("job");
        await home.Sleeper("web", "--port", "http");
        var port = (await home.Show("web")).Ports.Single().Port;

        Assert.Contains("job has no port", (await home.Run("wait", "job", "--port")).Fails(1).Stderr);
        Assert.Contains("no process named 'nobody'", (await home.Run("wait", "nobody", "--port")).Fails(1).Stderr);
        Assert.Contains("use one of them", (await home.Run("wait", "web", "--port", "--for", "running")).Fails(2).Stderr);
        Assert.Equal($"Error: web does not listen on {port} after 0.2 s\n", (await home.Run("wait", "web", "--port", "--timeout", "0.2")).Fails(124).Stderr);
        Assert.Equal(2, home.Supervised().Count);
    }

    private static (string Http, string Admin) Told(Live process) => (process.Environment["PORT"], process.Environment["ADMIN_PORT"]);

    // It has looked once when it watches for what changes.
    private static Task Looks(Command wait) => Wait.Until(
        () => Live.Find(wait.Pid)?.Descriptors.Values.Any(target => target.Contains("inotify")) == true, "it waits");
}
