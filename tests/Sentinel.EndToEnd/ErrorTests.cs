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
    [InlineData("name-taken", "group", "create", "shop", "--env", "A=1", "--json")]
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
    [InlineData("run", "")]
    [InlineData("run", "sleep 'unclosed")]
    [InlineData("run", "--cwd", "", "sleep 1000")]
    [InlineData("run", "--env-file", "", "sleep 1000")]
    [InlineData("group", "set", "shop", "--env-file", "")]
    [InlineData("stop")]
    [InlineData("logs", "--clear")]
    [InlineData("flush")]
    [InlineData("logs", "web", "--group", "shop")]
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

    [Theory]
    [InlineData("there is no command 'exec'", "exec", "app", "bash")]
    [InlineData("there is no command 'exec'", "exec", "app", "env")]
    [InlineData("there is no command 'journalctl'", "journalctl", "-u", "web", "list")]
    [InlineData("there is no command 'group shwo'", "group", "shwo", "x")]
    [InlineData("'sentinel list' takes no argument 'app'", "list", "app", "--grop")]
    [InlineData("'sentinel list' has no option --grop", "list", "--grop", "app")]
    [InlineData("say which process", "stop")]
    [InlineData("'sentinel scale' needs <count>", "scale", "web")]
    [InlineData("there is no command 'save': it is not needed", "save")]
    [InlineData("'sentinel' has no option -a", "-a")]
    [InlineData("--for takes running, stopped, exited, healthy, done, port, file:PATH or log:REGEX, not 'gone'", "wait", "web", "--for", "gone")]
    [InlineData("there is no completion for 'tcsh'", "completion", "tcsh")]
    public async Task A_wrong_line_has_one_error_and_no_suggestion_that_is_far_off(string error, params string[] arguments)
    {
        await using var home = new SentinelHome();

        var lines = (await home.Run(arguments)).Fails(2).Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith($"Error: {error}", lines[0]);
        Assert.Single(lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("'-h'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run", "run")]
    [InlineData("group", "group")]
    [InlineData("port", "port")]
    [InlineData("daemon", "daemon")]
    [InlineData("startup", "startup")]
    [InlineData("help", "")]
    [InlineData("help run", "run")]
    [InlineData("help ps", "ps")]
    public async Task A_bare_command_shows_its_help(string typed, string command)
    {
        await using var home = new SentinelHome();

        var shown = (await home.Run(typed.Split(' '))).Ok();

        Assert.Equal((await home.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Ok().Stdout, shown.Stdout);
        Assert.Empty(shown.Stderr);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Fact]
    public async Task The_words_of_other_tools_do_what_they_say()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        await home.Sleeper("worker");

        Assert.Contains("web", (await home.Run("ps")).Ok().Stdout);
        Assert.Contains("worker", (await home.Run("status")).Ok().Stdout);
        Assert.Equal(2, (await home.Run("jlist")).Ok().As<Listing>().Processes.Length);
        Assert.StartsWith("web (id: 1)", (await home.Run("describe", "web")).Ok().Stdout);
        (await home.Run("run", "--name", "talker", "echo hello")).Ok();
        await Wait.Until(async () => (await home.Run("logs")).Ok().Stdout.Contains("hello"), () => "the logs of all are shown");
        Assert.Contains("Cleared", (await home.Run("flush", "web")).Ok().Stdout);
        Assert.Contains("sentinel stopall", (await home.Run("stop", "all")).Fails(1).Stderr);
        Assert.Contains("node app.js", (await home.Run("start", "app.js")).Fails(1).Stderr);
        Assert.Contains("Stopped web", (await home.Run("kill", "web")).Ok().Stdout);
        Assert.Contains("Deleted web", (await home.Run("rm", "web")).Ok().Stdout);
        Assert.Matches("^sentinel ", (await home.Run("version")).Ok().Stdout);
        (await home.Run("wait", "worker", "--for", "ready", "--timeout", "5")).Ok();
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("all")]
    public async Task A_process_may_have_a_name_that_is_also_a_word(string name)
    {
        await using var home = new SentinelHome();
        await home.Sleeper(name);

        Assert.Contains($"Stopped {name}", (await home.Run("stop", name)).Ok().Stdout);
    }

    [Theory]
    [InlineData("bash", "sentinel.bash")]
    [InlineData("zsh", "_sentinel")]
    [InlineData("fish", "sentinel.fish")]
    public async Task The_binary_carries_the_completion_of_each_shell(string shell, string file)
    {
        await using var home = new SentinelHome();

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "completions", file), TestContext.Current.CancellationToken),
            (await home.Run("completion", shell)).Ok().Stdout);
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
