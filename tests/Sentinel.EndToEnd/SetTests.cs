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

        Assert.Equal("Changed web (id: 1)\n", (await home.Run("set", "web", "--restart", "--stop-signal", "INT")).Ok().Stdout);
        Assert.Equal("always", (await home.Show("web")).Restart);
        var later = (await home.Run("set", "web", "--nice", "5", "--limit", "nofile=100")).Ok();
        Assert.Contains("part of it takes effect after 'sentinel restart 1'", later.Stdout);
        Assert.Equal("2", Nice(web.Pid));

        (await home.Run("restart", "web")).Ok();
        var pid = (await home.Show("web")).Pid!.Value;
        Assert.Equal("5", Nice(pid));
        Assert.Contains("Max open files            100 ", File.ReadAllText($"/proc/{pid}/limits"));
        Assert.Contains("Max mem:   100.0MB", (await home.Run("status", "web")).Ok().Stdout);

        (await home.Run("set", "web", "--unset", "nice", "--unset", "max-memory", "--unset", "restart")).Ok();
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("0", Nice((await home.Show("web")).Pid!.Value));
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
    [InlineData(2, "--nice takes a number from -20 to 19", "web", "--nice", "20")]
    [InlineData(1, "there is no process named 'wed'; did you mean 'web'?", "wed", "--restart")]
    [InlineData(1, "--health-interval needs a health check", "web", "--health-interval", "3")]
    [InlineData(1, "no user 'nosuchuser'", "web", "--user", "nosuchuser")]
    [InlineData(1, "no process with the pid 2147483647", "web", "--until", "2147483647")]
    public async Task What_cannot_be_changes_nothing(int code, string said, params string[] arguments)
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        var before = home.Files();
        Assert.Contains(said, (await home.Run(["set", .. arguments])).Fails(code).Stderr);
        Assert.Equal(before, home.Files());
    }

    // Field 19 of /proc/PID/stat; the name, which may have spaces, has none here.
    private static string Nice(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(' ')[18];
}
