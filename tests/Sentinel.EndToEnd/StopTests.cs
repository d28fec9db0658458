namespace Sentinel.EndToEnd;

public class StopTests
{
    // Starts a child that ignores SIGTERM, starts another and exits after so many microseconds, and so on for a minute; with a second
    // argument each is in a session of its own. A runtime with threads, as that of the actor, cannot fork.
    private const string Phoenix = """
        import os, signal, sys, time
        print("ready", flush=True)
        if os.fork():
            signal.pause()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end = time.time() + 60
        while time.time() < end:
            time.sleep(int(sys.argv[1]) / 1e6)
            if os.fork():
                os._exit(0)
            if len(sys.argv) > 2:
                os.setsid()
        """;

    [Fact]
    public async Task Stop_ends_a_process_and_keeps_it_listed_as_stopped()
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");

        Assert.Equal("Stopped web (id: 1)\n", (await home.Run("stop", "web")).Ok().Stdout);

        Assert.False(web.Process.IsAlive);
        var shown = await home.Show("web");
        Assert.Equal(("stopped", null), (shown.State, shown.Pid));
    }

    [Fact]
    public async Task Stop_is_over_as_soon_as_the_process_is()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        // One that ends the moment it is asked to is the one to be missed.
        for (var i = 0; i < 20; i++)
        {
            (await home.Run("stop", "web", "--timeout", "600")).Ok();
            (await home.Run("start", "web")).Ok();
        }
    }

    [Fact]
    public async Task Stopping_what_does_not_run_is_no_error()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();

        Assert.Equal("web is not running (id: 1, stopped)\n", (await home.Run("stop", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task Stop_ends_children_in_the_same_group()
    {
        await using var home = new SentinelHome();
        await home.StartActor("parent", "children", "5");
        Assert.Equal(6, home.Supervised().Count);

        (await home.Run("stop", "parent")).Ok();

        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Stop_ends_a_shell_and_what_it_runs()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "sleep 1000 | sleep 1000 | sleep 1000", "--name", "pipe"));
        await Wait.Until(() => home.Supervised().Count == 4, "all of the pipe runs");

        (await home.Run("stop", "pipe")).Ok();

        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(true, "leave-session", "PIDFILE")]
    [InlineData(true, "leave-session", "PIDFILE", "exits")]
    [InlineData(true, "double-fork", "PIDFILE")]
    [InlineData(false, "leave-session", "PIDFILE", "exits")]
    [InlineData(false, "double-fork", "PIDFILE")]
    public async Task Stop_ends_a_grandchild_that_left_the_session(bool withControlGroups, params string[] role)
    {
        if (!withControlGroups)
            Needs.MountNamespaces();
        var through = withControlGroups ? [] : Call.WithoutControlGroups;
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "daemon", "--", SentinelHome.Actor, .. Role(home, role)]) { Through = through });
        await home.Says("daemon", "ready");
        var grandchild = Grandchild(home);
        Assert.True(withControlGroups || !ControlGroups.IsOfATree(ControlGroups.Of(grandchild) ?? ""));

        (await home.Run(new Call("stop", "daemon") { Through = through })).Ok();

        Assert.False(grandchild.IsAlive);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_ends_a_grandchild_that_left_the_session_and_emptied_its_environment(bool withControlGroups)
    {
        if (withControlGroups)
            Needs.ControlGroups();
        else
            Needs.MountNamespaces();
        var through = withControlGroups ? [] : Call.WithoutControlGroups;
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "daemon", "--", SentinelHome.Actor, .. Role(home, "double-fork", "PIDFILE", "wiped")]) { Through = through });
        await home.Says("daemon", "ready");
        var grandchild = Grandchild(home);
        Assert.DoesNotContain("SENTINEL_COOKIE", grandchild.Environment.Keys);

        (await home.Run(new Call("stop", "daemon") { Through = through })).Ok();

        Assert.False(grandchild.IsAlive);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(true, "500", "leaves")]
    [InlineData(true, "5000")]
    [InlineData(false, "500")]
    [InlineData(false, "500", "leaves")]
    [InlineData(false, "5000", "leaves")]
    [InlineData(false, "20000")]
    public async Task What_starts_another_and_exits_faster_than_one_looks_is_ended_or_told(bool withControlGroups, params string[] how)
    {
        if (withControlGroups)
            Needs.ControlGroups();
        else
            Needs.MountNamespaces();
        var through = withControlGroups ? [] : Call.WithoutControlGroups;
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "phoenix", "--", Needs.Program("python3"), "-c", Phoenix, .. how]) { Through = through });
        await home.Says("phoenix", "ready");

        var stop = await home.Run(new Call("stop", "phoenix", "--timeout", "1") { Through = through });

        if (stop.ExitCode == 0)
            // One that lives would be seen by one look of some, each later than the one before.
            for (var looks = 0; looks < 200; looks++)
                Assert.Empty(home.Supervised());
        else
            Assert.Contains("could not end all of it", stop.Fails(1).Stderr);
        Assert.True(stop.ExitCode == 0 || !withControlGroups);
        await home.Run(new Call("stop", "phoenix", "--force") { Through = through });
    }

    [Theory]
    [InlineData("stop pool", "lost 0\n")]
    [InlineData("restart pool", "lost 0\n")]
    [InlineData("delete pool", "lost 0\n")]
    public async Task A_main_process_that_waits_for_its_workers_loses_none(string command, string told)
    {
        await using var home = new SentinelHome();
        var file = Path.Combine(home.Work, "lost");
        await home.StartActor("pool", "pool", file, "1500");

        (await home.Run(command.Split(' '))).Ok();

        Assert.Equal(told, File.ReadAllText(file));
    }

    [Fact]
    public async Task With_stop_mode_tree_all_are_asked_at_once()
    {
        await using var home = new SentinelHome();
        var file = Path.Combine(home.Work, "lost");
        await home.StartActor("pool", "pool", file, "600000");
        (await home.Run("set", "pool", "--stop-mode", "tree")).Ok();
        Assert.Contains("all of the tree at once", (await home.Run("status", "pool")).Ok().Stdout);

        (await home.Run("stop", "pool", "--timeout", "60")).Ok();

        Assert.Equal("lost 2\n", File.ReadAllText(file));
        Assert.Empty(home.Supervised());
        (await home.Run("set", "pool", "--unset", "stop-mode")).Ok();
        Assert.DoesNotContain("at once", (await home.Run("status", "pool")).Ok().Stdout);
    }

    [Theory]
    [InlineData("sleep 1000; true")]
    [InlineData("trap 'exit 0' TERM; sleep 1000")]
    [InlineData("trap 'kill $pid; wait; exit 0' TERM; sleep 1000 & pid=$!; wait")]
    [InlineData("sh -c 'sleep 1000; true'; true")]
    public async Task A_shell_ends_with_what_it_waits_for_and_leaves_nothing(string script)
    {
        await using var home = new SentinelHome();
        await home.Start("script", "sh", "-c", script);
        await Wait.Until(() => home.SupervisedPrograms().Contains("sleep"), "it waits for its child");

        // A minute is longer than a test may take.
        (await home.Run("stop", "script", "--timeout", "60")).Ok();

        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Stop_leaves_no_control_group_behind()
    {
        Needs.ControlGroups();
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        var group = ControlGroups.Of(web.Process);
        Assert.True(Directory.Exists(group));

        (await home.Run("stop", "web")).Ok();

        Assert.False(Directory.Exists(group));
    }

    [Fact]
    public async Task Stop_ends_what_is_started_while_it_is_stopping()
    {
        await using var home = new SentinelHome();
        await home.StartActor("hydra", Role(home, "leave-on-term", "PIDFILE"));

        (await home.Run("stop", "hydra")).Ok();

        Assert.False(Grandchild(home).IsAlive);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Stop_lets_a_process_finish_and_learns_its_exit_code()
    {
        await using var home = new SentinelHome();
        await home.StartActor("careful", "finish", "300", "7");

        (await home.Run("stop", "careful")).Ok();

        var run = (await home.Show("careful")).LastRun!;
        Assert.True(run.Witnessed);
        Assert.Equal(Machine.TellsExitCodesToAll ? "exited with code 7" : run.Text, run.Text);
        Assert.Contains(run.ExitCode, (int?[])[7, null]);
    }

    [Fact]
    public async Task Stop_kills_what_ignores_SIGTERM_after_the_timeout()
    {
        await using var home = new SentinelHome();
        var stubborn = await home.StartActor("stubborn", "ignore-term");

        var begun = DateTimeOffset.UtcNow;
        (await home.Run("stop", "stubborn", "--timeout", "1")).Ok();

        Assert.False(stubborn.Process.IsAlive);
        Assert.True((await home.Show("stubborn")).LastRun!.EndedAt - begun > TimeSpan.FromSeconds(0.99));
        Assert.Contains("SIGKILL", (await home.Run("status", "stubborn")).Ok().Stdout);
    }

    [Fact]
    public async Task What_may_not_be_signalled_is_named_and_not_said_to_be_stopped()
    {
        Needs.Root();
        var setpriv = Needs.Program("setpriv");
        await using var home = new SentinelHome();
        var binary = await home.CopyBinary();
        // What makes root of whoever runs it, as sudo does.
        var become = Path.Combine(home.Work, "become");
        (await home.Run(Call.Line($"cp {setpriv} {become}; chmod 4755 {become}; chown 65534 {home.Root} {home.Work}"))).Ok();
        (await As65534("run", "--name", "web", "--", "sh", "-c", "./become --reuid=0 --clear-groups sleep 1000 & exec sleep 1000")).Ok();
        await Wait.Until(() => home.SupervisedPrograms() is ["sleep", "sleep"], "all of it runs");
        var roots = home.Supervised().Find(process => process.Status("Uid") == "0");
        Assert.SkipWhen(roots is null, "needs a folder for temporary files that is not mounted nosuid");

        var stopped = (await As65534("stop", "web", "--timeout", "0.1")).Fails(1);

        Assert.Equal($"Error: web: could not end all of it: pid {roots.Pid} cannot be signalled: Operation not permitted\n", stopped.Stderr);
        Assert.Contains($"1 process that it started still runs (sleep, pid {roots.Pid})", (await As65534("status", "web")).Ok().Stdout);
        Assert.Equal([roots], home.Supervised());

        Task<Outcome> As65534(params string[] arguments) =>
            home.Run(new Call(arguments) { Program = binary, Through = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] });
    }

    [Fact]
    public async Task Force_kills_without_asking()
    {
        await using var home = new SentinelHome();
        var stubborn = await home.StartActor("stubborn", "ignore-term");

        (await home.Run("stop", "stubborn", "--force")).Ok();

        Assert.False(stubborn.Process.IsAlive);
        Assert.DoesNotContain("SIGTERM", File.ReadAllText(home.Stdout("stubborn")));
    }

    [Theory]
    [InlineData("stop web --force")]
    [InlineData("stopall --force")]
    [InlineData("delete web --force")]
    [InlineData("restart web --timeout 0.1")]
    public async Task A_tree_that_ignores_SIGTERM_is_killed_whole(string command)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "trap '' TERM; sleep 1000 & (setsid sleep 1000 &); exec sleep 1000");
        await Wait.Until(() => home.SupervisedPrograms() is ["sleep", "sleep", "sleep"], "all of it runs");
        var tree = home.Supervised();

        (await home.Run(command.Split(' '))).Ok();

        Assert.DoesNotContain(tree, process => process.IsAlive);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("SIGINT")]
    [InlineData("2")]
    public async Task Another_signal_may_be_chosen(string signal)
    {
        await using var home = new SentinelHome();
        var web = await home.StartActor("web", "report", "SIGINT", "SIGTERM");

        using var stop = home.Begin("stop", "web", "--signal", signal, "--timeout", "600");
        await home.Says("web", "SIGINT");
        web.Process.Signal(Signals.Kill);
        (await stop.End()).Ok();

        Assert.DoesNotContain("SIGTERM", File.ReadAllText(home.Stdout("web")));
    }

    [Theory]
    [InlineData("--signal", "NONSENSE")]
    [InlineData("--timeout", "soon")]
    [InlineData("--timeout", "-1")]
    public async Task A_signal_or_timeout_that_is_none_is_a_usage_error_and_nothing_is_stopped(params string[] option)
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");

        var stop = (await home.Run(["stop", "web", .. option])).Fails(2);

        Assert.Contains(option[1], stop.Stderr);
        Assert.True(web.Process.IsAlive);
    }

    [Fact]
    public async Task A_suspended_process_is_stopped_without_waiting_for_the_timeout()
    {
        await using var home = new SentinelHome();
        var suspended = await home.StartActor("suspended", "finish", "0", "0");
        suspended.Process.Signal(Signals.Stop);
        await Wait.Until(() => suspended.Process.Status("State").StartsWith('T'), "it is suspended");

        // Longer than a test may take.
        (await home.Run("stop", "suspended", "--timeout", "600")).Ok();

        Assert.False(suspended.Process.IsAlive);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("restart")]
    [InlineData("start")]
    [InlineData("delete")]
    public async Task What_a_process_left_behind_when_it_ended_does_not_outlive_the_next_command(string command)
    {
        await using var home = new SentinelHome();
        var main = await home.StartActor("daemon", Role(home, "leave-session", "PIDFILE", "exits"));
        await Wait.Until(() => !main.Process.IsAlive, "the main process has ended");
        var left = Grandchild(home);
        Assert.NotEqual("running", (await home.Show("daemon")).State);
        Assert.True(left.IsAlive);

        (await home.Run(command, "daemon")).Ok();

        Assert.False(left.IsAlive);
    }

    [Fact]
    public async Task A_stop_that_was_killed_half_way_is_finished_by_the_next_one()
    {
        await using var home = new SentinelHome();
        var stubborn = await home.StartActor("stubborn", "ignore-term");
        var stop = home.Begin("stop", "stubborn", "--timeout", "600");
        await home.Says("stubborn", "SIGTERM");
        stop.Signal(Signals.Kill);
        await stop.End();

        var shown = await home.Show("stubborn");
        Assert.Equal((stubborn.Pid, "stopping"), (shown.Pid, shown.State));
        (await home.Run("stop", "stubborn", "--timeout", "0.1")).Ok();

        Assert.Empty(home.Supervised());
        Assert.Equal("stopped", (await home.Show("stubborn")).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_one_process_takes_its_time_to_stop_other_commands_work(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.StartActor("slow", "ignore-term");
        var stop = home.Begin("stop", "slow", "--timeout", "600");
        await home.Says("slow", "SIGTERM");

        await home.Start("other", "sleep", "1000");
        Assert.Equal("stopping", (await home.Show("slow")).State);
        (await home.Run("stop", "other")).Ok();
        Assert.False(stop.HasEnded);
        (await home.Run("stop", "slow", "--force")).Ok();

        (await stop.End()).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task A_process_that_supervises_others_is_stopped_without_them()
    {
        await using var home = new SentinelHome();
        var other = Path.Combine(home.Work, "other-home");
        await home.StartActor("outer", "once", "marker", "env", $"SENTINEL_HOME={other}", SentinelHome.Binary, "run", "sleep 1000");
        var inner = Assert.Single(home.Supervised(), process => process.Arguments is ["sleep", "1000"]);

        (await home.Run("stop", "outer")).Ok();

        Assert.True(inner.IsAlive);
    }

    [Fact]
    public async Task Delete_stops_and_forgets()
    {
        await using var home = new SentinelHome();
        await home.StartActor("web", "children", "2");

        Assert.Equal("Deleted web (id: 1)\n", (await home.Run("delete", "web")).Ok().Stdout);

        Assert.Empty(home.Supervised());
        Assert.Empty((await home.List()).Processes);
        (await home.Run("status", "web")).Fails(1);
    }

    [Theory]
    [InlineData("stop", "web", "--force")]
    [InlineData("delete", "web", "--force")]
    public async Task What_an_earlier_run_has_left_is_ended_with_the_run_that_came_after_it(params string[] command)
    {
        await using var home = new SentinelHome();
        var first = await home.Start("web", "sleep", "1000");
        var cookie = first.Process.Environment["SENTINEL_COOKIE"];
        (await home.Run("restart", "web")).Ok();
        // Nobody saw it when the next run began.
        using var left = await Leftover(home, cookie);

        (await home.Run(command)).Ok();

        Assert.Equal(128 + Signals.Kill, (await left.End()).ExitCode);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Clean_keeps_a_process_while_anything_of_an_earlier_run_is_left()
    {
        await using var home = new SentinelHome();
        var first = await home.Start("web", "sleep", "1000");
        var cookie = first.Process.Environment["SENTINEL_COOKIE"];
        (await home.Run("restart", "web")).Ok();
        (await home.Run("stop", "web")).Ok();
        using var left = await Leftover(home, cookie);

        Assert.Contains($"a process (pid {left.Pid})", (await home.Run("clean")).Fails(1).Stderr);

        left.Signal(Signals.Kill);
        await left.End();
        Assert.StartsWith("Deleted web (id: 1)\n", (await home.Run("clean")).Ok().Stdout);
    }

    // A process that has the cookie of a run, and takes no notice of SIGTERM.
    private static async Task<Command> Leftover(SentinelHome home, string cookie)
    {
        var left = home.Begin(new Call("ignore-term")
        {
            Program = SentinelHome.Actor,
            Environment = new Dictionary<string, string?> { ["SENTINEL_COOKIE"] = cookie },
        });
        await left.Prints("ready");
        return left;
    }

    private static string[] Role(SentinelHome home, params string[] role) =>
        [.. role.Select(word => word == "PIDFILE" ? PidFile(home) : word)];

    private static string PidFile(SentinelHome home) => Path.Combine(home.Work, "grandchild.pid");

    // Null only if it is gone.
    private static Live Grandchild(SentinelHome home)
    {
        var pid = int.Parse(File.ReadAllText(PidFile(home)));
        return Live.Find(pid) ?? new Live(pid, -1);
    }
}
