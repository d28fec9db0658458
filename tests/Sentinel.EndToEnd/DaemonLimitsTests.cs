namespace Sentinel.EndToEnd;

/// <summary>The daemon where the system gives it little, or less than it asks for.</summary>
public class DaemonLimitsTests
{
    // Of x86-64.
    private const int CloseRange = 436, Unshare = 272, Link = 86, StatX = 332, InotifyInit = 294, InotifyAdd = 254;
    private const int NotPermitted = 1, NotThere = 38, TooManyFiles = 24, NoSpace = 28;

    [Fact]
    public async Task Without_descriptors_a_start_is_refused_in_words_and_what_was_started_is_known_and_restarted()
    {
        await using var home = new SentinelHome();
        (await home.Run(new Call("daemon", "start") { Through = Call.AfterShell("ulimit -n 40;") })).Ok();

        var started = 0;
        Outcome last;
        while ((last = await home.Run(new Call("run", "--restart", "--name", $"p{started}", "--", "sleep", "1000") { Through = Call.AfterShell("ulimit -n 40;") })).ExitCode == 0)
            started++;

        Assert.InRange(started, 3, 39);
        Assert.Contains("may have 40 files open", last.Fails(1).Stderr);
        var listing = await home.List();
        Assert.Equal(started, listing.Processes.Length);
        Assert.All(listing.Processes, process => Assert.Equal("running", process.State));
        Assert.Equal(started, home.Supervised().Count);
        var old = home.Supervised();
        old.ForEach(process => process.Signal(Signals.Kill));
        await Wait.Until(() => home.Supervised() is var now && now.Count == started && !now.Intersect(old).Any(), "all are restarted");
        (await home.Run("restart", "p0")).Ok();
        (await home.Run("stopall")).Ok();
        Assert.Empty(home.Supervised());
        (await home.Run(new Call("run", "--name", "again", "--", "sleep", "1000") { Through = Call.AfterShell("ulimit -n 40;") })).Ok();
    }

    [Fact]
    public async Task Who_connects_and_says_nothing_neither_makes_the_daemon_spin_nor_keeps_others_out()
    {
        await using var home = new SentinelHome();
        (await home.Run(new Call("daemon", "start") { Through = Call.AfterShell("ulimit -n 40;") })).Ok();
        var daemon = home.Daemon();
        using var silent = home.Begin(Call.Line(
            $"exec python3 -c 'import socket,time;s=[socket.socket(socket.AF_UNIX) for i in range(60)];[x.setblocking(False) or x.connect_ex(\"{home.Socket}\") for x in s];print(\"connected\",flush=True);time.sleep(1000)'"));
        await silent.Prints("connected");

        var before = Ticks(daemon);
        await home.DescribeDaemon();
        await home.Start(new Call("run", "--name", "web", "--", "sleep", "1000") { Through = Call.AfterShell("ulimit -n 40;") });
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        // Of two hundred that it would have had.
        Assert.InRange(Ticks(daemon) - before, 0, 60);
    }

