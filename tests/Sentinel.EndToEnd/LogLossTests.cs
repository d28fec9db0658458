using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>What programs and their users do to logs that are written to.</summary>
public class LogLossTests
{
    // Writes, waits for a file, opens its own log with truncation, and writes more than was there.
    private const string Emptying =
        "echo before; while test ! -e go; do sleep 0.01; done; echo x > /dev/stdout; echo after; echo and more; exec sleep 1000";

    [Fact]
    public async Task A_log_that_its_process_empties_is_told_and_what_comes_then_has_its_own_time()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "web", Emptying));
        // When it began to write, and up to where that was.
        await Wait.Until(() => new FileInfo(home.Stdout("web") + ".times") is { Exists: true, Length: >= 32 }, "what it has written is noted");

        var moment = DateTimeOffset.UtcNow;
        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        await Wait.Until(async () => (await home.Happened("web")).Exists(happened => (string)happened["event"]! == "log-emptied"), () => "it is noted");

        var status = (await home.Run("status", "web")).Ok().Stdout;
        Assert.Contains($"Emptied:   {home.Stdout("web")} was emptied", status);
        Assert.Contains("--log-pipe", status);
        Assert.Contains("was emptied", (await home.Run("why", "web")).Ok().Stdout);
        Assert.Contains("--log-pipe", (await home.Run("doctor")).Stdout);
        var shown = JsonNode.Parse((await home.Run("status", "web", "--json")).Ok().Stdout)!["processes"]![0]!["emptiedLogs"]![0]!;
        Assert.Equal((home.Stdout("web"), 7), ((string)shown["path"]!, (int)shown["lostBytes"]!));
        Assert.Equal(["x", "after", "and more"], (await home.Run("logs", "web", "--all", "--raw")).Ok().Lines);
        Assert.All(await Times(home), time => Assert.True(time > moment.AddSeconds(-0.5), $"{time} {moment}"));
        (await home.Run("logs", "web", "--clear")).Ok();
        Assert.DoesNotContain("Emptied:", (await home.Run("status", "web")).Ok().Stdout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Through_a_pipe_nothing_is_lost_whatever_opens_dev_stdout(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "--name", "web", "--log-pipe",
            "echo before; echo x > /dev/stdout; echo after; echo one >&2; echo two | tee /dev/stderr > /dev/null; echo three >&2; exec sleep 1000"));
        await home.Says("web", "after");
        await Wait.Until(() => File.ReadAllText(home.Stderr("web")).Contains("three"), "it has written all");

        Assert.Equal("before\nx\nafter\n", File.ReadAllText(home.Stdout("web")));
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(home.Stderr("web")));
        Assert.Contains("kept by a reader (--log-pipe)", (await home.Run("status", "web")).Ok().Stdout);
        Assert.True((bool)JsonNode.Parse((await home.Run("status", "web", "--json")).Ok().Stdout)!["processes"]![0]!["logPipe"]!);
        (await home.Run("set", "web", "--unset", "log-pipe")).Ok();
        (await home.Run("restart", "web")).Ok();
        await Wait.Until(() => !Readers(home).Any(), "its readers have gone");
        Assert.DoesNotContain("kept by a reader", (await home.Run("status", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task Through_a_pipe_every_line_comes_once_within_the_limits_while_daemons_and_readers_are_killed()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call(
            ["run", "--name", "web", "--log-pipe", "--log-max-size", "64K", "--log-backups", "1000", "--", SentinelHome.Actor, "count", "a", "40000", "1"]));
        await Wait.Until(() => Readers(home).Count() == 2, "it has readers");

        await home.KillDaemon();
        await home.StartDaemon();

        await Wait.Until(() => File.Exists(home.Stderr("web")) && File.ReadAllText(home.Stderr("web")).Contains("done"), "it has written all");
        var kept = Array.Empty<string>();
        await Wait.Until(
            async () => (kept = (await home.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines).Length >= 40_000, () => "all has come through");
        Assert.Equal(Enumerable.Range(0, 40_000), kept.Select(line => int.Parse(line.AsSpan(1, 9))));
        Assert.All(Directory.GetFiles(home.Logs, "web.stdout.log*"), file => Assert.InRange(new FileInfo(file).Length, 0, 256 * 1024));
        (await home.Run("stop", "web")).Ok();
        await Wait.Until(() => !Readers(home).Any(), "its readers have gone");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_no_file_under_the_name_of_a_log_refuses_a_start_and_a_restart_and_keeps_nobody_waiting(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.Start("web", "sleep", "1000");
        File.Delete(home.Stdout("web"));
        (await home.Run(Call.Line($"mkfifo '{home.Stdout("web")}' '{home.Stderr("other")}'"))).Ok();

        Assert.Contains("is not a regular file", (await home.Run("restart", "web")).Fails(1).Stderr);
        Assert.Contains("is not a regular file", (await home.Run("run", "--name", "other", "--", "sleep", "1000")).Fails(1).Stderr);

        Assert.True(web.Process.IsAlive);
        Assert.Equal("running", (await home.Show("web")).State);
        (await home.Run("status", "web")).Ok();
        await home.Run("logs", "web");
        await home.Run("logs", "rotate", "web");
        (await home.Run("stop", "web")).Ok();
        Assert.Contains("is not a regular file", (await home.Run("start", "web")).Fails(1).Stderr);
    }

    [Fact]
    public async Task What_leads_to_nowhere_needs_no_reader_and_keeps_nobody_waiting()
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(home.Logs);
        File.CreateSymbolicLink(home.Stdout("web"), "/dev/null");

        await home.Start(new Call("run", "--name", "web", "--log-pipe", "head -c 1M /dev/zero; echo done >&2; exec sleep 1000"));

        await Wait.Until(() => File.ReadAllText(home.Stderr("web")) == "done\n", "it has written all");
        Assert.Contains("nothing is kept in it", (await home.Run("logs", "web")).Ok().Stderr);
        Assert.Single(Readers(home));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_was_renamed_is_told_and_where_it_is_written_to(bool isMadeAnew)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("web", "sh", "-c", "while :; do echo tick; sleep 0.05; done");
        await home.Says("web", "tick");
        File.Move(home.Stdout("web"), home.Stdout("web") + ".old");
        if (isMadeAnew)
            File.WriteAllText(home.Stdout("web"), "");

        Assert.Contains($"Renamed:   {home.Stdout("web")} is now {home.Stdout("web")}.old", (await home.Run("status", "web")).Ok().Stdout);
        Assert.Contains("writes to a log that was renamed", (await home.Run("doctor")).Stdout);
        Assert.Contains($"web writes to {home.Stdout("web")}.old", (await home.Run("logs", "web")).Ok().Stderr);
        Assert.DoesNotContain("Emptied:", (await home.Run("status", "web")).Ok().Stdout);

        (await home.Run("restart", "web")).Ok();
        await home.Says("web", "tick");
        Assert.DoesNotContain("Renamed:", (await home.Run("status", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task Only_what_a_run_wrote_is_quoted_and_what_a_deleted_one_of_that_name_wrote_is_shown_when_all_is_asked_for()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "web", "echo OLD; echo OLD >&2; exit 3"));
        await Wait.Until(async () => (await home.Show("web")).State is "crashed" or "exited", () => "it has ended");
        (await home.Run("delete", "web")).Ok();

        var failed = (await home.Run("run", "--name", "web", "--wait", "--startup-timeout", "5", "--", "sh", "-c", "exit 4")).Fails(1);

        Assert.DoesNotContain("OLD", failed.Stderr);
        Assert.DoesNotContain("OLD", (await home.Run("why", "web")).Ok().Stdout);
        Assert.DoesNotContain("OLD", (await home.Run("logs", "web")).Ok().Stdout);
        Assert.Contains("OLD", (await home.Run("logs", "web", "--all")).Ok().Stdout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hole_in_a_log_keeps_nobody_busy_and_what_stands_behind_it_is_shown(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "--name", "web", "--log-max-size", "1M",
            "echo first; truncate -s 1T /proc/self/fd/1; echo last; exec sleep 1000"));
        await Wait.Until(async () => (await home.Run("logs", "web", "--lines", "3", "--raw")).Ok().Lines.Contains("last"), () => "it is shown");

        Assert.Equal(["first", "last"], (await home.Run("logs", "web", "--all", "--raw")).Ok().Lines);
        (await home.Run("logs", "rotate", "web")).Ok();
        (await home.Run("list")).Ok();
        (await home.Run("run", "--name", "other", "--", "sleep", "1000")).Ok();
        Assert.Equal(["first", "last"], (await home.Run("logs", "web", "--all", "--raw")).Ok().Lines);
        Assert.Equal(["last"], (await home.Run("logs", "web", "--grep", "last", "--raw")).Ok().Lines);
        Assert.InRange((await home.Run(Call.Line($"stat -c %b '{home.Logs}'/*"))).Ok().Lines.Sum(long.Parse), 0, 1000);
    }

    private static async Task<DateTimeOffset[]> Times(SentinelHome home) =>
        [.. (await home.Run("logs", "web", "--all", "--json")).Ok().Lines.Select(line => (DateTimeOffset?)JsonNode.Parse(line)!["time"]).OfType<DateTimeOffset>()];

    private static IEnumerable<Live> Readers(SentinelHome home) => Live.All().Where(process =>
        process.Arguments is [_, "log-reader", var log, ..] && log.StartsWith(home.Root, StringComparison.Ordinal));
}
