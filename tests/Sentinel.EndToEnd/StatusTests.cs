namespace Sentinel.EndToEnd;

public class StatusTests
{
    [Fact]
    public async Task Status_shows_the_block_of_the_contract()
    {
        await using var home = new SentinelHome();
        var web = await home.Start(new Call("run", "sleep 1000", "--name", "myserver"));

        foreach (var target in (string[])["myserver", "1"])
        {
            var lines = (await home.Run("status", target)).Ok().Lines;
            Assert.Equal("myserver (id: 1)", lines[0]);
            Assert.Contains($"  PID:       {web.Pid}", lines);
            Assert.Contains("  Status:    running", lines);
            Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^  CPU:       \d+\.\d%$"));
            Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^  Memory:    \d+(\.\d)?[KM]B$"));
            Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^  Uptime:    \d+s$"));
            Assert.Contains("  Restart:   no", lines);
            Assert.Contains("  Group:     none", lines);
            Assert.Contains($"  CWD:       {home.Work}", lines);
            Assert.Contains("  Command:   sleep 1000", lines);
            Assert.Contains($"  Stdout:    {home.Stdout("myserver")}", lines);
            Assert.Contains($"  Stderr:    {home.Stderr("myserver")}", lines);
        }
    }

    [Fact]
    public async Task Status_of_several_shows_each()
    {
        await using var home = new SentinelHome();
        await home.Start("a", "sleep", "1000");
        await home.Start("b", "sleep", "1000");

        var both = (await home.Run("status", "b", "1")).Ok();

        Assert.Equal(["b (id: 2)", "a (id: 1)"], both.Lines.Where(line => line.EndsWith(')') && !line.StartsWith(' ')));
        Assert.Equal(2, (await home.Run("status", "b", "1", "--json")).Ok().As<Listing>().Processes.Length);
    }

    // While nobody has taken notice of a death, what the kernel keeps of the process tells how it died.
    [Theory]
    [InlineData("exited with code 3", "crashed", "exit", "3")]
    [InlineData("exited with code 0", "exited", "exit", "0")]
    [InlineData("killed by SIGKILL", "crashed", "die", "9")]
    [InlineData("killed by SIGTERM", "crashed", "die", "15")]
    public async Task Status_tells_how_the_last_run_ended(string how, string state, params string[] role)
    {
        await using var home = new SentinelHome();
        using var run = home.Begin(KeepingTheDead(["run", "--name", "short", "--", SentinelHome.Actor, .. role]));
        await run.Prints("Started short");
        var main = Started.Parse(run.Stdout);
        await Wait.Until(() => Live.Find(main.Pid) is null, "it has ended");

        var lines = (await home.Run("status", "short")).Ok().Lines;

        Assert.Contains($"  Status:    {state}", lines);
        Assert.Contains(lines, line => line.StartsWith("  Last run:", StringComparison.Ordinal) && line.Contains(how));
        Assert.Equal(how, (await home.Show("short")).LastRun!.Text);
    }

    [Fact]
    public async Task Status_tells_of_a_core_dump()
    {
        await using var home = new SentinelHome();
        using var run = home.Begin(KeepingTheDead("run", "--name", "segv", "--", SentinelHome.Actor, "die", $"{Signals.SegmentationFault}"));
        await run.Prints("Started segv");
        await Wait.Until(() => Live.Find(Started.Parse(run.Stdout).Pid) is null, "it has ended");

        var last = (await home.Show("segv")).LastRun!;

        Assert.StartsWith("killed by SIGSEGV", last.Text);
        Assert.Equal(last.CoreDumped, last.Text.EndsWith("core dumped", StringComparison.Ordinal));
        var mayDump = File.ReadAllText("/proc/sys/kernel/core_pattern").Trim() == "core";
        Assert.SkipUnless(mayDump, "this machine handles core dumps in its own way");
        Assert.Equal("killed by SIGSEGV, core dumped", last.Text);
    }

    [Fact]
    public async Task Status_says_unknown_and_why_when_nobody_saw_the_end()
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => !File.Exists($"/proc/{web.Pid}/stat"), "nothing of it is left");

        Assert.Matches("  Last run: .*unknown \\(.+\\)", (await home.Run("status", "web")).Ok().Stdout);
        Assert.False((await home.Show("web")).LastRun!.Witnessed);
    }

    [Fact]
    public async Task Status_tells_restarts_and_since_when()
    {
        await using var home = new SentinelHome();
        var web = await home.Start(new Call("run", "sleep 1000", "--name", "web", "--restart"));
        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => !web.Process.IsAlive, "it is dead");

        var lines = (await home.Run("status", "web")).Ok().Lines;

        Assert.Contains(lines, line => line.StartsWith("  Restart:   ", StringComparison.Ordinal) && !line.EndsWith("no", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  Restarts:  1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  Since:     ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_of_what_does_not_run_has_no_figures()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();

        var status = (await home.Run("status", "web")).Ok().Stdout;

        Assert.Contains("  Status:    stopped", status);
        Assert.DoesNotContain("%", status);
    }

    private static Call KeepingTheDead(params string[] arguments) => new(arguments) { Through = [SentinelHome.Actor, "keep-dead"] };
}