    [Fact]
    public async Task What_it_starts_keeps_the_limit_of_files_that_the_daemon_was_started_with()
    {
        await using var home = new SentinelHome();
        (await home.Run(new Call("daemon", "start") { Through = Call.AfterShell("ulimit -Sn 321;") })).Ok();

        var web = await home.Start(new Call("run", "--name", "web", "--", "sleep", "1000") { Through = Call.AfterShell("ulimit -Sn 321;") });

        Assert.Equal("321", OpenFilesOf(web.Process));
        Assert.NotEqual("321", OpenFilesOf(home.Daemon()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_files_may_not_be_large_it_is_told_as_a_full_disk_is_and_the_daemon_lives(bool withDaemon)
    {
        await using var home = new SentinelHome();
        var limited = Call.AfterShell("ulimit -f 8;");
        if (withDaemon)
            (await home.Run(new Call("daemon", "start") { Through = limited })).Ok();

        Outcome last;
        var started = 0;
        do
            last = await home.Run(new Call("run", "--name", $"p{started}", "--", "sleep", "1000") { Through = limited });
        while (last.ExitCode == 0 && ++started < 100);

        Assert.Contains("larger than a file may be here (ulimit -f)", last.Fails(1).Stderr);
        Assert.Equal(started, home.Supervised().Count);
        if (withDaemon)
            await home.DescribeDaemon();
        (await home.Run(new Call("stopall") { Through = withDaemon ? limited : [] })).Ok();
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(InotifyInit, TooManyFiles)]
    [InlineData(InotifyInit, NotPermitted)]
    [InlineData(InotifyAdd, NoSpace)]
    public async Task Where_files_cannot_be_watched_all_goes_on_and_that_is_said(int call, int error)
    {
        Needs.SystemCallNumbers();
        await using var home = new SentinelHome();
        var blind = Without((call, error));
        (await home.Run(new Call("daemon", "start") { Through = blind })).Ok();
        (await home.Run(new Call("run", "--name", "web", "--wait", "--ready-log", "line 2", "--log-max-size", "64K", "--", "sh", "-c",
            "echo line 1; sleep 0.2; echo line 2; while ! test -e go; do sleep 0.1; done; seq 100000; echo end; sleep 1000")
        { Through = blind })).Ok();

        using var follow = home.Begin(new Call("logs", "web", "--follow") { Through = blind });
        await follow.Prints("line 2");
        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        await follow.Prints("end");
        await Wait.Until(() => Directory.GetFiles(home.Logs, "web.stdout.log.*").Length > 2, "the log is rotated");
        var waiting = home.Begin(new Call("wait", "web", "--for", "stopped") { Through = blind });
        (await home.Run("stop", "web")).Ok();
        (await waiting.Finish()).Ok();
        if (call == InotifyInit)
            Assert.Contains("files cannot be watched", File.ReadAllText(home.DaemonLog));
        Assert.Contains("cannot be watched", (await home.Run(new Call("doctor") { Through = Without((InotifyInit, error)) })).Stdout);
    }

    [Theory]
    [InlineData(CloseRange, NotPermitted)]
    [InlineData(CloseRange, NotThere)]
    [InlineData(Link, NotPermitted)]
    [InlineData(StatX, NotPermitted)]
    [InlineData(StatX, NotThere)]
    public async Task What_older_container_engines_forbid_is_done_without(int call, int error)
    {
        Needs.SystemCallNumbers();
        await using var home = new SentinelHome();
        var contained = Without((call, error), (Unshare, NotPermitted));
        await Try();
        (await home.Run(new Call("daemon", "start") { Through = contained })).Ok();
        await Try();

        async Task Try()
        {
            // A descriptor that the caller left open is not passed on.
            var web = await home.Start(new Call("run", "--name", "web", "--restart", "--", "sleep", "1000") { Through = [.. Call.AfterShell("exec 9</dev/null;"), .. contained] });
            Assert.Equal([0, 1, 2], web.Process.Descriptors.Keys.Order());
            (await home.Run(new Call("logs", "web") { Through = contained })).Ok();
            (await home.Run(new Call("restart", "web") { Through = contained })).Ok();
            (await home.Run(new Call("delete", "web") { Through = contained })).Ok();
            Assert.Empty(home.Supervised());
        }
    }

    [Fact]
    public async Task With_little_data_allowed_it_starts()
    {
        await using var home = new SentinelHome();
        (await home.Run(new Call("run", "--name", "web", "--", "sleep", "1000") { Through = Call.AfterShell("ulimit -d 10000;") })).Ok();
        (await home.Run(new Call("daemon", "start") { Through = Call.AfterShell("ulimit -d 10000;") })).Ok();
        (await home.Run(new Call("stopall") { Through = Call.AfterShell("ulimit -d 10000;") })).Ok();
    }

    [Fact]
    public async Task A_file_system_that_never_answers_is_said_to_and_keeps_nobody_else_waiting()
    {
        Needs.MountNamespaces();
        Assert.SkipUnless(File.Exists("/dev/fuse"), "needs /dev/fuse");
        await using var home = new SentinelHome();
        var folder = Directory.CreateDirectory(Path.Combine(home.Root, "remote")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(home.Root, "link"), folder);
        using var daemon = home.Begin(new Call("daemon", "run") { Through = ["unshare", "--mount", SentinelHome.Actor, "hang", folder] });
        await Wait.Until(async () => daemon.HasEnded || (await home.Run("daemon", "status")).ExitCode == 0, () => "the daemon answers");
        Assert.SkipWhen(daemon.HasEnded, "needs the right to mount FUSE");
        // Who is elsewhere than the daemon could not have it start anything.
        string[] there = ["nsenter", "--mount", $"--wd={home.Work}", $"--target={home.Daemon().Pid}"];
        var web = await home.Start(new Call("run", "--name", "web", "--restart", "--cwd", "/", "--", "sleep", "1000") { Through = there });

        foreach (var place in new[] { folder, Path.Combine(home.Root, "link") })
        {
            var refused = (await home.Run(new Call("run", "--name", "far", "--cwd", place, "--", "sleep", "1000") { Through = there })).Fails(1);
            Assert.Contains($"the file system at {folder} (fuse.silence) does not answer", refused.Stderr);
        }

        web.Process.Signal(Signals.Kill);
        await Wait.Until(async () => await home.Show("web") is { State: "running", Restarts: 1 }, () => "it is restarted");
    }

    private static string[] Without(params (int Call, int Error)[] calls) =>
        [SentinelHome.Actor, "forbid", string.Join(',', calls.Select(call => $"{call.Call}:{call.Error}"))];

    private static string OpenFilesOf(Live process) => File.ReadLines($"/proc/{process.Pid}/limits")
        .First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];

    private static long Ticks(Live process)
    {
        var stat = File.ReadAllText($"/proc/{process.Pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11]) + long.Parse(fields[12]);
    }
}
