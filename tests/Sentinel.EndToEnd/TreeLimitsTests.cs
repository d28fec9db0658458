using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class TreeLimitsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Limits_hold_for_the_whole_tree_at_every_start(bool withDaemon)
    {
        Needs.Limits();
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "--name", "web", "--restart", "--memory-max", "100M", "--cpu-max", "150%", "--pids-max", "20", "sleep 1000 & sleep 1000"));
        await AssertLimited(home);

        (await home.Run("restart", "web")).Ok();
        await AssertLimited(home);

        var main = (await home.Show("web")).Pid!.Value;
        Live.Find(main)!.Signal(Signals.Kill);
        await Wait.Until(async () => (await home.Show("web")) is { State: "running", Pid: var pid } && pid != main, () => "it is back");
        await AssertLimited(home);

        if (withDaemon)
        {
            await home.KillDaemon();
            await home.StartDaemon();
            (await home.Run("restart", "web")).Ok();
            await AssertLimited(home);
        }

        (await home.Run("stopall")).Ok();
        (await home.Run("startall")).Ok();
        await AssertLimited(home);

        var group = ControlGroups.Of(home.Supervised()[0]);
        (await home.Run("stop", "web")).Ok();
        Assert.False(Directory.Exists(group));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_needs_more_memory_than_it_may_have_ends_as_a_whole_and_that_is_said(bool withDaemon)
    {
        Needs.Limits();
        await using var home = await SentinelHome.Create(withDaemon);
        // .NET would keep itself to the limit.
        await home.Start(new Call(
            "run", "--name", "greedy", "--memory-max", "100M", $"sleep 1000 & DOTNET_GCHeapHardLimit=0x40000000 {SentinelHome.Actor} hold 200"));

        await Wait.Until(() => home.Supervised().Count == 0, "all of it is gone");

        var greedy = await home.Show("greedy");
        Assert.Equal(("crashed", "killed by SIGKILL, out of memory"), (greedy.State, greedy.LastRun!.Text));
    }

    [Fact(DisableParallelization = true)]
    public async Task The_CPU_that_it_gets_is_no_more_than_it_may_have()
    {
        Needs.Limits();
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "burner", "--cpu-max", "50%", "--", SentinelHome.Actor, "burn", "2"));
        await home.Says("burner", "ready");

        var used = new List<double>();
        for (var look = 0; look < 10; look++)
            used.Add((await home.Show("burner")).CpuPercent!.Value);

        // At least something; how much is a matter of what else runs on the machine.
        Assert.InRange(used.Average(), 0.1, 80);
    }

    [Fact]
    public async Task It_starts_no_more_processes_than_it_may_have_and_stops_all_the_same()
    {
        Needs.Limits();
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "bomb", "--pids-max", "5", "while :; do sleep 1000 & done"));

        await Wait.Until(() => File.ReadAllText(home.Stderr("bomb")).Length > 0, "it is refused another");

        Assert.InRange(home.Supervised().Count, 1, 5);
        (await home.Run("stop", "bomb")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData("memory", "100M")]
    [InlineData("cpu", "50%")]
    [InlineData("pids", "20")]
    public async Task Where_a_limit_cannot_be_had_nothing_is_started_and_what_to_do_is_said(string controller, string value)
    {
        Needs.NoLimits(controller);
        await using var home = new SentinelHome();

        var refused = (await home.Run("run", $"--{controller}-max", value, "sleep", "1000")).Fails(1).Stderr;

        Assert.StartsWith($"Error: --{controller}-max", refused);
        Assert.Matches("boot with|what works", refused);
        Assert.Empty((await home.List()).Processes);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Without_cgroup_v2_nothing_is_started_and_what_to_do_is_said()
    {
        Needs.MountNamespaces();
        await using var home = new SentinelHome();

        var refused = (await home.Run(new Call("run", "--pids-max", "20", "sleep", "1000")
        {
            Through = Call.WithoutControlGroups,
        })).Fails(1).Stderr;

        Assert.Contains("--pids-max: cgroup v2 is not mounted here; boot with systemd.unified_cgroup_hierarchy=1", refused);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData("--memory-max", "1K")]
    [InlineData("--memory-max", "lots")]
    [InlineData("--cpu-max", "1.5")]
    [InlineData("--cpu-max", "0%")]
    [InlineData("--pids-max", "0")]
    public async Task What_makes_no_sense_is_refused(string option, string value)
    {
        await using var home = new SentinelHome();
        var refused = (await home.Run("run", option, value, "sleep", "1000")).Fails(2).Stderr;
        Assert.Contains($"{option} takes", refused);
        Assert.Contains($"not '{value}'", refused);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Limits_are_shown_and_what_cannot_have_them_any_more_is_not_stopped_for_a_restart()
    {
        Needs.NoLimits("memory");
        await using var home = new SentinelHome();
        var web = await home.Sleeper("web");
        home.EditState(state =>
        {
            var options = state["processes"]![0]!["spec"]!["options"]!;
            (options["memory-max"], options["cpu-max"], options["pids-max"]) = ("200M", "150%", 20);
        });

        var status = (await home.Run("status", "web")).Ok().Lines;
        Assert.Equal(["memory-max=200.0MB", "cpu-max=150%", "pids-max=20"], status.Where(line => line.Contains("Limit:")).Select(line => line[13..]));
        var treatment = JsonNode.Parse((await home.Run("status", "web", "--json")).Ok().Stdout)!["processes"]![0]!["treatment"]!;
        Assert.Equal((209715200, 150, 20), ((long)treatment["memoryMaxBytes"]!, (int)treatment["cpuMaxPercent"]!, (int)treatment["pidsMax"]!));

        Assert.Contains("--memory-max", (await home.Run("restart", "web")).Fails(1).Stderr);
        Assert.True(web.Process.IsAlive);
        (await home.Run("stop", "web")).Ok();
        Assert.Contains("--memory-max", (await home.Run("start", "web")).Fails(1).Stderr);
        Assert.Empty(home.Supervised());
    }

    private static async Task AssertLimited(SentinelHome home)
    {
        await Wait.Until(() => home.Supervised().Count(process => process.Program.EndsWith("sleep", StringComparison.Ordinal)) == 2, "both run");
        var group = Assert.Single(home.Supervised().Select(process => ControlGroups.Of(process)!).Distinct());
        Assert.Equal($"{100L << 20}", Read("memory.max"));
        Assert.Equal("1", Read("memory.oom.group"));
        Assert.Equal("150000 100000", Read("cpu.max"));
        Assert.Equal("20", Read("pids.max"));
        var web = await home.Show("web");
        Assert.InRange(web.MemoryBytes!.Value, 1, 100L << 20);

        string Read(string file) => File.ReadAllText(Path.Combine(group, file)).Trim();
    }
}
