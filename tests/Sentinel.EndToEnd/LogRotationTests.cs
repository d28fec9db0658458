using System.Globalization;

namespace Sentinel.EndToEnd;

public class LogRotationTests
{
    private const int Lines = 100_000;

    private static readonly string[] Small = ["--log-max-size", "64K", "--log-backups", "1000"];

    [Fact]
    public async Task While_a_process_writes_at_full_speed_and_the_daemon_is_killed_again_and_again_no_line_is_lost_or_doubled()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call(["run", "--name", "web", .. Small, "--", SentinelHome.Actor, "count", "a", $"{Lines}", "1"]));

        for (var killed = 0; killed < 10 || !IsDone(home, "web"); killed++)
        {
            await home.KillDaemon();
            (await home.Run("daemon", "start")).Ok();
            // A log to which nothing was written makes no backup.
            await Wait.Until(() => new FileInfo(home.Stdout("web")).Length > 0 || IsDone(home, "web"), "it has written more");
            (await home.Run("logs", "rotate", "web")).Ok();
        }

        await AssertAllOnce(home, "web", "a");
        Assert.True(Backups(home, "web").Count >= 5, $"only {Backups(home, "web").Count} backups");
    }

    [Fact]
    public async Task Fifty_rotations_while_two_share_a_log_lose_nothing_of_either()
    {
        await using var home = new SentinelHome();
        var actor = SentinelHome.Actor;
        await home.Start(new Call(["run", "--name", "web", .. Small, $"{actor} count a {Lines} 1 & {actor} count b {Lines} 1 & wait"]));

        for (var rotations = 0; rotations < 50 || File.ReadAllLines(home.Stderr("web")).Length < 2; rotations++)
            (await home.Run("logs", "rotate", "web")).Ok();

        await AssertAllOnce(home, "web", "a");
        await AssertAllOnce(home, "web", "b");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_follows_through_rotations_sees_every_line_once(bool inMemory)
    {
        await using var home = new SentinelHome();
        using var memory = inMemory ? new InMemory(home) : null;
        await home.Start(new Call(["run", "--name", "web", .. Small, "--", SentinelHome.Actor, "count", "a", $"{Lines}", "1"]));
        var following = home.Begin("logs", "web", "--follow", "--all", "--raw", "--stream", "stdout");

        for (var rotations = 0; rotations < 20 || !IsDone(home, "web"); rotations++)
            (await home.Run("logs", "rotate", "web")).Ok();
        await Wait.Until(() => following.Stdout.EndsWith($"{Line("a", Lines - 1)}\n", StringComparison.Ordinal), "the last line is shown");
        following.Type("\u0003");

        Assert.Equal(Enumerable.Range(0, Lines).Select(n => Line("a", n)), following.Stdout.TrimEnd('\n').Split('\n'));
        await AssertAllOnce(home, "web", "a");
        Assert.Contains(inMemory ? "freeing the space" : "cutting off", (await home.Run("status", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task Where_no_daemon_runs_whoever_looks_changes_nothing_and_who_changes_something_rotates_what_is_too_large()
    {
        await using var home = new SentinelHome();
        // Not before 'run' is over, which changes something.
        await home.Start(new Call(
            ["run", "--name", "web", "--log-max-size", "64K", "--log-backups", "2", "--log-compress", "--", "sh", "-c", $"while [ ! -e go ]; do sleep 0.05; done; exec {SentinelHome.Actor} count a 5000"]));
        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        await Done(home, "web");

        (await home.Run("list")).Ok();
        (await home.Run("status", "web")).Ok();
        (await home.Run("logs", "web")).Ok();
        Assert.Equal([home.Stderr("web"), home.Stdout("web")], Directory.GetFiles(home.Logs).Order());

        (await home.Run("reset", "web")).Ok();

        await Wait.Until(() => Backups(home, "web") is [var one] && one.EndsWith(".1.gz", StringComparison.Ordinal), "it is compressed");
        Assert.InRange(new FileInfo(home.Stdout("web")).Length, 1, 8192);
        Assert.Equal(Line("a", 0), (await home.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines[0]);
        Assert.Equal(
            Enumerable.Range(4000, 1000).Select(n => Line("a", n)),
            (await home.Run("logs", "web", "--lines", "1000", "--raw", "--stream", "stdout")).Ok().Lines);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("status", "web")]
    public async Task Where_no_daemon_runs_one_who_looks_and_restarts_what_is_due_rotates_nothing(params string[] look)
    {
        await using var home = new SentinelHome();
        var web = await home.Start(new Call(["run", "--name", "web", "--restart", "--log-max-size", "64K", "--log-backups", "2", "--", SentinelHome.Actor, "count", "a", "5000"]));
        await Done(home, "web");
        web.Process.Signal(Signals.Kill);
        await Wait.Until(() => !web.Process.IsAlive, "it has ended");

        Assert.Contains("Auto-restarted web", (await home.Run(look)).Ok().Stdout);

        Assert.Empty(Backups(home, "web"));
        Assert.InRange(new FileInfo(home.Stdout("web")).Length, 500_000, long.MaxValue);
    }

    [Fact]
    public async Task A_compression_that_fails_is_told_in_the_daemons_log_and_done_with_the_next_backup()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        // Nothing can be written under the name of what is being compressed.
        var draft = Directory.CreateDirectory(home.Stdout("web") + ".gz.new");
        await home.Start(new Call(["run", "--name", "web", "--log-max-size", "64K", "--log-compress", "--", SentinelHome.Actor, "count", "a", "5000"]));

        await Wait.Until(
            () => File.ReadAllText(home.DaemonLog).Contains($"Warning: the backups of {home.Stdout("web")} are not compressed for now: Access to the path"),
            () => $"it is told: {File.ReadAllText(home.DaemonLog)}");
        await Done(home, "web");
        draft.Delete();
        (await home.Run("restart", "web")).Ok();

        await Wait.Until(() => Backups(home, "web") is { Count: > 1 } all && all.TrueForAll(backup => backup.EndsWith(".gz", StringComparison.Ordinal)), "all are compressed");
    }

    [Fact]
    public async Task A_log_is_rotated_at_10_MB_where_nobody_asked_for_anything()
    {
        const int lines = 110_000;
        await using var home = await SentinelHome.Create(withDaemon: true);

        await home.Start("web", SentinelHome.Actor, "count", "a", $"{lines}");

        await Wait.Until(() => Backups(home, "web").Count == 1, "the first backup is there");
        await Done(home, "web");
        await AssertAllOnce(home, "web", "a", lines);
    }

    [Fact]
    public async Task What_was_written_before_a_daemon_watches_is_rotated_when_one_does_although_nothing_more_comes()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "web", .. Small, "--", SentinelHome.Actor, "count", "a", "5000"]));
        await Done(home, "web");
        Assert.Empty(Backups(home, "web"));

        await home.StartDaemon();

        await Wait.Until(() => Backups(home, "web").Count == 1, "it is rotated");
        await AssertAllOnce(home, "web", "a", 5000);
    }

    [Fact]
    public async Task What_happened_stands_between_the_lines_where_it_did_and_not_in_the_file()
    {
        Terminal.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "web", "--restart", "--max-restarts", "1", "echo one; exit 3"));
        // What is shown as failed may not have been told yet.
        await Wait.Until(async () => (await home.Happened("web")).Exists(each => (string?)each["event"] == "gave-up"), () => "it was given up");

        string[] story = ["started", "one", "exited with code 3", "restarted", "one", "exited with code 3"];
        AssertTells(story, (await home.Run("logs", "web", "--timestamps")).Ok().Lines);
        // A run begins where the one before has ended.
        AssertTells(story, (await home.Run(Terminal.Call(200, "logs", "web", "--stream", "stdout"))).Ok().Lines);
        Assert.Equal("one\none\n", File.ReadAllText(home.Stdout("web")));

        static void AssertTells(string[] story, string[] lines)
        {
            Assert.Equal(story.Length, lines.Length);
            foreach (var (happened, line) in story.Zip(lines))
                Assert.Matches(happened == "one" ? @"(^|\| )(\x1b\S*m)?one" : $"--- .*{happened}", line);
        }
    }

    [Fact]
    public async Task Where_nothing_can_be_taken_out_of_a_file_a_reader_keeps_every_line_and_goes_when_its_writer_has()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 100, kind: "ramfs");
        (await disk.Run(["run", "--name", "web", .. Small, "--", SentinelHome.Actor, "count", "a", "20000"])).Ok();
        await Done(times: 1);
        Assert.Contains("by a process that reads its output", (await disk.Run("status", "web")).Ok().Stdout);
        Assert.Equal(2, Readers().Count);

        (await disk.Run("restart", "web")).Ok();
        await Done(times: 2);
        var all = Enumerable.Range(0, 20_000).Select(n => Line("a", n)).ToList();
        Assert.Equal(all.Concat(all), (await disk.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines);
        var files = Directory.GetFiles(Path.Combine(disk.Folder, "logs"));
        Assert.InRange(files.Length, 20, 100);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        (await disk.Run("stop", "web")).Ok();
        await Wait.Until(() => Readers().Count == 0, "no reader is left");
        (await disk.Run("delete", "web", "--logs")).Ok();
        Assert.Empty(Directory.GetFiles(Path.Combine(disk.Folder, "logs")));

        // The reader makes the file, when it has begun.
        Task Done(int times) => Wait.Until(
            () => Path.Combine(disk.Folder, "logs", "web.stderr.log") is var log && File.Exists(log) && File.ReadAllLines(log).Length == times,
            "it has written all");

        List<Live> Readers() => ReadersOf(home);
    }

    [Fact]
    public async Task One_whose_readers_were_killed_goes_on_with_others_and_loses_nothing()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 100, kind: "ramfs");
        (await disk.Run("daemon", "start")).Ok();
        var pipes = Pipes();
        var started = Started.Parse((await disk.Run("run", "--name", "web", "i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.05; done")).Ok().Stdout);
        await Ticks(1);
        var readers = ReadersOf(home);

        readers.ForEach(reader => reader.Signal(Signals.Kill));

        await Wait.Until(() => ReadersOf(home).Except(readers).Any(), "there is another reader");
        await Ticks(Lines().Length + 1);
        Assert.True(started.Process.IsAlive);
        Assert.Equal(Enumerable.Range(0, Lines().Length).Select(n => $"tick {n}"), Lines());
        // One that the daemon kept open would never end.
        Assert.Equal(pipes, Pipes());
        (await disk.Run("stop", "web")).Ok();
        await Wait.Until(() => ReadersOf(home).Count == 0, "no reader is left");

        List<string> Pipes() => [.. home.Daemon().Descriptors.Values.Where(file => file.StartsWith("pipe:", StringComparison.Ordinal))];

        Task Ticks(int count) => Wait.Until(() => File.Exists(Log()) && Lines().Length >= count, "its lines come");

        // Whole ones.
        string[] Lines() => [.. File.ReadAllText(Log()).Split('\n')[..^1]];

        string Log() => Path.Combine(disk.Folder, "logs", "web.stdout.log");
    }

    [Fact]
    public async Task On_a_full_disk_the_log_is_left_alone_and_that_is_told()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run("daemon", "start")).Ok();
        (await disk.Run("run", "--name", "web", "--log-max-size", "700K", "--", SentinelHome.Actor, "count", "a", "8000", "1")).Ok();

        await Wait.Until(async () => (await disk.Run("events", "web")).Stdout.Contains("cannot be rotated"), () => "it is told");

        var log = File.ReadAllBytes(Path.Combine(disk.Folder, "logs", "web.stdout.log"));
        Assert.Equal(Line("a", 0), System.Text.Encoding.ASCII.GetString(log).Split('\n')[0]);
        Assert.Contains("running", (await disk.Run("list")).Ok().Stdout);
    }

    [Fact(DisableParallelization = true)]
    public async Task Lines_are_shown_with_their_times_in_one_order_and_by_time()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var start = DateTimeOffset.Now;
        await home.Start("clock", "/bin/sh", "-c", "while :; do date +%s.%N; sleep 0.7; date +%s.%N >&2; sleep 0.7; done");
        await Wait.Until(() => File.Exists(home.Stderr("clock")) && File.ReadAllLines(home.Stderr("clock")).Length >= 3, "it has written");
        var late = TimeSpan.FromSeconds(0.5) + await home.Slack();

        var lines = (await home.Run("logs", "clock", "--all", "--json")).Ok().Lines.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(lines, line => Assert.InRange((line.GetProperty("time").GetDateTimeOffset() - Moment(line.GetProperty("text").GetString()!)).Duration(), TimeSpan.Zero, late));

        var merged = (await home.Run("logs", "clock", "--timestamps")).Ok().Lines;
        Assert.Contains("--- | started", merged[0]);
        var written = merged.Where(line => !line.Contains("---")).Select(line => Moment(line.Split("| ")[1])).ToList();
        Assert.Equal(written.Order(), written);
        Assert.Contains(merged, line => line.Contains(" out | "));
        Assert.Contains(merged, line => line.Contains(" err | "));

        var since = start + ((DateTimeOffset.Now - start) / 2);
        var shown = (await home.Run("logs", "clock", "--since", since.ToString("O"), "--raw")).Ok().Lines.Select(Moment).ToList();
        Assert.NotEmpty(shown);
        Assert.All(shown, moment => Assert.True(moment > since - late, $"{moment} {since}"));
        var before = (await home.Run("logs", "clock", "--until", since.ToString("O"), "--raw")).Ok().Lines.Select(Moment).ToList();
        Assert.NotEmpty(before);
        Assert.All(before, moment => Assert.True(moment < since + late, $"{moment} {since}"));
    }

    [Fact]
    public async Task Clearing_frees_the_space_and_the_process_goes_on_at_the_start_of_the_file()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "web", .. Small, "--", "/bin/sh", "-c", $"{SentinelHome.Actor} count a 20000 & while :; do echo tick; sleep 0.1; done"]));
        await Done(home, "web");
        (await home.Run("logs", "rotate", "web")).Ok();
        var kept = await Blocks(home);

        (await home.Run("logs", "web", "--clear")).Ok();

        Assert.InRange(await Blocks(home), 0, kept / 10);
        Assert.Empty(Backups(home, "web"));
        await home.Says("web", "tick");
        Assert.InRange(new FileInfo(home.Stdout("web")).Length, 1, 1000);
        Assert.All((await home.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines, line => Assert.Equal("tick", line));
    }

    [Fact]
    public async Task With_its_logs_a_process_takes_everything_that_belongs_to_them()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call(["run", "--name", "web", .. Small, "--", SentinelHome.Actor, "count", "a", "5000"]));
        await home.StartActor("web.stdout.log", "children", "0");
        await Done(home, "web");
        (await home.Run("logs", "rotate", "web")).Ok();

        (await home.Run("delete", "web", "--logs")).Ok();

        Assert.All(Directory.GetFiles(home.Logs), file => Assert.StartsWith(home.Stdout("web.stdout.log")[..^"stdout.log".Length], file));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_is_no_room_for_a_backup_that_is_an_error_and_the_log_stays(bool compresses)
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run(["run", "--name", "web", .. compresses ? (string[])["--log-compress"] : [], "--", SentinelHome.Actor, "count", "a", "3000"])).Ok();
        var logs = Path.Combine(disk.Folder, "logs");
        await Wait.Until(() => File.ReadAllText(Path.Combine(logs, "web.stderr.log")).Contains("done"), "it has written all");
        disk.Fill(exceptPages: 1);

        var failed = (await disk.Run("logs", "rotate", "web")).Fails(1);

        Assert.Contains("cannot be rotated", failed.Stderr);
        Assert.Contains("No space left on device", failed.Stderr);
        Assert.DoesNotContain(Directory.GetFiles(logs), file => file.Contains("log.1") || file.EndsWith(".new", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 3000).Select(n => Line("a", n)), File.ReadAllLines(Path.Combine(logs, "web.stdout.log")));
        disk.Empty();
        (await disk.Run("logs", "rotate", "web")).Ok();
        Assert.Equal(
            Enumerable.Range(0, 3000).Select(n => Line("a", n)),
            (await disk.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines);
    }

    [Fact]
    public async Task What_cannot_be_written_to_is_not_rotated_and_not_cleared_and_can_be_read()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 1);
        (await disk.Run("run", "--name", "web", "--", SentinelHome.Actor, "count", "a", "1000")).Ok();
        var logs = Path.Combine(disk.Folder, "logs");
        await Wait.Until(() => File.ReadAllText(Path.Combine(logs, "web.stderr.log")).Contains("done"), "it has written all");
        await disk.MakeReadOnly();

        Assert.Contains("Read-only file system", (await disk.Run("logs", "rotate", "web")).Fails(1).Stderr);
        Assert.Contains("Read-only file system", (await disk.Run("logs", "web", "--clear")).Fails(1).Stderr);
        var shown = (await disk.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok();

        Assert.Equal(Enumerable.Range(0, 1000).Select(n => Line("a", n)), shown.Lines);
        await disk.MakeWritable();
        (await disk.Run("logs", "rotate", "web")).Ok();
        Assert.Equal(shown.Lines, (await disk.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines);
    }

    [Fact]
    public async Task Processes_whatever_their_names_share_no_file()
    {
        await using var home = new SentinelHome();
        string[] names =
        [
            "web", "Web", "web.stdout.log", "web.stdout.log.1", "web.stdout.log.journal", "web.stdout", "web~1", "web.1", ".web", "..",
            "*", "[a]", "we?", "a b", "日本", "🎈", "\"'\\", "-x",
            new string('é', 64), new string('日', 64), new string('日', 63) + "本", string.Concat(Enumerable.Repeat("🎈", 64)),
        ];
        foreach (var name in names)
            (await home.Run("run", $"--name={name}", "--", "/bin/sh", "-c", "seq 1 5000; echo \"$0\"; exec sleep 1000", name)).Ok();
        await Wait.Until(async () => (await Task.WhenAll(names.Select(Last))).SequenceEqual(names), () => "each has written its name");

        foreach (var name in names)
            (await home.Run("logs", "rotate", "--", name)).Ok();

        var numbers = Enumerable.Range(1, 5000).Select(n => $"{n}").ToList();
        foreach (var name in names)
            Assert.Equal(numbers.Append(name), (await home.Run("logs", "--all", "--raw", "--", name)).Ok().Lines);
        // Each has two logs, of which one had something to rotate.
        Assert.Equal(names.Length * 2, Directory.GetFiles(home.Logs, "*.log").Length);
        Assert.Equal(names.Length, Directory.GetFiles(home.Logs, "*.log.1").Length);
        foreach (var name in names[..^1])
            (await home.Run("delete", "--logs", "--", name)).Ok();
        Assert.Equal(names[^1], await Last(names[^1]));
        Assert.All(Directory.GetFiles(home.Logs), file => Assert.StartsWith("🎈", Path.GetFileName(file)));

        async Task<string?> Last(string name) => (await home.Run("logs", "--lines", "1", "--raw", "--", name)).Ok().Lines.LastOrDefault();
    }

    [Theory]
    [InlineData("--grep", "(")]
    [InlineData("--before", "1")]
    [InlineData("--raw", "--timestamps")]
    [InlineData("--follow", "--until", "1s")]
    [InlineData("--lines", "-1")]
    public async Task What_makes_no_sense_is_refused(params string[] options)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        Assert.Empty((await home.Run(["logs", "web", .. options])).Fails(2).Stdout);
    }

    [Theory]
    [InlineData("--log-max-size", "1")]
    [InlineData("--log-max-size", "much")]
    [InlineData("--log-backups", "-1")]
    [InlineData("--log-backups", "many")]
    public async Task Limits_that_cannot_be_start_nothing(string option, string value)
    {
        await using var home = new SentinelHome();
        Assert.Contains(option, (await home.Run("run", option, value, "sleep", "1000")).Fails(2).Stderr);
        Assert.Empty(home.Supervised());
    }

    private static DateTimeOffset Moment(string seconds) =>
        DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));

    private static string Line(string prefix, int number) => $"{prefix}{number:d9} ".PadRight(99, 'x');

    private static bool IsDone(SentinelHome home, string name) => File.ReadAllText(home.Stderr(name)).Contains("done");

    private static Task Done(SentinelHome home, string name) =>
        Wait.Until(() => File.Exists(home.Stderr(name)) && IsDone(home, name), $"{name} has written all");

    private static List<string> Backups(SentinelHome home, string name) =>
        [.. Directory.GetFiles(home.Logs, $"{name}.stdout.log.*").Where(file => char.IsDigit(file.Replace(".gz", "")[^1]))];

    // Of 512 bytes, of all logs together.
    private static async Task<long> Blocks(SentinelHome home) =>
        (await home.Run(Call.Line($"stat -c %b '{home.Logs}'/*"))).Ok().Lines.Sum(long.Parse);

    // They have no environment, and stand in no folder.
    private static List<Live> ReadersOf(SentinelHome home) => [.. Live.All().Where(process =>
        process.Arguments is [_, "log-reader", var log, ..] && log.StartsWith(home.Root, StringComparison.Ordinal))];

    private static async Task AssertAllOnce(SentinelHome home, string name, string prefix, int count = Lines)
    {
        var kept = (await home.Run("logs", name, "--all", "--raw", "--stream", "stdout")).Ok().Lines;
        Assert.Equal(Enumerable.Range(0, count).Select(n => Line(prefix, n)), kept.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)));
    }

    /// <summary>Logs on a file system of another kind.</summary>
    private sealed class InMemory : IDisposable
    {
        private readonly string _folder = $"/dev/shm/sentinel-test-{Guid.NewGuid():N}";

        public InMemory(SentinelHome home)
        {
            Directory.CreateDirectory(_folder);
            Directory.CreateDirectory(home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateSymbolicLink(home.Logs, _folder);
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
