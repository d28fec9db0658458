namespace Sentinel.EndToEnd;

public class SetTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_changed_is_so_at_once_or_at_the_next_start_and_that_is_said(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.Sleeper("web", "--nice", "2", "--max-memory", "100M");

        Assert.Equal("Changed web (id: 1): restart, stop-signal\n", (await home.Run("set", "web", "--restart", "--stop-signal", "INT")).Ok().Stdout);
        Assert.Equal("always", (await home.Show("web")).Restart);
        var later = (await home.Run("set", "web", "--nice", "5", "--limit", "nofile=100")).Ok();
        Assert.Contains("part of it takes effect after 'sentinel restart web'", later.Stdout);
        Assert.Equal("2", Nice(web.Pid));

        (await home.Run("restart", "web")).Ok();
        var pid = (await home.Show("web")).Pid!.Value;
        Assert.Equal("5", Nice(pid));
        Assert.Contains("Max open files            100 ", File.ReadAllText($"/proc/{pid}/limits"));
        Assert.Contains("Max mem:   100.0MB", (await home.Run("status", "web")).Ok().Stdout);

        (await home.Run("set", "web", "--unset", "nice", "--unset", "max-memory", "--unset", "restart")).Ok();
        (await home.Run("restart", "web")).Ok();
        Assert.Equal(Nice(Environment.ProcessId), Nice((await home.Show("web")).Pid!.Value));
        Assert.DoesNotContain("Max mem", (await home.Run("status", "web")).Ok().Stdout);
        Assert.Equal("no", (await home.Show("web")).Restart);
    }

    [Fact]
    public async Task A_health_check_may_be_had_later_changed_and_given_up()
    {
        using var server = new TestServer("500 No");
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");

        (await home.Run("set", "web", "--any-listener", "--health-http", server.Url, "--health-interval", "0.2", "--health-failures", "1")).Ok();
        await Wait.Until(async () => (await home.Show("web")).Health?.Status == "unhealthy", () => "it is asked");
        (await home.Run("set", "web", "--health-interval", "0.5")).Ok();
        Assert.Equal(0.5, (await home.Show("web")).Health!.IntervalSeconds);
        (await home.Run("set", "web", "--unset", "health")).Ok();

        Assert.Null((await home.Show("web")).Health);
    }

    [Fact]
    public async Task A_set_of_instances_is_changed_whole()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "--instances", "2", "--", "sleep", "1000")).Ok();
        (await home.Run("set", "web", "--restart")).Ok();
        Assert.Equal(["always", "always"], (await home.List()).Processes.Select(process => process.Restart));
    }

    [Theory]
    [InlineData(2, "say what to change", "web")]
    [InlineData(2, "--unset has no option 'name'", "web", "--unset", "name")]
    [InlineData(1, "the name 'taken' is taken by process 2", "web", "--name", "taken")]
    [InlineData(1, "there is no group 'front'; 'sentinel group create front' makes it", "web", "--group", "front")]
    [InlineData(1, "it has no variable A of its own", "web", "--unset-env", "A")]
    [InlineData(1, "nosuchprogram", "web", "--command", "nosuchprogram")]
    [InlineData(2, "--port http is given twice", "web", "--port", "http", "--port", "http=B")]
    [InlineData(2, "--nice takes a number from -20 to 19", "web", "--nice", "20")]
    [InlineData(1, "there is no process named 'wed'; did you mean 'web'?", "wed", "--restart")]
    [InlineData(1, "--health-interval needs a health check", "web", "--health-interval", "3")]
    [InlineData(1, "no user 'nosuchuser'", "web", "--user", "nosuchuser")]
    [InlineData(1, "no process with the pid 2147483647", "web", "--until", "2147483647")]
    public async Task What_cannot_be_changes_nothing(int code, string said, params string[] arguments)
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        await home.Sleeper("taken");
        var before = home.Files();
        Assert.Contains(said, (await home.Run(["set", .. arguments])).Fails(code).Stderr);
        Assert.Equal(before, home.Files());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_that_run_can_say_can_be_changed(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--port", "http", "--port", "old=OLD_PORT", "--env", "A=1", "--env", "B=1");
        var http = (await home.Show("web")).Ports.Single(port => port.Name == "http").Port;
        (await home.Run("group", "create", "front", "--env", "OF_GROUP=1")).Ok();

        (await home.Run("set", "web", "--name", "api", "--command", "sleep 2000", "--cwd", home.Folder, "--group", "front", "--env", "A=2", "--unset-env", "B", "--unset", "port",
            "--port", "http", "--port", "admin=ADMIN_PORT")).Ok();

        var changed = await home.Show("api");
        Assert.Equal(("sleep 2000", home.Folder, "front"), (changed.Command, changed.WorkingDirectory, changed.Group));
        Assert.Equal(["admin", "http"], changed.Ports.Select(port => port.Name).Order());
        Assert.Equal(http, changed.Ports.Single(port => port.Name == "http").Port);
        (await home.Run("restart", "api")).Ok();
        var process = Assert.Single(home.Supervised());
        Assert.Equal(["sleep", "2000"], process.Arguments);
        Assert.Equal(home.Folder, process.Folder);
        Assert.Equal(("2", "1", "api"), (process.Environment["A"], process.Environment["OF_GROUP"], process.Environment["SENTINEL_NAME"]));
        Assert.Equal($"{http}", process.Environment["PORT"]);
        Assert.Contains("ADMIN_PORT", process.Environment.Keys);
        Assert.DoesNotContain("OLD_PORT", process.Environment.Keys);
        Assert.DoesNotContain("B", process.Environment.Keys);
    }

    [Fact]
    public async Task A_set_is_renamed_as_a_whole_or_not_at_all()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "--instances", "2", "--", "sleep", "1000")).Ok();
        await home.Sleeper("api-2");

        Assert.Contains("'sentinel set web --name one' renames all of them", (await home.Run("set", "web-1", "--name", "one")).Fails(1).Stderr);
        Assert.Contains("the name 'api-2' is taken", (await home.Run("set", "web", "--name", "api")).Fails(1).Stderr);
        Assert.Equal(["api-2", "web-1", "web-2"], (await home.List()).Processes.Select(process => process.Name).Order());
        (await home.Run("set", "web", "--name", "front")).Ok();

        Assert.Equal(["api-2", "front-1", "front-2"], (await home.List()).Processes.Select(process => process.Name).Order());
        (await home.Run("stop", "front")).Ok();
    }

    // Field 19 of /proc/PID/stat; the name, which may have spaces, has none here.
    internal static string Nice(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(' ')[18];
}
