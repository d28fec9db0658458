using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class BulkTests
{
    [Fact]
    public async Task Stopall_stops_all_that_run_and_counts_them()
    {
        await using var home = new SentinelHome();
        await home.Start("a", "sleep", "1000");
        await home.Start("b", "sleep", "1000");
        await home.StartActor("c", "children", "2");
        (await home.Run("stop", "a")).Ok();

        var stopped = (await home.Run("stopall")).Ok();

        Assert.Equal(["Stopped b (id: 2)", "Stopped c (id: 3)", "Stopped 2 processes"], stopped.Lines);
        Assert.Empty(home.Supervised());
        Assert.Equal(["No processes to stop"], (await home.Run("stopall")).Ok().Lines);
    }

    [Fact]
    public async Task Startall_starts_every_one_that_is_not_running()
    {
        await using var home = new SentinelHome();
        await home.Start("stopped", "sleep", "1000");
        var running = await home.Start("running", "sleep", "1000");
        var dead = await home.Start("dead", "sleep", "1000");
        (await home.Run("stop", "stopped")).Ok();
        dead.Process.Signal(Signals.Kill);
        await Wait.Until(() => !dead.Process.IsAlive, "it is dead");

        var started = (await home.Run("startall")).Ok();

        Assert.Equal("Started 2 processes", started.Lines[^1]);
        Assert.Equal(3, home.Supervised().Count);
        Assert.True(running.Process.IsAlive);
        Assert.All((await home.List()).Processes, process => Assert.Equal("running", process.State));
        Assert.Equal(["No processes to start"], (await home.Run("startall")).Ok().Lines);
    }

    [Fact]
    public async Task Startall_starts_the_others_when_one_cannot_be_started()
    {
        await using var home = new SentinelHome();
        var gone = Directory.CreateDirectory(Path.Combine(home.Work, "gone")).FullName;
        await home.Start(new Call("run", "sleep 1000", "--name", "lost", "--cwd", "gone"));
        await home.Start("web", "sleep", "1000");
        (await home.Run("stopall")).Ok();
        Directory.Delete(gone);

        var started = (await home.Run("startall")).Fails(1);

        Assert.Contains(gone, started.Stderr);
        Assert.Equal("Started 1 process, 1 failed", started.Lines[^1]);
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Restartall_restarts_all_but_what_the_user_stopped()
    {
        await using var home = new SentinelHome();
        var a = await home.Start("a", "sleep", "1000");
        await home.Start("b", "sleep", "1000");
        await home.Start("c", "sleep", "1000");
        (await home.Run("stop", "b")).Ok();

        var restarted = (await home.Run("restartall")).Ok();

        Assert.Equal("Restarted 2 processes", restarted.Lines[^1]);
        Assert.Equal(2, home.Supervised().Count);
        Assert.False(a.Process.IsAlive);
        Assert.Equal("stopped", (await home.Show("b")).State);
    }

    [Fact]
    public async Task Stopall_force_kills_without_asking()
    {
        await using var home = new SentinelHome();
        await home.StartActor("a", "ignore-term");
        await home.StartActor("b", "ignore-term");

        (await home.Run("stopall", "--force")).Ok();

        Assert.Empty(home.Supervised());
        Assert.DoesNotContain("SIGTERM", File.ReadAllText(home.Stdout("a")) + File.ReadAllText(home.Stdout("b")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_processes_that_ignore_SIGTERM_are_stopped_at_the_same_time(bool withDaemon)
    {
        var count = Long.Times(withDaemon ? 20 : 100, otherwise: 10);
        await using var home = await SentinelHome.Create(withDaemon);
        for (var i = 0; i < count; i++)
            await home.Start($"stubborn-{i}", SentinelHome.Actor, "ignore-term");
        for (var i = 0; i < count; i++)
            await home.Says($"stubborn-{i}", "ready");

        using var stop = home.Begin("stopall", "--timeout", "600");
        for (var i = 0; i < count; i++)
            await home.Says($"stubborn-{i}", "SIGTERM");

        // Every one was asked before the first has ended.
        var asked = home.Supervised();
        Assert.Equal(count, asked.Count);
        asked.ForEach(process => process.Signal(Signals.Kill));
        Assert.Equal($"Stopped {count} processes", (await stop.End()).Ok().Lines[^1]);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Clean_forgets_all_that_do_not_run_and_touches_nothing_else()
    {
        await using var home = new SentinelHome();
        var running = await home.Start("running", "sleep", "1000");
        await home.Start("stopped", "sleep", "1000");
        (await home.Run("stop", "stopped")).Ok();
        var dead = await home.Start("dead", "sleep", "1000");
        dead.Process.Signal(Signals.Kill);
        await Wait.Until(() => !dead.Process.IsAlive, "it is dead");

        (await home.Run("clean")).Ok();

        Assert.Equal("running", Assert.Single((await home.List()).Processes).Name);
        Assert.True(running.Process.IsAlive);
        Assert.True(File.Exists(home.Stdout("dead")));
    }

    [Fact]
    public async Task Clean_logs_deletes_the_log_files_of_what_it_forgets()
    {
        await using var home = new SentinelHome();
        await home.Start("running", "sleep", "1000");
        await home.Start("stopped", "sleep", "1000");
        (await home.Run("stop", "stopped")).Ok();

        (await home.Run("clean", "--logs")).Ok();

        Assert.Equal([home.Stderr("running"), home.Stdout("running")], Directory.GetFiles(home.Logs).Order());
    }

    public static TheoryData<string> Printing =>
    [
        "list", "status web", "logs web", "logs rotate web", "events", "why web", "wait web --for running", "run --name new true", "start other", "stop web",
        "restart web", "restart web --rolling", "reset web", "signal web CONT", "set web --restart", "scale pool +1", "delete web", "delete nobody --if-exists", "startall", "stopall", "restartall", "clean", "gc",
        "logs web --clear", "group create new", "up --file shop.toml", "plan --file shop.toml", "apply --file shop.toml", "down --file shop.toml", "check --file shop.toml", "config --file shop.toml", "graph --file shop.toml", "ps --file shop.toml", "group set shop --env A=1", "group add shop web", "group remove shop member", "group list", "group delete shop",
        "group start shop", "group stop shop", "group restart shop", "port allocate --name http", "port list", "port get member", "port free taken", "env web", "doctor",
        "trigger job", "cron list", "hook add new --on crashed --webhook http://127.0.0.1:9/", "hook list", "hook delete known",
        "daemon start", "daemon status", "daemon restart", "daemon stop", "startup systemd", "startup openrc", "startup launchd", "startup cron",
    ];

    [Theory]
    [MemberData(nameof(Printing))]
    public async Task Every_command_that_prints_prints_json_and_nothing_else(string command)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "echo here; exec sleep 1000");
        await home.Says("web", "here");
        await home.Start("other", "sleep", "1000");
        (await home.Run("stop", "other")).Ok();
        (await home.Run("run", "--name", "member", "--group", "shop", "--port", "http", "sleep 1000")).Ok();
        (await home.Run("run", "--name", "pool", "--instances", "1", "sleep 1000")).Ok();
        (await home.Run("port", "allocate", "--name", "taken")).Ok();
        (await home.Run("run", "--name", "job", "--cron", "@daily", "true")).Ok();
        (await home.Run("hook", "add", "known", "--on", "crashed", "--", "true")).Ok();
        File.WriteAllText(Path.Combine(home.Work, "shop.toml"), "name = 'project'\n[process.one]\nrun = ['sleep', '1000']\n");
        if (command.StartsWith("down", StringComparison.Ordinal))
            (await home.Run("up", "--file", "shop.toml")).Ok();
        if (command.StartsWith("daemon", StringComparison.Ordinal) && command != "daemon start")
            await home.StartDaemon();

        var outcome = (await home.Run([.. command.Split(' '), "--json"])).Ok();

        Assert.Empty(outcome.Stderr);
        if (command is "events")
            Assert.All(outcome.Lines, line => Assert.NotNull(JsonNode.Parse(line)!["event"]));
        else if (command is "logs web")
            Assert.Equal(new LogLine("web", "stdout", "here"), outcome.As<LogLine>());
        else
        {
            var document = JsonNode.Parse(outcome.Stdout)!;
            Assert.Equal(1, (int)document["schemaVersion"]!);
            if (command is "list" or "status web")
                Assert.Equal("web", outcome.As<Listing>().Processes[0].Name);
            else if (document["results"] is not null)
                Assert.All(outcome.As<Report>().Results, result => Assert.True(result.Ok && result.Error is null));
        }
    }

    [Fact]
    public void All_that_can_print_json_are_tried()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "docs", "commands.md"));
        var commands = page.Split("\n## sentinel ")[1..].Where(section => section.Contains("\n  --json ")).Select(section => section.Split('\n')[0]);

        Assert.All(commands, command => Assert.Contains(Printing, line => $"{line.Data} ".StartsWith($"{command} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_failure_is_told_in_json_too()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        var report = (await home.Run("stop", "nobody", "web", "--json")).Fails(1).As<Report>();

        Assert.Equal(
            [("nobody", false, "failed"), ("web", true, "stopped")],
            report.Results.Select(result => (result.Target, result.Ok, result.Outcome)).Order());
        Assert.Contains("nobody", report.Results.Single(result => !result.Ok).Error);
    }
}
