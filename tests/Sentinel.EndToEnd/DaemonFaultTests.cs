using System.Globalization;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>What goes wrong with the daemon itself, and with what it lives on.</summary>
public class DaemonFaultTests
{
    [Fact]
    public async Task Killed_during_a_hundred_starts_it_loses_none_and_starts_none_twice()
    {
        const int count = 100;
        await using var home = new SentinelHome();
        await home.StartDaemon();

        var runs = Enumerable.Range(0, count).Select(i => home.Begin("run", "--name", $"p{i}", "--restart", "--", "sleep", "1000")).ToList();
        await Wait.Until(() => home.Supervised().Count >= count / 4, "some are started");
        await home.KillDaemon();
        var outcomes = await Task.WhenAll(runs.Select(run => run.End()));
        await home.Settled();

        var known = await KnownIsWhatRuns(home);
        // What was said to be started is there, whether the daemon said so or the command did it after.
        Assert.Subset(known.ToHashSet(), outcomes.Where(outcome => outcome.ExitCode == 0).Select(outcome => Started.Parse(outcome.Stdout).Name).ToHashSet());
        await home.StartDaemon();
        // And the one that the other was about to start when it was killed.
        await Wait.Until(async () => (await home.List()).Processes.All(process => process.State == "running"), () => "all run");
        Assert.Subset((await KnownIsWhatRuns(home)).ToHashSet(), known.ToHashSet());
    }

