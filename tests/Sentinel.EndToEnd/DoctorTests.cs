using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sentinel.EndToEnd;

public class DoctorTests
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;

    // Of these a test can say what they are to be; the others are as the machine is.
    private static readonly string[] Ours = ["home", "state", "logs", "daemon", "processes", "ports"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_all_is_well_it_says_so(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", withDaemon ? "--restart" : "--restart=no", "--port", "http");

        var report = await Examine(home);

        Assert.All(report.Findings.Where(finding => Ours.Contains(finding.Area)), finding => Assert.Equal("ok", finding.Level));
        Assert.Contains(withDaemon ? $"(pid {home.Daemon().Pid}) answers" : "no daemon is running", report["daemon"].What);
        Assert.Contains($"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}", report["kernel"].What);
    }

    [Fact]
    public async Task Where_nothing_was_ever_run_all_is_well_and_nothing_is_made()
    {
        await using var home = new SentinelHome();

        var report = await Examine(home);

        Assert.All(report.Findings.Where(finding => Ours.Contains(finding.Area)), finding => Assert.Equal("ok", finding.Level));
        Assert.Contains("does not exist yet", report["home"].What);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Fact]
    public async Task Programs_get_the_same_as_people()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web", "--restart");

        var report = await Examine(home);
        var lines = (await home.Run("doctor")).Ok().Lines;

        Assert.Equal(1, report.SchemaVersion);
        Assert.Empty(report.Warnings);
        Assert.Equal(report.Findings.Count(finding => finding.Level == "degraded"), report.Degraded);
        Assert.Equal(0, report.Broken);
        Assert.Equal(
            report.Findings.SelectMany(finding => (string[])
            [
                $"{finding.Level,-10}{finding.Area,-11}{finding.What}",
                .. finding.Mend is null ? Array.Empty<string>() : [new string(' ', 21) + $"fix: {finding.Mend}"],
            ]),
            lines[..^1]);
        Assert.Equal($"Nothing is broken, {report.Degraded} degraded", lines[^1]);
    }

    [Theory]
    [InlineData("well", true)]
    [InlineData("well", false)]
    [InlineData("damaged", false)]
    [InlineData("open", false)]
    public async Task It_changes_nothing(string how, bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--port", "http");
        (await home.Run("stop", "web")).Ok();
        if (how == "damaged")
            File.WriteAllText(home.StateFile, "garbage");
        if (how == "open")
            File.SetUnixFileMode(home.Folder, Everybody);
        var before = Everything(home);
        var turn = withDaemon ? null : home.TakeTurn();

        // Somebody else's turn, which takes as long as it takes, is nothing to wait for.
        (await home.Run("doctor")).Ok();
        turn?.Dispose();
        (await home.Run("doctor")).Ok();

        Assert.Equal(before, Everything(home));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_hurts_is_found(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        using var owner = Process.Start("sleep", "1000");
        var (folder, program, file) = (home.Work + "/folder", home.Work + "/program", home.Work + "/file.env");
        Directory.CreateDirectory(folder);
        File.Copy("/bin/true", program);
        File.WriteAllText(file, "A=1\n");
        (await home.Run("run", "--name", "no-folder", "--cwd", folder, "--", "true")).Ok();
        (await home.Run("run", "--name", "no-program", "--", program)).Ok();
        (await home.Run("run", "--name", "no-file", "--env-file", file, "--", "true")).Ok();
        (await home.Run("run", "--name", "fine", "--", "true")).Ok();
        (await home.Run("run", "--name", "crash", "exit 3")).Ok();
        await Wait.Until(async () => (await home.List()).Processes.All(process => process.Pid is null), () => "they have ended");
        Directory.Delete(folder);
        File.Delete(program);
        File.Delete(file);
        if (withDaemon)
        {
            (await home.Run("run", "--name", "loop", "--restart", "exit 4")).Ok();
            (await home.Run("run", "--name", "sick", "--health-exec", "exit 1", "--health-interval", "0.1", "--health-failures", "1", "--", "sleep", "1000")).Ok();
            await Wait.Until(async () => (await home.Show("sick")).Health?.Status == "unhealthy" && (await home.Show("loop")).Restarts >= 3, () => "they are as they are to be");
        }
        else
        {
            await home.Sleeper("leased", "--until", $"{owner.Id}");
            owner.Kill();
        }

        var found = "";
        await Wait.Until(async () => (found = string.Join('\n', (await Examine(home)).Of("processes").Select(finding => finding.What))).Contains(withDaemon ? "loop" : "lease"), () => $"it is found in:\n{found}");

        Assert.Contains($"no-folder could not be started again: there is no folder {folder} to run it in", found);
        Assert.Contains($"no-program could not be started again: there is no program {program}", found);
        Assert.Contains($"no-file could not be started again: there is no environment file {file}", found);
        Assert.Contains("crash has crashed: exited with code 3", found);
        Assert.DoesNotContain("fine", found);
        if (withDaemon)
        {
            Assert.Contains("sick is unhealthy: the check exited with code 1", found);
            Assert.Matches(@"loop keeps ending: it was restarted \d+ times in the last hour; its last run: exited with code 4", found);
        }
        else
        {
            Assert.Contains("the lease of leased is over, and it still runs: ", found);
        }

        owner.Kill();
    }

    [Fact]
    public async Task A_damaged_state_is_degraded_while_there_is_its_copy_and_so_is_what_was_kept_aside()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        await home.Sleeper("next");
        File.WriteAllText(home.StateFile, "garbage");

        var damaged = await Examine(home);
        Assert.Equal("degraded", damaged["state"].Level);
        Assert.Matches($"^{home.StateFile} is damaged .* its copy, from before the last change, is used, with 2 processes", damaged["state"].What);

        (await home.Run("stop", "web")).Ok();
        var aside = Assert.Single(Directory.GetFiles(home.Folder, "state.json.damaged-*"));
        var repaired = await Examine(home);
        Assert.Equal(["ok", "degraded"], repaired.Of("state").Select(finding => finding.Level));
        Assert.Contains(Path.GetFileName(aside), repaired.Of("state")[1].What);
        Assert.Contains($"rm {aside}", repaired.Of("state")[1].Mend);
    }

    [Fact]
    public async Task Without_a_copy_it_is_broken_and_what_it_says_mends_it()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        File.WriteAllText(home.StateFile, "garbage");
        File.Delete(home.PreviousState);

        var report = await Examine(home, exitCode: 1);

        Assert.Equal("broken", report["state"].Level);
        Assert.Contains($"move {home.StateFile} away", report["state"].Mend);
        Assert.Empty(report.Of("processes"));
        File.Move(home.StateFile, Path.Combine(home.Work, "away"));
        Assert.Equal("ok", (await Examine(home))["state"].Level);
    }

    [Theory]
    [InlineData("", 0b111_101_101, "degraded")]
    [InlineData("", 0b111_111_000, "broken")]
    [InlineData("state.json", 0b110_100_100, "degraded")]
    [InlineData("logs/web.stdout.log", 0b110_100_000, "degraded")]
    public async Task What_is_open_to_others_is_closed_by_the_command_that_it_says(string file, int mode, string level)
    {
        await using var home = new SentinelHome("my home");
        await home.Sleeper("web");
        File.SetUnixFileMode(Path.Combine(home.Folder, file), (UnixFileMode)mode);

        var finding = (await Examine(home, exitCode: level == "broken" ? 1 : 0))["home"];

        Assert.Equal(level, finding.Level);
        (await home.Run(new Call("-c", finding.Mend!) { Program = "sh" })).Ok();
        Assert.Equal("ok", (await Examine(home))["home"].Level);
    }

    [Theory]
    [InlineData("file", "is not a folder")]
    [InlineData("file/home", "does not exist, and cannot be created")]
    [InlineData("dangling", "is not a folder")]
    public async Task A_home_that_cannot_be_is_broken(string name, string why)
    {
        await using var home = new SentinelHome();
        File.WriteAllText(Path.Combine(home.Work, "file"), "");
        File.CreateSymbolicLink(Path.Combine(home.Work, "dangling"), "nowhere");
        var folder = Path.Combine(home.Work, name);

        var asked = await home.Run(new Call("doctor", "--json") { Environment = new Dictionary<string, string?> { ["SENTINEL_HOME"] = folder } });

        Assert.StartsWith($"{folder} {why}", asked.Fails(1).As<DoctorReport>()["home"].What);
    }

    [Fact]
    public async Task A_home_may_be_a_link()
    {
        await using var home = new SentinelHome();
        var target = Path.Combine(home.Work, "real");
        Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(home.Folder, target);
        await home.StartActor("web", "children", "0");
        File.Delete(home.Stdout("web"));

        var report = await Examine(home);

        Assert.Equal("ok", report["home"].Level);
        Assert.Contains($"(a link to {target})", report["home"].What);
        Assert.Contains("writes to a log that was deleted", report["processes"].What);
    }

    [Fact]
    public async Task Another_users_home_is_broken()
    {
        Needs.Root();
        Needs.Program("setpriv");
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        File.SetUnixFileMode(home.Root, Everybody);
        var binary = await home.CopyBinary();

        var asked = (await home.Run(new Call
        {
            Through = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", "exec \"$0\" doctor --json", binary],
            Folder = "/",
        })).Fails(1);

        var report = asked.As<DoctorReport>();
        Assert.Equal("broken", report["home"].Level);
        Assert.Contains($"{home.Folder} belongs to another user (uid 0; this is uid 65534)", report["home"].What);
        Assert.Equal("broken", report["state"].Level);
        Assert.Contains("cannot be read", report["state"].What);
    }

    [Fact]
    public async Task A_disk_with_little_room_is_degraded_and_a_full_one_broken()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 8);

        Assert.Matches(@"(?m)^degraded  home       the disk of .* has \d MB free$", (await disk.Run("doctor")).Ok().Stdout);
        disk.Fill(exceptPages: 1);
        Assert.Matches("(?m)^broken    home       the disk of .* is full", (await disk.Run("doctor")).Fails(1).Stdout);
        disk.Empty();
        await disk.MakeReadOnly();
        Assert.Matches("(?m)^broken    home       the file system of .* is read-only", (await disk.Run("doctor")).Fails(1).Stdout);
        await disk.MakeWritable();
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_broken_and_that_is_said()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        daemon.Signal(Signals.Stop);
        await Wait.Until(() => daemon.Status("State").StartsWith('T'), "it is suspended");

        var finding = (await Examine(home, exitCode: 1))["daemon"];

        Assert.Equal("broken", finding.Level);
        Assert.Contains($"the daemon (pid {daemon.Pid}) does not answer", finding.What);
        Assert.StartsWith("sentinel daemon stop --force", finding.Mend);
        (await home.Run("daemon", "stop", "--force")).Ok();
        Assert.All((await Examine(home)).Of("daemon"), each => Assert.Equal("ok", each.Level));
    }

    [Theory]
    [InlineData("""{"protocol":4,"is":"welcome","pid":1,"version":"0.0.1","startedAt":"2026-01-02T03:04:05Z","supervised":2,"runningProcesses":1,"restarts":0,"oldestProtocol":4,"newestProtocol":4}""", "degraded", "the daemon (pid 1) is 0.0.1, and this is ")]
    [InlineData("""{"protocol":9,"is":"done"}""", "broken", "the daemon speaks version 9 of its protocol")]
    public async Task A_daemon_of_another_version_is_to_be_restarted(string reply, string level, string what)
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(home.Socket));
        File.SetUnixFileMode(home.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        daemon.Listen();
        using var over = new CancellationTokenSource();
        var answering = Answer(daemon, reply, over.Token);

        var finding = (await Examine(home, exitCode: level == "broken" ? 1 : 0))["daemon"];
        await over.CancelAsync();
        await answering;

        Assert.Equal(level, finding.Level);
        Assert.StartsWith(what, finding.What);
        Assert.StartsWith("sentinel daemon restart", finding.Mend);
    }

    [Fact]
    public async Task The_socket_of_a_daemon_that_was_killed_is_no_harm_but_its_work_is_missed()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Sleeper("web", "--restart");
        await home.KillDaemon();

        var findings = (await Examine(home)).Of("daemon");

        Assert.Equal(["degraded", "ok"], findings.Select(finding => finding.Level));
        Assert.Equal("sentinel daemon start", findings[0].Mend);
        Assert.Contains("daemon.sock", findings[1].What);
    }

    [Fact]
    public async Task A_log_that_was_deleted_is_told_with_where_it_still_is()
    {
        await using var home = new SentinelHome();
        var web = await home.StartActor("web", "children", "0");
        File.Delete(home.Stdout("web"));

        var finding = (await Examine(home))["processes"];

        Assert.Equal("degraded", finding.Level);
        Assert.Contains(home.Stdout("web"), finding.What);
        Assert.Contains($"cp /proc/{web.Pid}/fd/1 FILE", finding.Mend);
        Assert.StartsWith("sentinel restart web", finding.Mend);
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("ok", (await Examine(home))["processes"].Level);
    }

    [Fact]
    public async Task A_log_that_was_renamed_or_emptied_by_others_is_told()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "web", "echo out; echo err >&2; exec sleep 1000"));
        await home.Says("web", "out");
        (await home.Run("restart", "web")).Ok();
        File.Move(home.Stdout("web"), home.Stdout("web") + ".old");
        File.WriteAllText(home.Stderr("web"), "");

        var findings = (await Examine(home)).Of("processes");

        Assert.All(findings, finding => Assert.Equal("degraded", finding.Level));
        Assert.Contains(findings, finding => finding.What.StartsWith($"web writes to a log that was renamed: {home.Stdout("web")} is now {home.Stdout("web")}.old"));
        Assert.Contains(findings, finding => finding.What.StartsWith($"something emptied {home.Stderr("web")}"));
    }

    [Fact]
    public async Task What_a_process_left_behind_is_told()
    {
        await using var home = new SentinelHome();
        var file = Path.Combine(home.Work, "child");
        await home.Start("web", SentinelHome.Actor, "leave-session", file, "exits");
        await Wait.Until(async () => (await home.Show("web")).Pid is null, () => "its main process has ended");
        var left = File.ReadAllText(file).Trim();

        var finding = (await Examine(home))["processes"];

        Assert.Equal(("degraded", "sentinel stop web"), (finding.Level, finding.Mend));
        Assert.Contains($"(pid {left})", finding.What);
        (await home.Run("stop", "1")).Ok();
        Assert.Equal("ok", (await Examine(home))["processes"].Level);
    }

    [Fact]
    public async Task A_port_that_nobody_has_used_for_a_week_may_be_freed()
    {
        await using var home = new SentinelHome();
        (await home.Run("port", "allocate", "--name", "tunnel")).Ok();
        Assert.Equal("ok", (await Examine(home))["ports"].Level);
        home.EditState(state => state["ports"]!.AsArray()[0]!["allocatedAt"] = DateTimeOffset.UtcNow.AddDays(-8).ToString("O", CultureInfo.InvariantCulture));
        var port = Assert.Single(await home.Ports()).Port;

        var finding = (await Examine(home))["ports"];

        Assert.Equal("degraded", finding.Level);
        Assert.StartsWith($"{port} (tunnel) was leased 8 days ago", finding.What);
        Assert.StartsWith($"sentinel port free {port}", finding.Mend);
        using var socket = PortTests.Listen("127.0.0.1", ProtocolType.Tcp, port);
        Assert.Equal("ok", (await Examine(home))["ports"].Level);
    }

    [Fact]
    public async Task A_stranger_on_the_port_of_a_process_is_named_and_the_process_itself_is_none()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "web", "--port", "http", "--", SentinelHome.Actor, "listen", "PORT"));
        var port = (await home.Show("web")).Ports.Single().Port;
        await home.Says("web", $"port {port}");
        Assert.Equal("ok", (await Examine(home))["ports"].Level);
        (await home.Run("stop", "web")).Ok();

        using var socket = PortTests.Listen("127.0.0.1", ProtocolType.Tcp, port);
        var finding = (await Examine(home))["ports"];

        Assert.Equal(("degraded", $"kill {Environment.ProcessId}, if it may be ended"), (finding.Level, finding.Mend));
        Assert.Contains(PortTests.Me, finding.What);
    }

    private static async Task<DoctorReport> Examine(SentinelHome home, int exitCode = 0)
    {
        var outcome = (await home.Run("doctor", "--json")).Fails(exitCode);
        Assert.Empty(outcome.Stderr);
        return outcome.As<DoctorReport>();
    }

    private static async Task Answer(Socket daemon, string reply, CancellationToken over)
    {
        var frame = new byte[4 + Encoding.UTF8.GetByteCount(reply)];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - 4);
        Encoding.UTF8.GetBytes(reply, frame.AsSpan(4));
        try
        {
            while (true)
            {
                using var client = await daemon.AcceptAsync(over);
                // Who only looks whether anybody listens says nothing.
                if (await client.ReceiveAsync(new byte[4096], over) > 0)
                    await client.SendAsync(frame, over);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Every entry, when it was last written or changed, and what is in it.
    private static List<string> Everything(SentinelHome home) =>
    [
        .. Directory.GetFileSystemEntries(home.Folder, "*", SearchOption.AllDirectories).Append(home.Folder).Order(StringComparer.Ordinal).Select(path =>
            $"{path} {File.GetLastWriteTimeUtc(path):O} {File.GetUnixFileMode(path)} "
            + (Directory.Exists(path) || path == home.Socket || path == home.ApiSocket || path == home.LockFile ? "" : Convert.ToHexString(File.ReadAllBytes(path)))),
    ];
}

/// <summary>What <c>doctor --json</c> prints.</summary>
internal sealed record DoctorReport(int SchemaVersion, Finding[] Findings, int Broken, int Degraded, string[] Warnings)
{
    public Finding this[string area] => Of(area)[0];

    public Finding[] Of(string area) => [.. Findings.Where(finding => finding.Area == area)];
}

internal sealed record Finding(string Area, string Level, string What, string? Mend);
