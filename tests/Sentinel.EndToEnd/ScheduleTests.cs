using System.Globalization;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Processes that are started at their times. What the rules are is in the tests of Slots and Scheduling.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task A_job_runs_at_its_times_until_it_is_stopped_and_goes_on_after_a_daemon_that_was_killed()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        Assert.StartsWith("Scheduled tick (id: 1): next at ", (await home.Run("run", "--cron", "* * * * * *", "--name", "tick", "--", "echo", "tick")).Ok().Stdout);
        await Ran(home, "tick", 3);
        await home.KillDaemon();
        var before = Runs(home, "tick");
        await home.StartDaemon();
        await Ran(home, "tick", before + 2);

        Assert.StartsWith("Stopped tick", (await home.Run("stop", "tick")).Ok().Stdout);
        var stopped = Runs(home, "tick");
        Assert.Contains("It stays stopped", (await home.Run("why", "tick")).Ok().Stdout);
        Assert.StartsWith("Scheduled tick", (await home.Run("start", "tick")).Ok().Stdout);
        await Ran(home, "tick", stopped + 1);
        // All of it was on a second's edge, in order and once.
        var seconds = (await home.Happened("tick")).Where(each => (string)each["event"]! == "started").Select(each => ((DateTimeOffset)each["time"]!).ToUnixTimeSeconds()).ToList();
        Assert.Equal(seconds.Distinct().Order(), seconds);
    }

    [Fact]
    public async Task What_still_runs_is_skipped_queued_or_replaced_and_what_was_skipped_is_told_once()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        foreach (var overlap in new[] { "skip", "queue", "replace" })
            (await home.Run("run", "--every", "1s", "--overlap", overlap, "--name", overlap, "--", "sh", "-c", "echo run; [ -e go ] || sleep 1000")).Ok();
        // Replaced again and again, while the others go on.
        await Ran(home, "replace", 3);
        await Is(home, "skip", process => process.State == "running");
        await Wait.Until(async () => await Skips(home, "skip") >= 2, () => "two times were skipped");
        Assert.Single(await home.Happened("skip"), each => (string)each["event"]! == "cron-skipped");
        Assert.Equal((1, 1), (Runs(home, "skip"), Runs(home, "queue")));

        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        await home.Run("signal", "queue", "KILL");
        await Ran(home, "queue", 2);
    }

    [Fact]
    public async Task A_job_can_be_run_besides_its_times_and_its_list_tells_how_it_went()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--cron", "30 2 29 2 *", "--zone", "Europe/Berlin", "--name", "leap", "--", "sh", "-c", "exit 3")).Ok();
        Assert.Contains("| 30 2 29 2 * Europe/Berlin | scheduled | none yet |", (await home.Run("cron", "list")).Ok().Stdout);
        (await home.Run("trigger", "leap")).Ok();
        await Is(home, "leap", process => process.State == "crashed");
        var schedule = JsonNode.Parse((await home.Run("cron", "list", "leap", "--json", "--lines", "2")).Ok().Stdout)!["schedules"]![0]!;
        Assert.Equal("exited with code 3", (string)schedule["lastEnd"]!);
        Assert.All(schedule["next"]!.AsArray(), next => Assert.EndsWith("-02-29T02:30:00+01:00", (string)next!));
        Assert.Equal(2, schedule["next"]!.AsArray().Count);
        Assert.Contains("Its schedule starts it at ", (await home.Run("why", "leap")).Ok().Stdout);
        // It is kept, as it will run again, and no command about all of them runs it before its time.
        (await home.Run("clean")).Ok();
        (await home.Run("restartall")).Ok();
        (await home.Run("startall")).Ok();
        Assert.Equal("crashed", (await home.Show("leap")).State);
        Assert.Single(await home.Happened("leap"), each => (string)each["event"]! == "started");
    }

    [Fact]
    public async Task A_server_with_a_schedule_runs_at_once_and_is_restarted_at_its_times()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var started = Started.Parse((await home.Run("run", "--restart", "always", "--every", "1s", "--name", "web", "--", "sleep", "1000")).Ok().Stdout);
        await Is(home, "web", process => process.Pid is { } pid && pid != started.Pid);
    }

    [Fact]
    public async Task A_project_schedules_its_jobs_and_leaves_them_alone_the_next_time()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        File.WriteAllText(Path.Combine(home.Work, "sentinel.toml"), """
            name = "shop"
            [process.backup]
            run = "echo backup"
            cron = "30 2 * * *"
            [process.web]
            run = "sleep 1000"
            """);
        var up = (await home.Run("up")).Ok().Stdout;
        Assert.Matches(@"backup +scheduled .* next at ", up);
        (await home.Run("trigger", "shop/backup", "--wait")).Ok();
        Assert.Matches(@"backup +done ", (await home.Run("up")).Ok().Stdout);
        Assert.Single(File.ReadAllLines(Path.Combine(home.Folder, "logs", "shop", "backup.stdout.log")));
        File.WriteAllText(Path.Combine(home.Work, "sentinel.toml"), File.ReadAllText(Path.Combine(home.Work, "sentinel.toml")).Replace("30 2", "45 3"));
        Assert.Contains("cron", (await home.Run("plan")).Ok().Stdout);
        (await home.Run("up")).Ok();
        Assert.Contains(":45:00", (await home.Run("status", "shop/backup")).Ok().Stdout);
    }

    [Theory]
    [InlineData("is no crontab expression: Minutes", "run", "--cron", "61 * * * *", "true")]
    [InlineData("takes a name such as Europe/Berlin", "run", "--cron", "@daily", "--zone", "Mars/Base", "true")]
    [InlineData("--overlap needs --cron or --every", "run", "--overlap", "skip", "true")]
    [InlineData("exclude each other", "run", "--cron", "@daily", "--every", "1h", "true")]
    public async Task What_cannot_be_a_schedule_is_refused(string why, params string[] arguments)
    {
        await using var home = new SentinelHome();
        var refused = await home.Run(arguments);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(why, refused.Stderr);
    }

    private static int Runs(SentinelHome home, string name)
    {
        var log = Path.Combine(home.Folder, "logs", $"{name}.stdout.log");
        return File.Exists(log) ? File.ReadAllLines(log).Length : 0;
    }

    private static Task Ran(SentinelHome home, string name, int times) => Wait.Until(() => Runs(home, name) >= times, string.Create(CultureInfo.InvariantCulture, $"{name} ran {times} times"));

    private static Task Is(SentinelHome home, string name, Func<Listed, bool> condition) => Wait.Until(async () => condition(await home.Show(name)), () => $"{name} is so");

    private static async Task<int> Skips(SentinelHome home, string name) =>
        (int)JsonNode.Parse((await home.Run("cron", "list", name, "--json")).Ok().Stdout)!["schedules"]![0]!["skipped"]!;
}
