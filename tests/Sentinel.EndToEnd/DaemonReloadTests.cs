namespace Sentinel.EndToEnd;

/// <summary>SIGHUP makes the daemon take up what others have changed.</summary>
public class DaemonReloadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_that_was_moved_or_deleted_is_made_anew_and_daemon_and_processes_go_on(bool isMoved)
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"));
        var old = home.DaemonLog + ".old";
        if (isMoved)
            File.Move(home.DaemonLog, old);
        else
            File.Delete(home.DaemonLog);

        daemon.Signal(Signals.HangUp);
        await Logs(home, $"reloaded: {home.DaemonLog} was moved or deleted, and is a new file");
        daemon.Signal(Signals.HangUp);
        await Logs(home, "reloaded: nothing has changed");

        Assert.DoesNotContain("reloaded", isMoved ? File.ReadAllText(old) : "");
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, daemon), (File.GetUnixFileMode(home.DaemonLog), home.Daemon()));
        Assert.True(web.Process.IsAlive);
        Assert.Equal(0, (await home.Show("web")).Restarts);
    }

    [Fact]
    public async Task A_state_that_another_hand_wrote_is_the_daemons_from_then_on()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var web = await home.Sleeper("web");
        home.EditState(state => state["processes"]![0]!["spec"]!["name"] = "shop");

        daemon.Signal(Signals.HangUp);
        await Logs(home, $"reloaded: {home.StateFile} was changed, and this daemon goes on with it");

        Assert.Contains("web", (await home.Run("stop", "web")).Fails(1).Stderr);
        Assert.True(web.Process.IsAlive);
        (await home.Run("stop", "shop")).Ok();
        Assert.False(web.Process.IsAlive);
    }

    [Fact]
    public async Task A_state_that_was_damaged_meanwhile_is_kept_aside_and_what_the_daemon_knows_is_written_again()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        await home.Sleeper("web");
        File.WriteAllText(home.StateFile, "{");

        daemon.Signal(Signals.HangUp);
        await Logs(home, "reloaded: nothing has changed");

        Assert.Equal("running", (await home.Show("web")).State);
        Assert.Equal("{", File.ReadAllText(Assert.Single(Directory.GetFiles(home.Folder, "state.json.damaged-*"))));
        Assert.Contains($"{home.StateFile} is damaged", File.ReadAllText(home.DaemonLog));
    }

    [Fact]
    public async Task A_socket_that_was_deleted_is_there_again()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        File.Delete(home.Socket);

        daemon.Signal(Signals.HangUp);
        await Logs(home, "reloaded: ");

        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
    }

    [Theory]
    [InlineData("daemon start; exec sleep 1000", false)]
    [InlineData("daemon run", true)]
    public async Task A_hang_up_ends_a_daemon_only_where_it_says_that_its_terminal_was_closed(string line, bool ends)
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        using var terminal = home.Begin(Call.Line(Terminal.In(80, $"exec sh -c '{SentinelHome.Binary} {line}'")));
        await Wait.Until(async () => (await home.Run("daemon", "status")).ExitCode == 0, () => "the daemon answers");
        var daemon = home.Daemon();
        var web = await home.Sleeper("web");

        daemon.Signal(Signals.HangUp);
        if (ends)
            await terminal.Prints("reloaded: ");
        else
            await Logs(home, "reloaded: ");
        Assert.Equal(daemon, home.Daemon());
        terminal.Signal(Signals.Kill);

        if (ends)
        {
            await Wait.Until(() => !daemon.IsAlive, "it ends");
            Assert.Equal("daemon-down", (string?)(await home.Happened())[^1]["event"]);
        }
        else
            Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
        Assert.True(web.Process.IsAlive);
    }

    private static Task Logs(SentinelHome home, string line) => Wait.Until(
        () => File.Exists(home.DaemonLog) && File.ReadAllText(home.DaemonLog).Contains(line),
        () => $"the daemon's log says '{line}': {File.ReadAllText(home.DaemonLog)}");
}
