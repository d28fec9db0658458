using System.Diagnostics;

namespace Sentinel.EndToEnd;

public class ListTests
{
    [Fact]
    public async Task With_nothing_to_show_it_says_so()
    {
        await using var home = new SentinelHome();

        Assert.Equal("No processes\n", (await home.Run("list")).Ok().Stdout);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Fact]
    public async Task Not_on_a_terminal_it_is_the_plain_table_of_the_contract_with_whole_values()
    {
        await using var home = new SentinelHome();
        var line = "sleep 1000 " + new string('0', 300);
        await home.Start(new Call("run", "sleep 1000", "--name", "myserver"));
        await home.Start(new Call("run", line, "--name", "frontend", "--restart"));
        await home.Start(new Call("run", "sleep 1000", "--name", "idle"));
        (await home.Run("stop", "idle")).Ok();

        var lines = (await home.Run("list")).Ok().Lines;

        Assert.Equal(7, lines.Length);
        Assert.All((int[])[0, 2, 6], i => Assert.Matches(@"^\+(-+\+){10}$", lines[i]));
        Assert.Single(lines.Select(each => each.Length).Distinct());
        Assert.Equal(["ID", "NAME", "PID", "STATUS", "CPU", "MEM", "UPTIME", "RESTART", "GROUP", "COMMAND"], Cells(lines[1]));
        Assert.Equal(["myserver", "running", "-", "-", "sleep 1000"], Chosen(lines[3]));
        Assert.Equal(["frontend", "running", "X", "-", line], Chosen(lines[4]));
        Assert.Equal(["idle", "stopped", "-", "-", "sleep 1000"], Chosen(lines[5]));
        Assert.Equal("1", Cells(lines[3])[0]);
        Assert.Matches(@"^\d+$", Cells(lines[3])[2]);
        Assert.Matches(@"^\d+\.\d%$", Cells(lines[3])[4]);
        Assert.Matches(@"^\d+(\.\d+)? ?[KM]B$", Cells(lines[3])[5]);
        Assert.Matches(@"^\d+s$", Cells(lines[3])[6]);
        Assert.Equal(["-", "-", "-", "-"], (string[])[Cells(lines[5])[2], .. Cells(lines[5])[4..7]]);
    }

    [Fact]
    public async Task Columns_and_states_can_be_chosen_with_a_daemon_and_without()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("run", "--name", "idle", "--session", "s1", "--", "sleep", "1000")).Ok();
        (await home.Run("stop", "idle")).Ok();

        foreach (var start in (string[][])[[], ["daemon", "start"]])
        {
            if (start.Length > 0)
                (await home.Run(start)).Ok();
            var lines = (await home.Run("list", "--columns", "command,NAME", "--state", "running,failed")).Ok().Lines;
            Assert.Equal(["| COMMAND    | NAME |", "| sleep 1000 | web  |"], [lines[1], lines[3]]);
            Assert.Equal(5, lines.Length);
            Assert.Equal(["idle"], (await home.Run("list", "--json", "--state", "stopped")).Ok().As<Listing>().Processes.Select(process => process.Name));
            Assert.Equal("| idle |", (await home.Run("list", "--session", "s1", "--columns", "name")).Ok().Lines[3]);
            Assert.Equal("No processes\n", (await home.Run("list", "--session", "s2")).Ok().Stdout);
        }
    }

    [Fact]
    public async Task A_column_or_state_that_there_is_not_is_refused_with_those_that_there_are()
    {
        await using var home = new SentinelHome();

        Assert.Contains(
            "Error: 'port' is not one of the columns: id, name, pid, status, health, uptime, restarts, cpu, mem, ports, restart, changed, group, owner, command",
            (await home.Run("list", "--columns", "id,port")).Fails(2).Stderr);
        Assert.Contains("'up' is not one of the states: starting, running", (await home.Run("list", "--state", "up")).Fails(2).Stderr);
        Assert.Contains("--columns is for people", (await home.Run("list", "--columns", "id", "--json")).Fails(2).Stderr);
    }

    [Fact]
    public async Task What_goes_into_a_pipe_has_no_escape_codes_whatever_the_terminal()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        var terminal = new Dictionary<string, string?> { ["TERM"] = "xterm-256color" };

        foreach (var command in (string[][])[["list"], ["status", "web"], ["logs", "web"], ["--help"]])
            Assert.DoesNotContain("\e", (await home.Run(new Call(command) { Environment = terminal })).Ok().Stdout);
    }

    [Fact(DisableParallelization = true)]
    public async Task Memory_and_cpu_are_those_of_the_whole_tree()
    {
        await using var home = new SentinelHome();
        await home.StartActor("holder", "parent-of", SentinelHome.Actor, "hold", "200");
        await home.StartActor("burner", "parent-of", SentinelHome.Actor, "burn", "1");
        await home.Start("idle", "sleep", "1000");

        // How much it gets is a matter of what else runs on the machine.
        Listing listing = null!;
        await Wait.Until(
            async () => (listing = await home.List())["burner"].CpuPercent > 1 && listing["idle"].CpuPercent == 0, () => "the child's CPU time shows");

        Assert.InRange(listing["holder"].MemoryBytes!.Value, 200L << 20, 500L << 20);
        Assert.InRange(listing["idle"].MemoryBytes!.Value, 1, 20L << 20);
        Assert.InRange(listing["burner"].CpuPercent!.Value, 0, 110 * Environment.ProcessorCount);
    }

    [Fact]
    public async Task Uptime_is_that_of_the_run()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        await Wait.Until(async () => (await home.Show("web")).UptimeSeconds >= 1, () => "a second has passed");
        var begun = Stopwatch.GetTimestamp();
        (await home.Run("restart", "web")).Ok();

        var uptime = (await home.Show("web")).UptimeSeconds!.Value;
        // By the clock ticks of the kernel.
        Assert.InRange(uptime, 0, Stopwatch.GetElapsedTime(begun).TotalSeconds + 0.01);
    }

    [Fact]
    public async Task A_process_that_was_killed_is_not_shown_as_running()
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => !web.Process.IsAlive, "it is dead");

        var shown = await home.Show("web");

        Assert.Contains(shown.State, (string[])["exited", "crashed"]);
        Assert.Null(shown.Pid);
        Assert.Null(shown.MemoryBytes);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "--json")]
    [InlineData("status", "web")]
    [InlineData("logs", "web")]
    public async Task A_reader_that_leaves_early_is_no_error(params string[] command)
    {
        await using var home = new SentinelHome();
        // More than a pipe holds: it is still being written when the reader leaves.
        await home.Start("web", "sleep", "1000", new string('x', 100_000));
        File.AppendAllText(home.Stdout("web"), new string('x', 100_000) + "\n");

        var outcome = (await home.Run(new Call(command) { HangsUpEarly = true })).Ok();

        Assert.Empty(outcome.Stderr);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("--help")]
    [InlineData("--version")]
    public async Task A_closed_stdout_is_no_error(string command)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        var outcome = (await home.Run(new Call(command) { Through = Call.AfterShell("exec >&-;") })).Ok();

        Assert.Empty(outcome.Stderr);
    }

    private static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];

    private static string[] Chosen(string line) => [Cells(line)[1], Cells(line)[3], .. Cells(line)[7..]];
}
