using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

public class RestartTests
{
    private const string EndsSlowly = "trap 'echo ending; sleep 1; exit' TERM; while :; do sleep 0.1; done";

    [Fact]
    public async Task Restart_ends_all_of_the_old_one_and_keeps_id_and_name()
    {
        await using var home = new SentinelHome();
        var old = await home.StartActor("web", "children", "3");

        var line = (await home.Run("restart", "web")).Ok().Stdout;

        Assert.Matches(@"^Restarted web \(id: 1, pid: \d+\)\n$", line);
        await home.Says("web", "ready", times: 2);
        Assert.False(old.Process.IsAlive);
        Assert.Equal(4, home.Supervised().Count);
        Assert.Equal(Started.Parse(line).Pid, (await home.Show("web")).Pid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_run_has_a_cookie_and_a_control_group_of_its_own(bool hasCrashed)
    {
        Needs.ControlGroups();
        await using var home = await SentinelHome.Create(withDaemon: hasCrashed);
        var first = (await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000"))).Process;
        var (cookie, group) = (first.Environment["SENTINEL_COOKIE"], ControlGroups.Of(first)!);

        if (hasCrashed)
            first.Signal(Signals.Kill);
        else
            (await home.Run("restart", "web")).Ok();

        var second = await home.SuccessorOf(first);
        Assert.NotEqual(cookie, second.Environment["SENTINEL_COOKIE"]);
        Assert.EndsWith($"sentinel-{second.Environment["SENTINEL_COOKIE"]}", ControlGroups.Of(second));
        Assert.False(Directory.Exists(group));
        group = ControlGroups.Of(second)!;
        (await home.Run("delete", "web")).Ok();
        Assert.False(Directory.Exists(group));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_that_was_killed_goes_on_with_the_next_look_or_daemon(bool withDaemon)
    {
        await using var home = new SentinelHome();
        var old = await home.Start("web", "sh", "-c", EndsSlowly);
        using var restart = await Begin(home, "restart", "web");

        Live.Find(restart.Pid)!.Signal(Signals.Kill);
        await restart.End();
        if (withDaemon)
            await home.StartDaemon();

        await Wait.Until(async () => await home.Show("web") is { State: "running" } web && web.Pid != old.Pid, () => "it runs again");
        Assert.False(old.Process.IsAlive);
    }

    [Theory]
    [InlineData("stop", "web stopped")]
    [InlineData("restart", "web running")]
    [InlineData("delete", "")]
    public async Task A_daemon_that_begins_while_a_command_waits_does_the_rest_of_it(string word, string expected)
    {
        await using var home = new SentinelHome();
        var old = await home.Start("web", "sh", "-c", EndsSlowly);
        using var command = await Begin(home, word, "web");

        await home.StartDaemon();

        Assert.Empty((await command.End()).Ok().Stderr);
        Assert.False(old.Process.IsAlive);
        Assert.Equal(expected, string.Join(' ', (await home.List()).Processes.Select(process => $"{process.Name} {process.State}")));
    }

    [Theory]
    [InlineData("restart", "web")]
    [InlineData("restartall")]
    [InlineData("start", "web")]
    [InlineData("startall")]
    [InlineData("list")]
    [InlineData("status", "web")]
    public async Task Whatever_starts_it_again_uses_the_directory_environment_and_umask_of_its_run(params string[] command)
    {
        await using var home = new SentinelHome();
        var before = Directory.CreateDirectory(Path.Combine(home.Work, "before")).FullName;
        var old = await home.Start(new Call("run", "--name", "web", "--restart", "--", SentinelHome.Actor, "describe", "a b")
        {
            Folder = before,
            Environment = Variable("COLOUR", "green"),
            Through = Call.AfterShell("umask 077;"),
        });
        if (command[0].StartsWith("start", StringComparison.Ordinal))
            (await home.Run("stop", "web")).Ok();
        else if (!command[0].StartsWith("restart", StringComparison.Ordinal))
            await Die(old);

        await home.Run(new Call(command) { Folder = "/", Environment = Variable("COLOUR", "red") });

        var web = await home.Show("web");
        Assert.Equal((1, "running", before, "always"), (web.Id, web.State, web.WorkingDirectory, web.Restart));
        var successor = Live.Find(web.Pid!.Value)!;
        Assert.NotEqual(old.Process, successor);
        Assert.Equal([SentinelHome.Actor, "describe", "a b"], successor.Arguments);
        Assert.Equal(before, successor.Folder);
        Assert.Equal("green", successor.Environment["COLOUR"]);
        Assert.Equal("0077", successor.Status("Umask"));
        Assert.Equal([successor], home.Supervised());
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("start")]
    public async Task Update_env_takes_the_environment_of_the_caller_from_now_on(string command)
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "sleep 1000", "--name", "web") { Environment = Variable("COLOUR", "green") });
        if (command == "start")
            (await home.Run("stop", "web")).Ok();

        (await home.Run(new Call(command, "web", "--update-env") { Environment = Variable("SIZE", "large") })).Ok();
        (await home.Run("restart", "web")).Ok();

        var environment = Assert.Single(home.Supervised()).Environment;
        Assert.Equal("large", environment["SIZE"]);
        Assert.DoesNotContain("COLOUR", environment.Keys);
    }

    [Theory]
    [InlineData(false, "start", "web")]
    [InlineData(true, "start", "web")]
    [InlineData(true, "startall")]
    public async Task What_runs_has_a_new_environment_from_its_next_start_on(bool withDaemon, params string[] command)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "sleep 1000", "--name", "web"));

        var said = (await home.Run(new Call([.. command, "--update-env"]) { Environment = Variable("SIZE", "large") })).Ok();

        Assert.Contains("web is already running", said.Stdout);
        Assert.Contains("it gets the new environment after", said.Stdout);
        Assert.DoesNotContain("SIZE", Assert.Single(home.Supervised()).Environment.Keys);
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("large", Assert.Single(home.Supervised()).Environment["SIZE"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_waits_for_its_next_attempt_is_started_with_a_new_environment(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "--name", "web", "--restart", "--", "sh", "-c", "test -n \"$TOKEN\" && exec sleep 1000; exit 1"));
        await Wait.Until(async () => (await home.Show("web")).State == "backoff", () => "it waits");

        (await home.Run(new Call("start", "web", "--update-env") { Environment = Variable("TOKEN", "abc") })).Ok();

        await Wait.Until(async () => (await home.Show("web")).State == "running" && home.SupervisedPrograms() is ["sleep"], () => "it runs");
    }

    [Fact]
    public async Task The_environment_is_stored_once_however_many_processes_share_it()
    {
        await using var home = new SentinelHome();
        for (var i = 0; i < 5; i++)
            await home.Start(new Call("run", "sleep 1000") { Environment = Variable("FILLER", new string('x', 10_000)) });
        await home.Start("other", "sleep", "1000");

        Assert.Equal(2, home.ReadState()["environments"]!.AsObject().Count);
        (await home.Run("delete", "other")).Ok();
        Assert.Single(home.ReadState()["environments"]!.AsObject());
    }

    [Fact]
    public async Task Start_starts_what_was_stopped_and_leaves_what_runs()
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");

        Assert.Equal($"web is already running (id: 1, pid: {web.Pid})\n", (await home.Run("start", "web")).Ok().Stdout);
        (await home.Run("stop", "web")).Ok();
        Assert.Matches(@"^Started web \(id: 1, pid: \d+\)\n$", (await home.Run("start", "web")).Ok().Stdout);

        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task What_could_not_start_again_goes_on_and_nothing_of_it_is_forgotten()
    {
        await using var home = new SentinelHome();
        var folder = Directory.CreateDirectory(Path.Combine(home.Work, "gone")).FullName;
        var web = await home.Start(new Call("run", "sleep 1000", "--name", "web", "--cwd", "gone"));
        Directory.Delete(folder);

        Assert.Contains(folder, (await home.Run("restart", "web")).Fails(1).Stderr);
        Assert.Equal(web.Pid, (await home.Show("web")).Pid);

        (await home.Run("stop", "web")).Ok();
        Assert.Contains(folder, (await home.Run("restart", "web")).Fails(1).Stderr);
        Assert.Contains(folder, (await home.Run("start", "web")).Fails(1).Stderr);
        var shown = await home.Show("web");
        Assert.Equal(("sleep 1000", null), (shown.Command, shown.Pid));

        Directory.CreateDirectory(folder);
        (await home.Run("start", "web")).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task A_vanished_log_folder_is_made_again()
    {
        await using var home = new SentinelHome();
        await home.StartActor("web", "children", "0");
        Directory.Delete(home.Logs, recursive: true);

        Assert.Equal("running", (await home.Show("web")).State);
        (await home.Run("status", "web")).Ok();
        Assert.DoesNotContain("   at ", (await home.Run("logs", "web")).Stderr);
        (await home.Run("restart", "web")).Ok();

        await home.Says("web", "ready");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_restarts_of_one_process_at_once_give_one_successor(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.StartActor("web", "finish", "50", "0");

        var both = await Task.WhenAll(home.Run("restart", "web"), home.Run("restart", "web"));

        Assert.All(both, restart => restart.Ok());
        var successor = Assert.Single(home.Supervised());
        Assert.Equal(successor.Pid, (await home.Show("web")).Pid);
    }

    [Theory]
    [InlineData("restart", "running")]
    [InlineData("stop", "stopped")]
    [InlineData("delete", null)]
    public async Task A_process_may_call_for_its_own_end_from_inside_its_tree(string command, string? state)
    {
        await using var home = new SentinelHome();
        var marker = Path.Combine(home.Work, "marker");
        var first = await home.Start("self", SentinelHome.Actor, "once", marker, SentinelHome.Binary, command, "self", "--timeout", "5");

        await Wait.Until(() => !first.Process.IsAlive, "its first run is over");
        await Wait.Until(async () => (await home.List()).Processes.SingleOrDefault()?.State == state, () => $"it is {state}");
        await Wait.Until(() => home.Supervised().Count == (state == "running" ? 1 : 0), "all of the first run is gone");
        if (state == "running")
            await home.Says("self", "ready");
    }

    [Theory]
    [InlineData("list")]
    [InlineData("status", "worker")]
    public async Task Looking_restarts_what_died_and_says_so_first(params string[] look)
    {
        await using var home = new SentinelHome();
        var old = await home.Start(new Call("run", "sleep 1000", "--name", "worker", "--restart"));
        await Die(old);

        var looked = (await home.Run(look)).Ok();

        var successor = Assert.Single(home.Supervised());
        Assert.Equal($"Auto-restarted worker (old_pid: {old.Pid}, new_pid: {successor.Pid})", looked.Lines[0]);
        Assert.Contains("running", looked.Stdout);
    }

    [Fact]
    public async Task Looking_with_json_tells_what_it_restarted()
    {
        await using var home = new SentinelHome();
        var old = await home.Start(new Call("run", "sleep 1000", "--name", "worker", "--restart"));
        await Die(old);

        var listing = await home.List();

        Assert.Equal([new AutoRestart(1, "worker", old.Pid, listing["worker"].Pid)], listing.AutoRestarted);
        Assert.Equal(1, listing["worker"].Restarts);
        Assert.Equal(old.Pid, listing["worker"].LastRun!.Pid);
    }

    [Fact]
    public async Task What_was_not_to_be_restarted_is_not()
    {
        await using var home = new SentinelHome();
        await Die(await home.Start("plain", "sleep", "1000"));
        await home.Start(new Call("run", "sleep 1000", "--name", "stopped", "--restart"));
        (await home.Run("stop", "stopped")).Ok();

        var listing = await home.List();

        Assert.Empty(listing.AutoRestarted);
        Assert.Empty(home.Supervised());
        Assert.Contains(listing["plain"].State, (string[])["exited", "crashed"]);
        Assert.Equal("stopped", listing["stopped"].State);
    }

    [Fact]
    public async Task One_that_dies_again_soon_waits_longer_each_time()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "false", "--name", "broken", "--restart"));

        // Until two looks fall into the same wait: the first shows what is then written down.
        var (before, held) = (await home.Show("broken"), await home.Show("broken"));
        await Wait.Until(
            async () =>
            {
                (before, held) = (held, await home.Show("broken"));
                return (before.State, held.State) == ("backoff", "backoff") && before.Restarts == held.Restarts;
            },
            () => "it is held back");
        // It waits from when that was seen first, however often somebody looks.
        var again = await home.Show("broken");
        Assert.True(again.Since == held.Since || again.Restarts > held.Restarts, $"{held.Since:O} {again.Since:O}");
        await Wait.Until(
            async () => (await home.Run("list")).Ok().Stdout is var list && (await home.Run("status", "broken")).Ok().Stdout is var status
                && Regex.IsMatch(list, @"\| backoff \(\d+s\) \|") && Regex.IsMatch(status, @"backoff \(restarts in \d+s\)"),
            () => "list and status tell how long it waits");

        await Wait.Until(async () => (await home.Show("broken")).Restarts >= held.Restarts + 2, () => "it is started again, and again");
        var last = await home.Show("broken");
        // After 0.5 and 1 seconds or more, each 20% more or less.
        Assert.True(last.Since - held.Since > TimeSpan.FromSeconds(1.2));
    }

    [Fact]
    public async Task One_that_died_while_held_back_can_be_stopped_and_is_not_started_again()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "false", "--name", "broken", "--restart"));
        await Wait.Until(async () => (await home.Show("broken")).State == "backoff", () => "it is held back");

        Assert.Equal("Stopped broken (id: 1)\n", (await home.Run("stop", "broken")).Ok().Stdout);

        Assert.Equal("stopped", (await home.Show("broken")).State);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "--json")]
    [InlineData("status", "web")]
    [InlineData("logs", "web")]
    public async Task Looking_writes_nothing_and_waits_for_nobody(params string[] look)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        await Die(await home.Start("dead", "sleep", "1000"));
        var before = home.Files();

        // Another command has its turn meanwhile.
        using var turn = home.TakeTurn();
        (await home.Run(look)).Ok();

        Assert.Equal(before, home.Files());
    }

    private static Dictionary<string, string?> Variable(string name, string value) => new() { [name] = value };

    private static async Task Die(Started started)
    {
        started.Process.Signal(Signals.Kill);
        await Wait.Until(() => !started.Process.IsAlive, $"{started.Name} is dead");
    }

    private static async Task<Command> Begin(SentinelHome home, params string[] words)
    {
        var command = home.Begin(words);
        await home.Says("web", "ending");
        return command;
    }
}