    [Fact]
    public async Task Killed_during_a_restart_storm_it_leaves_a_successor_that_restarts_the_rest_once_each()
    {
        // Until the daemon is killed in the middle of it, and not after all are back. Each time with processes that have not crashed yet:
        // those that crash again and again wait ever longer.
        while (!await IsKilledInTheMiddle())
        {
        }

        async Task<bool> IsKilledInTheMiddle()
        {
            const int count = 200;
            await using var home = new SentinelHome();
            await Prepare(home, count);
            var before = home.Supervised();
            var daemon = home.Daemon();
            // Whoever looks at all of /proc comes too late.
            var length = new FileInfo(home.Events).Length;
            before.ForEach(process => process.Signal(Signals.Kill));
            SpinWait.SpinUntil(() => new FileInfo(home.Events).Length > length, TimeSpan.FromMinutes(2));
            daemon.Signal(Signals.Kill);
            await Wait.Until(() => !daemon.IsAlive, "the daemon is dead");
            var isInTheMiddle = home.Supervised().Count is > 0 and < count;
            await home.StartDaemon();
            Listing listing = null!;
            await Wait.Until(
                async () => (listing = await home.List()).Processes.All(process => process.State == "running"),
                () => "all are back: " + string.Join(", ", listing.Processes.Where(process => process.State != "running").Select(process => $"{process.Name} {process.State} {process.LastRun?.Text}")));
            Assert.Equal(count, (await KnownIsWhatRuns(home)).Count);
            Assert.Empty(home.Supervised().Intersect(before));
            return isInTheMiddle;
        }
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_stop_it_leaves_a_successor_that_finishes_the_stop()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--stop-timeout", "1", "--", SentinelHome.Actor, "ignore-term"));
        await home.Says("web", "ready");
        using var stop = home.Begin("stop", "web", "--timeout", "600");
        await home.Says("web", "SIGTERM");

        await home.KillDaemon();
        Assert.Contains("the daemon ended before it was done", (await stop.End()).Fails(1).Stderr);
        await home.StartDaemon();

        (await home.Run("wait", "web", "--for", "stopped")).Ok();
        Assert.False(web.Process.IsAlive);
        Assert.Equal("stopped", (await home.Show("web")).State);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task What_the_daemon_was_to_restart_when_it_was_killed_is_restarted_by_whoever_looks()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));

        await home.KillDaemon();
        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => !web.Process.IsAlive, "it is dead");
        var listing = await home.List();

        Assert.Equal([new AutoRestart(1, "web", web.Pid, listing["web"].Pid)], listing.AutoRestarted);
        Assert.Equal(listing["web"].Pid, Assert.Single(home.Supervised()).Pid);
    }

    [Fact]
    public async Task A_suspended_daemon_restarts_what_crashed_meanwhile_once_each_when_it_goes_on()
    {
        const int count = 20;
        await using var home = new SentinelHome();
        var daemon = await Prepare(home, count);
        var before = home.Supervised();

        daemon.Signal(Signals.Stop);
        await Wait.Until(() => daemon.Status("State").StartsWith('T'), "it is suspended");
        before.ForEach(process => process.Signal(Signals.Kill));
        // Longer than the interval of its sweep, which is then due as well.
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        var listing = await home.List();
        Assert.Empty(listing.AutoRestarted);
        Assert.All(listing.Processes, process => Assert.Equal("backoff", process.State));
        // Whoever looks does not even ask it: that would take long, and be told.
        Assert.Empty(listing.Warnings);
        Assert.Empty((await home.Run("status", "copy-1")).Ok().Stderr);
        Assert.Empty(home.Supervised());
        daemon.Signal(Signals.Continue);

        await Wait.Until(async () => (await home.DescribeDaemon()) is { RunningProcesses: count, Restarts: count }, () => "all are back");
        Assert.Equal(count, (await KnownIsWhatRuns(home)).Count);
        Assert.All((await home.List()).Processes, process => Assert.Equal("killed by SIGKILL", process.LastRun!.Text));
    }

    [Fact]
    public async Task While_the_daemon_hangs_looking_works_changes_fail_in_time_and_force_goes_on()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var web = await home.StartActor("web", "children", "0");
        daemon.Signal(Signals.Stop);
        await Wait.Until(() => daemon.Status("State").StartsWith('T'), "it is suspended");

        Assert.Equal("running", (await home.Show("web")).State);
        (await home.Run("status", "web")).Ok();
        Assert.Contains("ready", (await home.Run("logs", "web")).Ok().Stdout);
        (await home.Run("events")).Ok();
        var begun = TimeProvider.System.GetTimestamp();
        string[][] changes = [["run", "sleep 1000"], ["stop", "web"], ["restart", "web"], ["stopall"], ["daemon", "status"], ["daemon", "stop"], ["daemon", "start"]];
        foreach (var change in await Task.WhenAll(changes.Select(home.Run)))
        {
            Assert.Matches($@"\(pid {daemon.Pid}\) does not answer, and has been idle for \d+ s\.", change.Fails(1).Stderr);
            Assert.Contains("sentinel daemon stop --force", change.Stderr);
        }

        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(9) + await home.Slack());
        Assert.Equal(
            $"Killed daemon (pid: {daemon.Pid})\n1 process keeps running\n", (await home.Run("daemon", "stop", "--force")).Ok().Stdout);
        Assert.False(daemon.IsAlive);
        Assert.Equal([web.Process], home.Supervised());
        Assert.Equal("Stopped web (id: 1)\n", (await home.Run("stop", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task What_a_client_gave_up_is_not_begun_when_the_daemon_goes_on()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var web = await home.Start("web", "sleep", "1000");
        daemon.Signal(Signals.Stop);
        await Wait.Until(() => daemon.Status("State").StartsWith('T'), "it is suspended");

        var stop = home.Begin("stop", "web");
        var run = home.Begin("run", "--name", "ghost", "--", "sleep", "1000");
        foreach (var outcome in await Task.WhenAll(stop.End(), run.End()))
            Assert.Contains("Nothing was done, and nothing will be.", outcome.Fails(1).Stderr);
        daemon.Signal(Signals.Continue);
        await home.DescribeDaemon();

        Assert.Equal([web.Process], home.Supervised());
        Assert.Equal(["web"], (await home.List()).Processes.Select(process => process.Name));
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task What_has_begun_when_the_daemon_hangs_is_said_to_be_open()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        await home.StartActor("web", "ignore-term");
        using var stop = home.Begin("stop", "web", "--timeout", "60");
        await home.Says("web", "SIGTERM");

        daemon.Signal(Signals.Stop);

        Assert.Contains("It had begun, and may still do what was asked for", (await stop.End()).Fails(1).Stderr);
        daemon.Signal(Signals.Continue);
        (await home.Run("stop", "web", "--force")).Ok();
    }

    [Fact]
    public async Task What_is_warned_of_is_told_to_who_asked_for_it_and_to_nobody_else()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var noisy = Directory.CreateDirectory(Path.Combine(home.Work, "noisy")).FullName;
        var web = await home.Start(new Call("run", "--name", "noisy", "--restart", "--", "sleep", "1000") { Folder = noisy });
        await home.Start("other", "sleep", "1000");
        File.WriteAllText(Path.Combine(noisy, ".env"), "this is no assignment\n");

        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => File.ReadAllText(home.DaemonLog).Contains("noisy: "), "the daemon warns");

        Assert.Empty((await home.Run("stop", "other")).Ok().Stderr);
        Assert.Contains("noisy: ", (await home.Run("restart", "noisy")).Ok().Stderr);
        Assert.Equal(daemon, home.Daemon());
    }

    [Fact]
    public async Task On_a_full_disk_the_daemon_goes_on_restarting_and_writes_it_down_when_there_is_room_again()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run("daemon", "start")).Ok();
        var old = Started.Parse((await disk.Run("run", "--name", "web", "--restart", "--", "sleep", "1000")).Ok().Stdout);
        disk.Fill(exceptPages: 0);

        old.Process.Signal(Signals.Kill);
        await Wait.Until(() => Supervised(home) is [var one] && one != old.Process, "it is restarted");
        var successor = Supervised(home)[0];
        successor.Signal(Signals.Kill);
        await Wait.Until(() => Supervised(home) is [var one] && one != successor, "it is restarted again");
        Assert.Equal(old.Pid, Pid(File.ReadAllText(disk.StateFile)));
        disk.Empty();

        await Wait.Until(() => Pid(File.ReadAllText(disk.StateFile)) == Supervised(home)[0].Pid, "the state is written down");
        Assert.Equal((2, "killed by SIGKILL"), ((await disk.List())["web"].Restarts, (await disk.List())["web"].LastRun!.Text));
        (await disk.Run("stop", "web")).Ok();
        Assert.Contains("stopped", (await disk.Run("events", "web")).Ok().Lines[^1]);
        Assert.Empty(Supervised(home));
    }

    [Fact]
    public async Task A_socket_that_was_deleted_comes_back()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();

        File.Delete(home.Socket);
        await Wait.Until(() => File.Exists(home.Socket), "it is there again");

        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
    }

    [Fact]
    public async Task While_the_socket_is_gone_nobody_becomes_a_second_writer()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();

        File.Delete(home.Socket);
        var run = await home.Run("run", "--name", "web", "--", "sleep", "1000");

        Assert.Equal(daemon, home.Daemon());
        if (run.ExitCode != 0)
            Assert.Contains($"pid {daemon.Pid}", run.Stderr);
        await Wait.Until(() => File.Exists(home.Socket), "it is there again");
        Assert.Equal(home.Supervised().Select(process => process.Pid), (await home.List()).Processes.Select(process => process.Pid!.Value));
    }

    [Fact]
    public async Task A_home_that_was_moved_away_neither_ends_the_daemon_nor_makes_it_spin_and_may_come_back()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var old = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));
        var elsewhere = Path.Combine(home.Root, "elsewhere");

        Directory.Move(home.Folder, elsewhere);
        old.Process.Signal(Signals.Kill);
        var before = CpuSeconds(daemon);
        // Longer than the interval of its sweep.
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);

        Assert.True(daemon.IsAlive);
        Assert.InRange(CpuSeconds(daemon) - before, 0, 0.5);
        Assert.False(Directory.Exists(home.Folder));
        Directory.Move(elsewhere, home.Folder);
        await Wait.Until(async () => (await home.Run("daemon", "status")).ExitCode == 0, () => "it answers again");
        await Wait.Until(() => home.Supervised() is [var one] && one != old.Process, "what ended is restarted");
        await Wait.Until(() => Pid(File.ReadAllText(home.StateFile)) == home.Supervised()[0].Pid, "that is written down");
        Assert.Equal(daemon, home.Daemon());
    }

    [Theory]
    [InlineData("another boot", "the machine was restarted")]
    [InlineData("another start time", "nobody was watching when it ended")]
    public async Task Where_others_have_the_pids_of_before_the_daemon_starts_what_should_run_and_signals_none_of_them(string difference, string how)
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "always", "--restart", "--", "sleep", "1000"));
        await home.Start(new Call("run", "--name", "on-failure", "--restart=on-failure", "--", "sleep", "1001"));
        await home.Start("once", "sleep", "1002");
        await home.Start(new Call("run", "--name", "stopped", "--restart", "--", "sleep", "1003"));
        (await home.Run("stop", "stopped")).Ok();
        await home.KillDaemon();
        // Alive under the pids of then, and yet not the ones of then: they are strangers.
        var strangers = home.Supervised();
        home.EditState(state =>
        {
            foreach (var process in state["processes"]!.AsArray())
            {
                process!["cookie"] = Guid.NewGuid().ToString("N");
                if (process["state"]!["bootId"] is null)
                    continue;
                if (difference == "another boot")
                    process["state"]!["bootId"] = "01234567-89ab-cdef-0123-456789abcdef";
                else
                    process["state"]!["startTicks"] = (long)process["state"]!["startTicks"]! - 1;
            }
        });

        await home.StartDaemon();
        await Wait.Until(() => home.Supervised().Count == strangers.Count + 2, "what should run does");

        Assert.All(strangers, stranger => Assert.True(stranger.IsAlive));
        var listing = await home.List();
        Assert.Empty(listing.AutoRestarted);
        Assert.Equal(
            ["running", "running", "exited", "stopped"],
            ((string[])["always", "on-failure", "once", "stopped"]).Select(name => listing[name].State));
        Assert.Contains(how, listing["always"].LastRun!.Text);
        (await home.Run("stopall")).Ok();
        Assert.Equal(strangers, home.Supervised());
    }

    private static async Task<Live> Prepare(SentinelHome home, int count)
    {
        await home.Start(new Call("run", "--restart", "--name", "copy-1", "--", "sleep", "1000"));
        (await home.Run("stop", "copy-1")).Ok();
        home.Multiply(count);
        var daemon = await home.StartDaemon();
        (await home.Run("startall")).Ok();
        Assert.Equal(count, home.Supervised().Count);
        return daemon;
    }

    // None lost, none twice. The names of what runs.
    private static async Task<List<string>> KnownIsWhatRuns(SentinelHome home)
    {
        var processes = (await home.List()).Processes.Where(process => process.Pid is not null).ToList();
        Assert.Equal(processes.Select(process => process.Pid!.Value).Order(), home.Supervised().Select(process => process.Pid).Order());
        var cookies = home.Supervised().Select(process => process.Environment["SENTINEL_COOKIE"]).ToList();
        Assert.Equal(cookies.Count, cookies.Distinct().Count());
        return processes.ConvertAll(process => process.Name);
    }

    private static int? Pid(string state) => (int?)JsonNode.Parse(state)!["processes"]![0]!["state"]!["pid"];

    private static double CpuSeconds(Live process)
    {
        var stat = File.ReadAllText($"/proc/{process.Pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    // The disk is held by a process of its own.
    private static List<Live> Supervised(SentinelHome home) =>
        [.. home.Supervised().Where(process => process.Environment.ContainsKey("SENTINEL_COOKIE"))];
}
