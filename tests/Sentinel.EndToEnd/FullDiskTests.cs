using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class FullDiskTests
{
    [Fact]
    public async Task On_a_full_disk_what_cannot_be_written_down_is_not_done_and_the_rest_works()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        var web = Started.Parse((await disk.Run("run", "sleep 1000", "--name", "web")).Ok().Stdout);
        disk.Fill(exceptPages: 0);
        var before = File.ReadAllText(disk.StateFile);

        foreach (var command in (string[][])[["run", "sleep 1000"], ["restart", "web"], ["delete", "web"]])
        {
            var failed = (await disk.Run(command)).Fails(1);
            Assert.Contains("No space left on device", failed.Stderr);
            Assert.Contains(home.Folder, failed.Stderr);
            Assert.Empty(failed.Stdout);
        }

        Assert.Equal(before, File.ReadAllText(disk.StateFile));
        Assert.Equal([web.Process], Supervised(home));
        Assert.Equal(("running", web.Pid), ((await disk.List())["web"].State, (await disk.List())["web"].Pid));
        (await disk.Run("status", "web")).Ok();
        (await disk.Run("logs", "web")).Ok();

        disk.Empty();
        (await disk.Run("run", "sleep 1000", "--name", "next")).Ok();
        Assert.Equal("Stopped 2 processes", (await disk.Run("stopall")).Ok().Lines[^1]);
        Assert.Empty(Supervised(home));
    }

    [Fact]
    public async Task On_a_full_disk_a_project_is_changed_wholly_or_not_at_all()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        var file = Path.Combine(home.Work, "sentinel.toml");
        File.WriteAllText(file, "name = 'shop'\n[process.db]\nrun = ['sleep', '1000']\n");
        (await disk.Run("up")).Ok();
        disk.Fill(exceptPages: 0);
        var before = File.ReadAllText(disk.StateFile);
        var running = Supervised(home);
        File.WriteAllText(file, "name = 'shop'\n[process.db]\nrun = ['sleep', '999']\n[process.api]\nrun = ['sleep', '1000']\nneeds = 'db'\n");

        var failed = (await disk.Run("up")).Fails(1);

        Assert.Contains("No space left on device", failed.Stderr);
        Assert.Equal(before, File.ReadAllText(disk.StateFile));
        Assert.Equal(running, Supervised(home));
        disk.Empty();
        Assert.EndsWith("2 are up.\n", (await disk.Run("up")).Ok().Stdout);
        (await disk.Run("daemon", "stop", "--with-processes")).Ok();
        Assert.Empty(Supervised(home));
    }

    [Theory]
    [InlineData("stop web")]
    [InlineData("stop web --force")]
    [InlineData("stopall")]
    public async Task On_a_full_disk_what_runs_is_stopped_all_the_same(string command)
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run("run", "sleep 1000", "--name", "web")).Ok();
        disk.Fill(exceptPages: 0);

        var stopped = (await disk.Run(command.Split(' '))).Ok();

        Assert.Contains("Stopped", stopped.Stdout);
        Assert.Contains("cannot be written down", stopped.Stderr);
        Assert.Contains("No space left on device", stopped.Stderr);
        Assert.Empty(Supervised(home));
        disk.Empty();
        Assert.DoesNotContain("running", (await disk.Run("list")).Ok().Stdout);
    }

    [Fact]
    public async Task On_a_full_disk_what_would_be_started_again_is_stopped_and_not_said_to_be()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run("run", "sleep 1000", "--name", "web", "--restart")).Ok();
        disk.Fill(exceptPages: 0);

        var stopped = (await disk.Run("stop", "web")).Fails(1);

        Assert.Contains("it has ended, and would be started again", stopped.Stderr);
        Assert.Empty(Supervised(home));
        disk.Empty();
        (await disk.Run("stop", "web")).Ok();
        Assert.Empty(Supervised(home));
    }

    [Fact]
    public async Task On_a_full_disk_what_was_started_again_while_it_was_stopped_is_stopped_once_more()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        var asked = Path.Combine(home.Work, "asked");
        var script = $"[ -e {asked} ] || trap 'touch {asked}' TERM; while :; do sleep 0.05; done";
        var web = Started.Parse((await disk.Run("run", "--name", "web", "--restart", "--", "sh", "-c", script)).Ok().Stdout);
        disk.Fill(exceptPages: 0);
        var stop = disk.Begin("stop", "web");
        await Wait.Until(() => File.Exists(asked), "it is asked to stop");

        Signals.Send(stop.Pid, Signals.Stop);
        web.Process.Signal(Signals.Kill);
        disk.Empty();
        // To this one it crashed.
        await Wait.Until(async () => (await disk.List())["web"].State == "running" && !web.Process.IsAlive, () => "it is started again");
        Signals.Send(stop.Pid, Signals.Continue);

        (await stop.Finish()).Ok();
        Assert.Empty(Supervised(home));
        Assert.Equal("stopped", (await disk.List())["web"].State);
    }

    [Fact]
    public async Task However_little_space_is_left_nothing_is_started_that_is_not_known()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run("run", "sleep 1000", "--name", "p0")).Ok();
        var failures = 0;

        for (var pages = 0; pages <= 6; pages++)
        {
            disk.Fill(exceptPages: pages);
            foreach (var command in (string[][])[["run", "sleep 1000", "--name", $"p{pages + 1}"], ["restart", "p0"], ["stop", "p0"], ["start", "p0"]])
            {
                var outcome = await disk.Run(command);
                failures += outcome.ExitCode;
                if (outcome.ExitCode != 0)
                    Assert.Contains("No space left on device", outcome.Stderr);
                JsonNode.Parse(File.ReadAllText(disk.StateFile));
                var known = (await disk.List()).Processes.Select(process => process.Pid).OfType<int>();
                Assert.Equal(Supervised(home).Select(process => process.Pid).Order(), known.Order());
            }
        }

        Assert.NotEqual(0, failures);
        disk.Empty();
        (await disk.Run("stopall")).Ok();
        Assert.Empty(Supervised(home));
    }

    [Fact]
    public async Task A_read_only_home_can_be_looked_at_and_refuses_changes()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        var web = Started.Parse((await disk.Run("run", "sleep 1000", "--name", "web")).Ok().Stdout);
        await disk.MakeReadOnly();

        Assert.Equal("running", (await disk.List())["web"].State);
        (await disk.Run("list")).Ok();
        (await disk.Run("status", "web")).Ok();
        (await disk.Run("logs", "web")).Ok();
        foreach (var command in (string[][])[["run", "sleep 1000"], ["restart", "web"]])
        {
            var failed = (await disk.Run(command)).Fails(1);
            Assert.Contains("Read-only file system", failed.Stderr);
            Assert.Contains(home.Folder, failed.Stderr);
        }

        Assert.Equal([web.Process], Supervised(home));
        Assert.Contains("Read-only file system", (await disk.Run("stop", "web")).Ok().Stderr);
        Assert.Empty(Supervised(home));
        await disk.MakeWritable();
        (await disk.Run("stop", "web")).Ok();
    }

    [Fact]
    public async Task A_read_only_home_with_nothing_in_it_is_listed_as_empty()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        await disk.MakeReadOnly();

        Assert.Equal("No processes\n", (await disk.Run("list")).Ok().Stdout);
        Assert.Contains("Read-only file system", (await disk.Run("run", "sleep 1000")).Fails(1).Stderr);
        Assert.Empty(Supervised(home));
    }

    [Fact]
    public async Task What_should_be_restarted_and_cannot_be_written_down_is_shown_with_a_reason()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        var worker = Started.Parse((await disk.Run("run", "sleep 1000", "--name", "worker", "--restart")).Ok().Stdout);
        disk.Fill(exceptPages: 0);
        worker.Process.Signal(Signals.Kill);
        await Wait.Until(() => !worker.Process.IsAlive, "it is dead");

        var look = await disk.Run("list");

        Assert.Contains("No space left on device", look.Stderr);
        Assert.Contains("worker", look.Ok().Stdout);
        Assert.Empty(Supervised(home));
        disk.Empty();
        Assert.Contains("Auto-restarted worker", (await disk.Run("list")).Ok().Stdout);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("status", "web")]
    [InlineData("logs", "web")]
    [InlineData("logs", "web", "--json")]
    [InlineData("logs", "web", "--clear")]
    [InlineData("stop", "web")]
    [InlineData("restart", "web")]
    [InlineData("clean", "--logs")]
    [InlineData("delete", "web", "--logs")]
    public async Task A_log_folder_that_vanished_is_in_nobodys_way(params string[] command)
    {
        await using var home = new SentinelHome();
        await home.StartActor("web", "children", "0");
        await home.Start("idle", "sleep", "1000");
        (await home.Run("stop", "idle")).Ok();
        Directory.Delete(home.Logs, recursive: true);

        var outcome = (await home.Run(command)).Ok();

        Assert.Empty(outcome.Stderr);
        (await home.Run("stopall")).Ok();
        Assert.Empty(home.Supervised());
    }

    // The disk is held by a process of its own.
    private static List<Live> Supervised(SentinelHome home) =>
        [.. home.Supervised().Where(process => process.Environment.ContainsKey("SENTINEL_COOKIE"))];
}
