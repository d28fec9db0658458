using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Programs of which the process that was started ends, and others go on.</summary>
public class HandoverTests
{
    private const int Quit = 3, UserDefined2 = 12;

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 300)]
    [InlineData(false, 0)]
    [InlineData(false, 300)]
    public async Task A_program_that_goes_into_the_background_is_the_one_that_its_pid_file_names(bool withDaemon, int afterMs)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var launcher = await home.Start(InBackground("web", "web.pid", afterMs, "--restart", "--pid-file", "web.pid"));

        var pid = await Named(home, "web.pid");
        await Wait.Until(async () => (await home.Show("web")).Pid == pid, () => "it is followed");

        var shown = await home.Show("web");
        Assert.Equal(("running", 0, null), (shown.State, shown.Restarts, shown.LastRun));
        Assert.NotEqual(launcher.Pid, pid);
        // It is written down after the state.
        await Wait.Until(async () => (await home.Happened("web")).Exists(happened => (string)happened["event"]! == "handed-over"), () => "it is told");
        var told = Assert.Single(await home.Happened("web"), happened => (string)happened["event"]! == "handed-over");
        Assert.Equal((pid, launcher.Pid), ((int)told["pid"]!, (int)told["oldPid"]!));
        Assert.Contains("  Pid file:  web.pid\n", (await home.Run("status", "web")).Ok().Stdout);

        Assert.Equal("Stopped web (id: 1)\n", (await home.Run("stop", "web")).Ok().Stdout);
        Assert.Empty(home.Supervised());
        Assert.Equal(pid, (await home.Show("web")).LastRun!.Pid);
    }

    [Fact]
    public async Task What_was_handed_over_is_restarted_when_it_ends()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(InBackground("web", "web.pid", 0, "--restart", "--pid-file", "web.pid"));
        var first = await Named(home, "web.pid");
        await Wait.Until(async () => (await home.Show("web")).Pid == first, () => "it is followed");

        Signals.Send(first, Signals.Kill);

        await Wait.Until(async () => await home.Show("web") is { State: "running", Restarts: 1, Pid: { } pid } && pid == await Named(home, "web.pid") && pid != first,
            () => "its successor is followed as well");
        Assert.Equal(first, (await home.Show("web")).LastRun!.Pid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_that_replaces_itself_goes_on_without_a_restart(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var old = await home.Start(new Call("run", "--name", "web", "--restart", "--pid-file", "web.pid", "--", SentinelHome.Actor, "replaceable", "web.pid"));
        await home.Says("web", "ready");

        Signals.Send(old.Pid, UserDefined2);
        await home.Says("web", "ready", times: 2);
        var next = await Named(home, "web.pid.2");
        Signals.Send(old.Pid, Quit);

        await Wait.Until(async () => (await home.Show("web")) is { State: "running", Pid: { } pid } && pid == next, () => "its successor is followed");
        Assert.Equal((0, null), ((await home.Show("web")).Restarts, (await home.Show("web")).LastRun));
        Assert.Equal(next, Assert.Single(home.Supervised()).Pid);
        (await home.Run("stop", "web")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_names_a_stranger_has_it_neither_followed_nor_stopped(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        using var stranger = Process.Start("sleep", "1000");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(home.Work, "web.pid"), $"{stranger.Id}\n", TestContext.Current.CancellationToken);
            await home.Start(InBackground("web", "-", 0, "--pid-file", "web.pid"));

            await Wait.Until(async () => await home.Show("web") is { State: "starting", Pid: null }, () => "its main process has ended");
            (await home.Run("stop", "web")).Ok();

            Assert.False(stranger.HasExited);
            Assert.Empty(home.Supervised());
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_waits_until_it_has_been_handed_over(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);

        (await home.Run(InBackground("web", "web.pid", 200, "--wait", "--pid-file", "web.pid"))).Ok();

        Assert.Equal(await Named(home, "web.pid"), (int)home.ReadState()["processes"]![0]!["state"]!["pid"]!);
    }

    [Theory]
    [InlineData("--restart")]
    [InlineData("--restart=no")]
    public async Task One_that_put_itself_into_the_background_goes_on_and_everything_says_so(string rule)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(InBackground("web", "-", 0, rule));
        await Wait.Until(async () => (await home.Happened("web")).Exists(happened => (string)happened["event"]! == "in-background"), () => "it is told");

        var left = Assert.Single(home.Supervised());

        Assert.Equal(("exited", 0), ((await home.Show("web")).State, (await home.Show("web")).Restarts));
        Assert.Contains(" exited, 1 left ", (await home.Run("list")).Ok().Stdout);
        foreach (var verb in new[] { "status", "why" })
        {
            var said = string.Join(' ', (await home.Run(verb, "web")).Ok().Stdout.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains($"1 process that it started still runs (sleep, pid {left.Pid}); 'sentinel stop web' ends it", said);
            Assert.Contains("put itself into the background", said);
            Assert.Contains("--pid-file FILE", said);
        }

        Assert.Contains($"put itself into the background and left sleep (pid {left.Pid})", (await home.Run("events", "web")).Ok().Stdout);
        (await home.Run("stop", "web")).Ok();
        Assert.Empty(home.Supervised());
        Assert.DoesNotContain(" left", (await home.Run("list")).Ok().Stdout);
    }

    [Fact]
    public async Task What_is_left_of_a_crash_is_told_without_a_daemon_and_without_a_group_as_well()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "web", "setsid sleep 1000 & exit 3") { Through = Call.WithoutControlGroups });
        await Wait.Until(async () => (await home.Show("web")).Pid is null, () => "it has ended");
        var left = Assert.Single(home.Supervised());

        Assert.Contains(", 1 left ", (await home.Run("list")).Ok().Stdout);
        Assert.Contains($"1 process that it started still runs (sleep, pid {left.Pid})", (await home.Run("why", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task A_pid_file_can_be_set_and_unset_later()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");

        (await home.Run("set", "web", "--pid-file", "/run/web.pid")).Ok();
        Assert.Equal("/run/web.pid", await Shown());
        (await home.Run("set", "web", "--unset", "pid-file")).Ok();
        Assert.Null(await Shown());
        Assert.Contains("--pid-file takes a file", (await home.Run("set", "web", "--pid-file", "")).Fails(2).Stderr);
        Assert.Contains("--pid-file names one file", (await home.Run("run", "--instances", "2", "--pid-file", "f", "--", "sleep", "1")).Fails(2).Stderr);

        async Task<string?> Shown() => (string?)JsonNode.Parse((await home.Run("status", "web", "--json")).Ok().Stdout)!["processes"]![0]!["pidFile"];
    }

    private static Call InBackground(string name, string pidFile, int afterMs, params string[] options) =>
        new(["run", "--name", name, .. options, "--", SentinelHome.Actor, "background", pidFile, $"{afterMs}"]);

    private static async Task<int> Named(SentinelHome home, string pidFile)
    {
        var pid = 0;
        await Wait.Until(() => File.Exists(Path.Combine(home.Work, pidFile)) && int.TryParse(File.ReadAllText(Path.Combine(home.Work, pidFile)), out pid),
            $"{pidFile} names a process");
        return pid;
    }
}
