namespace Sentinel.EndToEnd;

public class ErrorTests
{
    [Theory]
    [InlineData("'list'", "lsit")]
    [InlineData("'restart'", "restrat", "web")]
    [InlineData("'status'", "statsu", "web")]
    [InlineData("--name", "run", "--nmae", "web", "sleep 1000")]
    [InlineData("--timeout", "stop", "web", "--timeuot", "3")]
    public async Task A_slip_of_the_pen_is_a_usage_error_that_names_what_is_nearest(string nearest, params string[] arguments)
    {
        await using var home = new SentinelHome();

        var outcome = (await home.Run(arguments)).Fails(2);

        Assert.Contains(nearest.Trim('\''), outcome.Stderr);
        Assert.Empty(outcome.Stdout);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData("not-found", "stop", "nobody", "--json")]
    [InlineData("not-found", "scale", "nobody", "3", "--json")]
    [InlineData("not-found", "group", "add", "nowhere", "web", "--json")]
    [InlineData("not-found", "port", "free", "7", "--json")]
    [InlineData("name-taken", "run", "--json", "--name", "web", "sleep 1000")]
    [InlineData("name-taken", "group", "create", "shop", "--json")]
    [InlineData("port-held", "port", "free", "http", "--json")]
    [InlineData("not-started", "run", "--json", "--", "/no/such/program")]
    [InlineData("not-ready", "run", "--json", "--wait", "--name", "short", "false")]
    [InlineData("refused", "scale", "web", "0", "--json")]
    public async Task What_failed_is_told_to_programs_by_a_code(string code, params string[] arguments)
    {
        foreach (var hasDaemon in new[] { false, true })
        {
            await using var home = new SentinelHome();
            if (hasDaemon)
                await home.StartDaemon();
            (await home.Run("group", "create", "shop")).Ok();
            await home.Start(new Call("run", "--name", "web", "--instances", "1", "--port", "http", "--", "sleep", "1000"));

            var failed = Assert.Single((await home.Run(arguments)).Fails(1).As<Report>().Results);

            Assert.Equal((false, "failed", code), (failed.Ok, failed.Outcome, failed.Code));
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "")]
    [InlineData("run", "sleep 'unclosed")]
    [InlineData("run", "--cwd", "", "sleep 1000")]
    [InlineData("run", "--env-file", "", "sleep 1000")]
    [InlineData("group", "set", "shop", "--env-file", "")]
    [InlineData("stop")]
    [InlineData("status")]
    [InlineData("logs")]
    [InlineData("logs", "web", "--lines", "-1")]
    [InlineData("logs", "web", "--lines", "many")]
    [InlineData("logs", "web", "--stream", "stdin")]
    public async Task What_cannot_be_meant_is_a_usage_error(params string[] arguments)
    {
        await using var home = new SentinelHome();

        var outcome = (await home.Run(arguments)).Fails(2);

        Assert.NotEmpty(outcome.Stderr);
        Assert.Empty(outcome.Stdout);
        Assert.DoesNotContain("   at ", outcome.Stderr);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("stop")]
    [InlineData("start")]
    [InlineData("restart")]
    [InlineData("logs")]
    [InlineData("delete")]
    public async Task A_name_that_nobody_has_is_a_failure_that_names_the_nearest(string command)
    {
        await using var home = new SentinelHome();
        await home.Start("webserver", "sleep", "1000");

        var outcome = (await home.Run(command, "websever")).Fails(1);

        Assert.Contains("'websever'", outcome.Stderr);
        Assert.Contains("'webserver'", outcome.Stderr);
    }

    [Fact]
    public async Task Help_tells_the_commands_and_the_exit_codes()
    {
        await using var home = new SentinelHome();

        var help = (await home.Run("--help")).Ok().Stdout;

        foreach (var command in (string[])["run", "list", "status", "start", "stop", "restart", "delete", "logs", "clean", "startall", "stopall", "restartall"])
        {
            Assert.Matches($"(?m)^  {command}[ ,]", help);
            Assert.Contains("sage:", (await home.Run(command, "--help")).Ok().Stdout);
        }

        Assert.Matches("(?i)exit codes?", help);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("env")]
    [InlineData("wait")]
    [InlineData("set")]
    [InlineData("scale")]
    [InlineData("port", "free")]
    [InlineData("group", "add")]
    [InlineData("group", "delete")]
    public async Task Help_is_the_same_whatever_there_is(params string[] command)
    {
        await using var home = new SentinelHome();
        var before = (await home.Run([.. command, "--help"])).Ok().Stdout;
        (await home.Run("group", "create", "shop")).Ok();
        await home.Sleeper("queue", "--group", "shop", "--instances", "2", "--port", "auto");

        Assert.Equal(before, (await home.Run([.. command, "--help"])).Ok().Stdout);
    }

    [Fact]
    public async Task Version_tells_version_commit_and_platform()
    {
        await using var home = new SentinelHome();

        Assert.Matches(@"^sentinel \d+\.\d+\.\d+ \(\S+, linux-(x64|arm64)\)\n$", (await home.Run("--version")).Ok().Stdout);
    }

    [Fact]
    public async Task Without_SENTINEL_HOME_the_home_is_in_HOME()
    {
        await using var home = new SentinelHome();

        (await home.Run(new Call("run", "sleep 1000") { Environment = new Dictionary<string, string?> { ["SENTINEL_HOME"] = null } })).Ok();

        Assert.True(File.Exists(Path.Combine(home.Root, ".sentinel", "state.json")));
    }

    [Fact]
    public async Task A_stack_trace_is_shown_only_when_it_is_asked_for()
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(home.StateFile);

        Assert.DoesNotContain("   at ", (await home.Run("list")).Fails(1).Stderr);
        Assert.Contains("   at ", (await home.Run("list", "--debug")).Fails(1).Stderr);
    }
}
