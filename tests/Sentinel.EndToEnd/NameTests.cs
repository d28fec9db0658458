namespace Sentinel.EndToEnd;

public class NameTests
{
    [Fact]
    public async Task Without_a_name_it_takes_the_programs_made_unique()
    {
        await using var home = new SentinelHome();

        string[] names =
        [
            (await home.Start(new Call("run", "sleep 1000"))).Name,
            (await home.Start(new Call("run", "/bin/sleep 1000"))).Name,
            (await home.Start(new Call("run", "--", "sleep", "1000"))).Name,
        ];

        Assert.Equal(["sleep", "sleep-2", "sleep-3"], names);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_its_holder_named()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        var again = (await home.Run("run", "sleep 999", "--name", "web")).Fails(1);

        Assert.Contains("'web' is taken by process 1", again.Stderr);
        Assert.Contains("sleep 1000", again.Stderr);
        Assert.Single(home.Supervised());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("12")]
    [InlineData("a/b")]
    [InlineData("..\u0007")]
    [InlineData("two\nlines")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345x")]
    public async Task A_name_against_the_rule_is_refused_with_the_rule(string name)
    {
        await using var home = new SentinelHome();

        var run = await home.Run("run", "sleep 1000", "--name", name);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("1 to 64 characters", run.Stderr);
        Assert.Empty((await home.List()).Processes);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData("my web server")]
    [InlineData("naïve 日本語 🎈")]
    [InlineData("it's \"quoted\"")]
    [InlineData("$(reboot)`id`;*?")]
    [InlineData("..")]
    [InlineData("[bold]%s{0}\\n")]
    [InlineData("1st")]
    [InlineData("ニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニニ")]
    public async Task Any_other_name_works_everywhere(string name)
    {
        await using var home = new SentinelHome();

        Assert.Equal(name, (await home.Start(name, "sh", "-c", "echo hello; exec sleep 1000")).Name);

        var shown = await home.Show(name);
        Assert.StartsWith(home.Logs + "/", shown.StdoutPath);
        await Wait.Until(() => File.ReadAllText(shown.StdoutPath) == "hello\n", "it says hello");
        Assert.Contains($"| {name} ", (await home.Run("list")).Ok().Stdout);
        Assert.Contains($"{name} (id: 1)", (await home.Run("status", name)).Ok().Stdout);
        Assert.Contains("hello", (await home.Run("logs", name)).Ok().Stdout);
        Assert.StartsWith($"Restarted {name} (id: 1, pid: ", (await home.Run("restart", name)).Ok().Stdout);
        Assert.Equal($"Stopped {name} (id: 1)\n", (await home.Run("stop", name)).Ok().Stdout);
        Assert.Equal($"Deleted {name} (id: 1)\n", (await home.Run("delete", name)).Ok().Stdout);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Different_names_never_share_a_log_file()
    {
        await using var home = new SentinelHome();
        foreach (var name in (string[])["a.b", "a_b", "a b", "A.b", "a~1", "a", new string('ニ', 64), new string('ニ', 63) + "二"])
            await home.Start(name, "sleep", "1000");

        var paths = (await home.List()).Processes.SelectMany(process => (string[])[process.StdoutPath, process.StderrPath]).ToList();

        Assert.Equal(16, paths.Distinct().Count());
        Assert.All(paths, path => Assert.True(File.Exists(path)));
    }

    [Fact]
    public async Task Ids_grow_and_are_never_used_again()
    {
        await using var home = new SentinelHome();
        await home.Start("a", "sleep", "1000");
        await home.Start("b", "sleep", "1000");
        (await home.Run("delete", "b")).Ok();

        Assert.Equal(3, (await home.Start("b", "sleep", "1000")).Id);
        (await home.Run("delete", "1", "3")).Ok();
        Assert.Equal(4, (await home.Start("c", "sleep", "1000")).Id);
    }

    [Fact]
    public async Task Every_command_takes_names_and_ids_and_one_that_fails_does_not_stop_the_others()
    {
        await using var home = new SentinelHome();
        await home.Start("a", "sleep", "1000");
        await home.Start("b", "sh", "-c", "echo here; exec sleep 1000");
        await home.Says("b", "here");

        foreach (var (command, said) in ((string, string)[])
            [("status", "b (id: 2)"), ("logs", "b | here"), ("restart", "Restarted b"), ("stop", "Stopped b"), ("start", "Started b"), ("delete", "Deleted b")])
        {
            var outcome = (await home.Run(command, "1", "nobody", "7", "b")).Fails(1);
            Assert.Contains(said, outcome.Stdout);
            Assert.Contains("'nobody'", outcome.Stderr);
            Assert.Contains("7", outcome.Stderr);
        }

        Assert.Empty((await home.List()).Processes);
    }
}
