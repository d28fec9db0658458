using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class CrashTests
{
    [Fact]
    public async Task Whenever_a_command_is_killed_the_state_is_whole_and_nothing_that_it_started_is_unknown()
    {
        const int atOnce = 8;
        var batches = Long.Times(25, otherwise: 6);
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var home = new SentinelHome();
        for (var i = 0; i < atOnce; i++)
            await home.Start($"old-{i}", "sleep", "1000");
        var killed = 0;

        for (var batch = 0; batch < batches; batch++)
        {
            var commands = Enumerable.Range(0, atOnce).Select(i => random.Next(4) switch
            {
                0 => (string[])["stop", $"old-{i}"],
                1 => ["start", $"old-{i}"],
                _ => ["run", "--name", $"new-{batch}-{i}", "--", "sleep", "1000"],
            }).ToList();
            // A command takes some 10 ms, more when several contend; one is killed at once, and some are let live.
            var lives = commands.ConvertAll(_ => random.Next(8) == 0 ? double.MaxValue : random.NextDouble() * 25);
            (lives[0], lives[1]) = (0, double.MaxValue);
            await Task.WhenAll(commands.Zip(lives, async (command, life) =>
            {
                using var begun = home.Begin(command);
                var since = Stopwatch.GetTimestamp();
                await Task.Run(() => SpinWait.SpinUntil(() => begun.HasEnded || Stopwatch.GetElapsedTime(since).TotalMilliseconds > life));
                begun.Signal(Signals.Kill);
                if ((await begun.End()).ExitCode == 128 + Signals.Kill)
                    Interlocked.Increment(ref killed);
            }));
            await home.Settled();

            JsonNode.Parse(File.ReadAllText(home.StateFile));
            var list = (await home.Run("list", "--json")).Ok();
            var listing = list.As<Listing>();
            Assert.Empty(listing.Warnings);
            Assert.Equal(
                home.Supervised().Select(process => process.Pid).Order(),
                listing.Processes.Select(process => process.Pid).OfType<int>().Order());
            Assert.Equal(listing.Processes.Length, listing.Processes.Select(process => process.Id).Distinct().Count());
        }

        // Both kinds were there: killed in time, and come through.
        Assert.InRange(killed, 1, (batches * atOnce) - 1);
        (await home.Run("stopall", "--force")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Fifty_runs_at_once_make_fifty_processes()
    {
        const int count = 50;
        await using var home = new SentinelHome();

        var runs = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => home.Run("run", "sleep 1000")));

        var started = runs.Select(run => Started.Parse(run.Ok().Stdout)).ToList();
        Assert.Equal(Enumerable.Range(1, count), started.Select(each => each.Id).Order());
        Assert.Equal(count, started.Select(each => each.Name).Distinct().Count());
        Assert.Equal(
            started.Select(each => (each.Id, each.Name, (int?)each.Pid)).Order(),
            (await home.List()).Processes.Select(process => (process.Id, process.Name, process.Pid)).Order());
        Assert.Equal(count, home.Supervised().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_commands_at_once_about_one_process_leave_one_of_it_or_none(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start("web", "sleep", "1000");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => home.Run("restart", "web")));
        var one = Assert.Single(home.Supervised());
        Assert.Equal(one.Pid, (await home.Show("web")).Pid);

        string[] commands = ["stop", "start", "restart"];
        await Task.WhenAll(Enumerable.Range(0, 9).Select(i => home.Run(commands[i % 3], "web")));
        Assert.Equal(
            (await home.List()).Processes.Select(process => process.Pid).OfType<int>(),
            home.Supervised().Select(process => process.Pid));
    }

    [Fact]
    public async Task What_a_killed_command_has_started_is_adopted_and_not_what_the_run_before_has_left()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        var cookie = (string)home.ReadState()["processes"]![0]!["cookie"]!;
        // The older one, which would be taken otherwise.
        using var left = home.Begin(LeadsASession($"{cookie}.1"));
        await Wait.Until(() => home.Supervised().Exists(process => process.Session == left.Pid), "it is there");
        using var made = home.Begin(LeadsASession($"{cookie}.2"));
        await Wait.Until(() => home.Supervised().Exists(process => process.Session == made.Pid), "both are there");
        home.EditState(all =>
        {
            var web = all["processes"]![0]!;
            web["runNumber"] = 2;
            web["state"] = new JsonObject { ["is"] = "starting", ["since"] = DateTimeOffset.UtcNow.ToString("o"), ["automatic"] = false };
        });

        var web = await home.Show("web");
        Assert.Equal(("running", made.Pid), (web.State, web.Pid));
        Assert.Contains($"pid: {made.Pid}", (await home.Run("start", "web")).Ok().Stdout);
        (await home.Run("stop", "web")).Ok();
        (await home.Run("delete", "web")).Ok();
        Assert.Empty(home.Supervised());
    }

    private static Call LeadsASession(string cookie) => new("1000")
    {
        Program = "sleep",
        Through = ["setsid"],
        Environment = new Dictionary<string, string?> { ["SENTINEL_COOKIE"] = cookie },
    };

    [Theory]
    [InlineData("running", "another start time")]
    [InlineData("running", "another boot")]
    [InlineData("stopping", "another start time")]
    [InlineData("stopping", "another boot")]
    public async Task A_pid_that_went_to_another_process_is_not_shown_as_running_and_never_signalled(string state, string difference)
    {
        await using var home = new SentinelHome();
        await home.StartActor("web", "ignore-term");
        if (state == "stopping")
        {
            // A stop that was killed half way.
            using var stop = home.Begin("stop", "web", "--timeout", "600");
            await home.Says("web", "SIGTERM");
        }

        var web = Live.Find((await home.Show("web")).Pid!.Value)!;
        web.Signal(Signals.Kill);
        await Wait.Until(() => !File.Exists($"/proc/{web.Pid}/stat"), "its pid is free");
        // A session of its own with a member, as every process of ours is.
        using var stranger = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", "sleep 1000 & wait"]) { WorkingDirectory = "/" })!;
        try
        {
            await Wait.Until(() => Session(stranger.Id).Count == 2, "the stranger has a child");
            home.EditState(all => GiveAway(all["processes"]![0]!["state"]!, Live.Find(stranger.Id)!, difference));

            Assert.Null((await home.Show("web")).Pid);
            Assert.DoesNotContain("running", (await home.Run("list")).Ok().Stdout);
            Assert.DoesNotContain("running", (await home.Run("status", "web")).Ok().Stdout);
            foreach (var command in (string[][])[["stop", "web"], ["stop", "web", "--force"], ["stopall"], ["restart", "web"], ["delete", "web", "--force"], ["clean"]])
            {
                var before = File.ReadAllText(home.StateFile);
                (await home.Run(command)).Ok();
                Assert.Equal(2, Session(stranger.Id).Count);
                Assert.Equal(command[0] is "delete" or "clean" ? 0 : 1, (await home.List()).Processes.Length);
                await home.Run("stop", "web", "--force");
                Assert.Equal(2, Session(stranger.Id).Count);
                File.WriteAllText(home.StateFile, before);
            }
        }
        finally
        {
            foreach (var process in Session(stranger.Id))
                process.Signal(Signals.Kill);
            await stranger.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_command_that_was_suspended_half_way_holds_up_changes_and_nobody_who_looks()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using var suspended = await SuspendedInItsTurn(home);

        Assert.Equal("running", (await home.Show("web")).State);
        (await home.Run("status", "web")).Ok();
        (await home.Run("logs", "web")).Ok();
        using var waits = home.Begin("run", "--name", "waits", "--", "sleep", "1000");
        await waits.Prints("waiting for another command to finish");
        Assert.False(waits.HasEnded);
        Assert.DoesNotContain("waits", (await home.List()).Processes.Select(process => process.Name));

        suspended.Signal(Signals.Continue);
        (await suspended.End()).Ok();
        (await waits.End()).Ok();
        Assert.Equal(
            home.Supervised().Select(process => process.Pid).Order(),
            (await home.List()).Processes.Select(process => process.Pid!.Value).Order());
    }

    [Fact]
    public async Task A_command_that_was_killed_in_its_turn_holds_up_nobody()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using (var suspended = await SuspendedInItsTurn(home))
            suspended.Signal(Signals.Kill);
        await home.Settled();

        Assert.Empty((await home.Run("run", "--name", "next", "--", "sleep", "1000")).Ok().Stderr);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_his_turn_gives_up_and_names_who_is_in_the_way()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using var turn = home.TakeTurn();
        turn.Write("4711\n"u8);
        turn.Flush();

        var run = (await home.Run("run", "sleep 1000")).Fails(1);

        Assert.Contains("(pid 4711) has held", run.Stderr);
        Assert.Single(home.Supervised());
    }

    // Suspends one 'run' after another, each a little later, until one is caught while it has the lock.
    private static async Task<Command> SuspendedInItsTurn(SentinelHome home)
    {
        for (var i = 0; ; i++)
        {
            var run = home.Begin("run", "--name", $"suspended-{i}", "--", "sleep", "1000");
            SpinWait.SpinUntil(() => run.HasEnded || home.IsLocked());
            run.Signal(Signals.Stop);
            await Wait.Until(() => run.HasEnded || Live.Find(run.Pid)?.Status("State").StartsWith('T') != false, "it is suspended or over");
            if (!run.HasEnded && home.IsLocked())
                return run;
            run.Signal(Signals.Continue);
            (await run.End()).Ok();
        }
    }

    private static List<Live> Session(int id) => [.. Live.All().Where(process => process.Session == id)];

    // Whatever else the state says of a process, its identity is where its start time is.
    private static void GiveAway(JsonNode state, Live to, string difference)
    {
        var identity = state["startTicks"] is null ? state["run"]! : state;
        identity["pid"] = to.Pid;
        identity["startTicks"] = to.StartTicks - (difference == "another start time" ? 1 : 0);
        if (difference == "another boot")
            identity["bootId"] = "01234567-89ab-cdef-0123-456789abcdef";
    }
}
