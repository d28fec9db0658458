using System.Globalization;

namespace Sentinel.EndToEnd;

public class MetricsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_measured_is_printed_with_a_daemon_or_without(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.StartActor("tree", "children", "2");
        (await home.Run("run", "--name", "limited", "--max-memory", "1G", "--", "sleep", "1000")).Ok();
        await home.Sleeper("stopped");
        (await home.Run("stop", "stopped")).Ok();

        var metrics = await Metrics(home);

        Assert.Equal(1, metrics["sentinel_process_up{process=\"tree\"}"]);
        Assert.Equal(0, metrics["sentinel_process_up{process=\"stopped\"}"]);
        Assert.Equal(1, metrics["sentinel_process_state{process=\"stopped\",state=\"stopped\"}"]);
        Assert.Equal(0, metrics["sentinel_process_state{process=\"stopped\",state=\"running\"}"]);
        Assert.True(metrics["sentinel_process_threads{process=\"tree\"}"] >= 3);
        Assert.True(metrics["sentinel_process_resident_memory_bytes{process=\"tree\"}"] > 0);
        Assert.Equal(1L << 30, metrics["sentinel_process_memory_limit_bytes{process=\"limited\"}"]);
        Assert.Equal("ready\n".Length, metrics["sentinel_process_log_bytes_total{process=\"tree\",stream=\"stdout\"}"]);
        Assert.Equal(1, metrics["sentinel_process_exits_total{process=\"stopped\",how=\"stopped\"}"]);
        Assert.Equal(withDaemon, metrics.ContainsKey("sentinel_daemon_wakeups_total"));
        Assert.Equal(withDaemon, metrics.ContainsKey("sentinel_daemon_state_write_seconds_count"));
        Assert.Equal(withDaemon, metrics.GetValueOrDefault("sentinel_daemon_resident_memory_bytes") > 1_000_000);
    }

    [Fact]
    public async Task Counters_last_over_a_restart_of_the_daemon_and_over_one_that_is_killed()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--restart", "--max-restarts", "2", "--", SentinelHome.Actor, "exit", "3")).Ok();
        await Wait.Until(async () => (await home.Show("web")).State == "failed", () => "it is given up");
        await home.Sleeper("worker", "--restart");
        (await home.Run("restart", "worker")).Ok();
        var before = await Counters(home);

        Assert.Equal(2, before["sentinel_process_restarts_total{process=\"web\",reason=\"crash\"}"]);
        Assert.Equal(3, before["sentinel_process_exits_total{process=\"web\",how=\"failure\"}"]);
        Assert.Equal(1, before["sentinel_process_restarts_total{process=\"worker\",reason=\"user\"}"]);
        (await home.Run("daemon", "restart")).Ok();
        Assert.Equal(before, await Counters(home));
        await home.KillDaemon();
        Assert.Equal(before, await Counters(home));
        await home.StartDaemon();
        Assert.Equal(before, await Counters(home));

        (await home.Run("set", "worker", "--name", "jobs")).Ok();
        (await home.Run("reset", "web")).Ok();
        var after = await Counters(home);
        Assert.Equal(1, after["sentinel_process_restarts_total{process=\"jobs\",reason=\"user\"}"]);
        Assert.Equal(2, after["sentinel_process_restarts_total{process=\"web\",reason=\"crash\"}"]);
        (await home.Run("delete", "web")).Ok();
        Assert.DoesNotContain((await Metrics(home)).Keys, series => series.Contains("\"web\""));
    }

    [Fact]
    public async Task A_state_without_counters_is_written_without_them()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");

        (await home.Run("metrics")).Ok();

        Assert.DoesNotContain("tally", await File.ReadAllTextAsync(home.StateFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Health_checks_are_counted_in_memory_and_written_when_the_daemon_ends()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", "--health-exec", "true", "--health-interval", "0.1");
        const string Passed = "sentinel_process_health_checks_total{process=\"web\",result=\"passed\"}";
        await Wait.Until(async () => (await home.Show("web")).Health?.Status == "healthy", () => "it is healthy");
        var events = (await home.Happened()).Count;

        await Wait.Until(async () => (await Metrics(home))[Passed] >= 5, () => "five checks have passed");
        var counted = (await Metrics(home))[Passed];
        (await home.Run("daemon", "stop")).Ok();

        Assert.True((await Metrics(home))[Passed] >= counted);
        // The checks themselves have written nothing.
        Assert.Equal(events + 1, (await home.Happened()).Count);
    }

    [Fact]
    public async Task Rotations_are_counted_without_a_daemon_too()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "head -c 20000 /dev/zero | tr '\\0' x; echo; echo done >&2; exec sleep 1000");
        await Wait.Until(() => File.Exists(home.Stderr("web")) && File.ReadAllText(home.Stderr("web")).Length > 0, "it has written");

        (await home.Run("logs", "rotate", "web")).Ok();

        var metrics = await Metrics(home);
        Assert.Equal((1, 20_001), (metrics["sentinel_process_log_rotations_total{process=\"web\",stream=\"stdout\"}"], metrics["sentinel_process_log_bytes_total{process=\"web\",stream=\"stdout\"}"]));
        Assert.Equal((0, 5), (metrics["sentinel_process_log_rotations_total{process=\"web\",stream=\"stderr\"}"], metrics["sentinel_process_log_bytes_total{process=\"web\",stream=\"stderr\"}"]));
    }

    [Fact]
    public async Task A_file_is_replaced_as_a_whole_and_everybody_may_read_it()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        var file = Path.Combine(home.Work, "sentinel.prom");
        await File.WriteAllTextAsync(file, "old", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        using var reader = new StreamReader(file);

        Assert.Equal("", (await home.Run("metrics", "--output", "sentinel.prom")).Ok().Stdout);

        Assert.Equal("old", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Contains("sentinel_process_up{process=\"web\"} 1\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(file));
        Assert.Equal([file], Directory.GetFiles(home.Work));
        Assert.Contains("/nowhere", (await home.Run("metrics", "--output", "/nowhere/sentinel.prom")).Fails(1).Stderr);
        Assert.Contains("work", (await home.Run("metrics", "--output", home.Work)).Fails(1).Stderr);
        Assert.Empty(Directory.GetFiles(home.Root, "*.new"));
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say()
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "promtool"))), "needs promtool, of Debian's package prometheus");
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("a\"b\\c é日本", "--before", "true", "--health-exec", "true", "--health-interval", "0.1", "--max-memory", "1G");
        (await home.Run("run", "--name", "job", "--type", "task", "--", "true")).Ok();
        await Wait.Until(async () => (await home.Show("job")).State == "done", () => "the task is done");

        var said = await home.Run(Call.Line($"'{SentinelHome.Binary}' metrics | promtool check metrics"));

        Assert.Equal((0, "", ""), (said.ExitCode, said.Stdout, said.Stderr));
        Assert.EndsWith("# EOF\n", (await home.Run("metrics", "--format", "openmetrics")).Ok().Stdout);
    }

    private static async Task<Dictionary<string, double>> Metrics(SentinelHome home) => (await home.Run("metrics")).Ok().Lines
        .Where(line => line[0] != '#').ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    // What only grows, and not with time.
    private static async Task<Dictionary<string, double>> Counters(SentinelHome home) => (await Metrics(home))
        .Where(series => series.Key.Contains("_restarts_total") || series.Key.Contains("_exits_total")).ToDictionary(series => series.Key, series => series.Value);
}
