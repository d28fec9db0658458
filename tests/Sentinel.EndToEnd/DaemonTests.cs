using System.Net.Sockets;
using System.Text;

namespace Sentinel.EndToEnd;

public class DaemonTests
{
    [Fact]
    public async Task Start_returns_when_the_daemon_answers()
    {
        await using var home = new SentinelHome();

        var line = (await home.Run("daemon", "start")).Ok().Stdout;

        var status = await home.DescribeDaemon();
        Assert.Equal($"Started daemon (pid: {status.Pid})\n", line);
        Assert.Equal(home.Daemon().Pid, status.Pid);
    }

    [Fact]
    public async Task A_second_start_says_that_it_already_runs()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();

        Assert.Equal($"Daemon is already running (pid: {daemon.Pid})\n", (await home.Run("daemon", "start")).Ok().Stdout);

        Assert.Equal(daemon, home.Daemon());
    }

    [Fact]
    public async Task Many_starts_at_the_same_instant_start_one_daemon_and_all_succeed()
    {
        await using var home = new SentinelHome();

        var starts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => home.Run("daemon", "start")));

        Assert.All(starts, start => start.Ok());
        await home.Settled();
        await Wait.Until(() => home.Daemons().Count == 1, "one is left");
        var daemon = home.Daemon();
        Assert.All(starts, start => Assert.Contains($"(pid: {daemon.Pid})", start.Stdout));
        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
    }

    [Fact]
    public async Task The_daemon_is_of_no_terminal_and_keeps_nothing_of_its_caller_open()
    {
        await using var home = new SentinelHome();

        var daemon = await home.StartDaemon();

        Assert.Equal(daemon.Pid, daemon.Session);
        Assert.Equal("/", daemon.Folder);
        Assert.Equal("/dev/null", daemon.Descriptors[0]);
        Assert.Equal((home.DaemonLog, home.DaemonLog), (daemon.Descriptors[1], daemon.Descriptors[2]));
    }

    [Fact]
    public async Task Only_its_owner_may_read_what_the_daemon_keeps()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();

        Assert.All(
            (string[])[home.Socket, home.DaemonLog, home.EventsFile, home.LockFile],
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Each_home_has_a_daemon_of_its_own_and_none_is_on_the_network()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await using var other = await SentinelHome.Create(withDaemon: true);

        foreach (var each in (SentinelHome[])[home, other])
        {
            var daemon = each.Daemon();
            Assert.Equal(daemon.Pid, (await each.DescribeDaemon()).Pid);
            var sockets = daemon.Descriptors.Values.Where(file => file.StartsWith("socket:[", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(sockets);
            Assert.Empty(sockets.Intersect(((string[])["tcp", "tcp6", "udp", "udp6"]).SelectMany(SocketsOf)));
        }

        static IEnumerable<string> SocketsOf(string protocol) => Path.Combine("/proc/net", protocol) is var table && File.Exists(table)
            ? File.ReadLines(table).Skip(1).Select(line => $"socket:[{line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9]}]")
            : [];
    }

    [Fact]
    public async Task Stop_leaves_the_processes_running_and_says_so()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        var web = await home.Start("web", "sleep", "1000");
        var worker = await home.Start("worker", "sleep", "1000");

        var stopped = (await home.Run("daemon", "stop")).Ok();

        Assert.Equal($"Stopped daemon (pid: {daemon.Pid})\n2 processes keep running\n", stopped.Stdout);
        Assert.False(daemon.IsAlive);
        Assert.False(File.Exists(home.Socket));
        Assert.Equal([web.Process, worker.Process], home.Supervised().OrderBy(process => process.StartTicks));
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Stop_with_processes_ends_them_as_well()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        await home.StartActor("web", "children", "2");
        await home.Start(new Call("run", "--name", "worker", "--restart", "--", "sleep", "1000"));

        Assert.Equal($"Stopped daemon (pid: {daemon.Pid})\nNo process is running\n", (await home.Run("daemon", "stop", "--with-processes")).Ok().Stdout);

        Assert.Empty(home.Supervised());
        Assert.Empty(home.Daemons());
        Assert.All((await home.List()).Processes, process => Assert.Equal("stopped", process.State));
    }

    [Fact]
    public async Task Stopping_what_does_not_run_is_no_error()
    {
        await using var home = new SentinelHome();

        Assert.Equal("Daemon is not running\n", (await home.Run("daemon", "stop")).Ok().Stdout);
        Assert.Equal("Daemon is not running\n", (await home.Run("daemon", "stop", "--force")).Ok().Stdout);
    }

    [Fact]
    public async Task Status_tells_how_the_daemon_is()
    {
        await using var home = new SentinelHome();
        var begun = DateTimeOffset.UtcNow;
        var daemon = await home.StartDaemon();
        await home.Start("web", "sleep", "1000");
        await home.Start("idle", "sleep", "1000");
        (await home.Run("stop", "idle")).Ok();
        var worker = await home.Start(new Call("run", "--name", "worker", "--restart", "--", "sleep", "1000"));
        worker.Process.Signal(Signals.Kill);
        await Wait.Until(async () => (await home.DescribeDaemon()).Restarts == 1, () => "it has restarted one");

        var text = (await home.Run("daemon", "status")).Ok().Stdout;
        var report = await home.DescribeDaemon();

        Assert.StartsWith($"Daemon is running (pid: {daemon.Pid})\n", text);
        Assert.Matches(@"Version: +\d+\.\d+", text);
        Assert.Matches(@"Uptime: +\d+s", text);
        Assert.Matches(@"Memory: +\d+(\.\d)?MB", text);
        Assert.Matches(@"Supervises: +3 processes, 2 running", text);
        Assert.Matches(@"Restarts: +1\n", text);
        Assert.Matches(@"Last error: +none", text);
        Assert.Contains(home.DaemonLog, text);
        Assert.Equal((true, 3, 2, 1, null), (report.Running, report.Supervised, report.RunningProcesses, report.Restarts, report.LastError));
        // It is told in whole milliseconds.
        Assert.InRange(report.StartedAt!.Value, begun.AddMilliseconds(-1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Status_fails_when_no_daemon_runs()
    {
        await using var home = new SentinelHome();

        Assert.Equal("Daemon is not running\n", (await home.Run("daemon", "status")).Fails(1).Stdout);
        Assert.False((await home.Run("daemon", "status", "--json")).Fails(1).As<DaemonReport>().Running);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData("start", true)]
    [InlineData("restart", true)]
    [InlineData("stop", false)]
    public async Task With_json_every_daemon_command_describes_the_daemon(string command, bool isRunning)
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();

        var report = (await home.Run("daemon", command, "--json")).Ok().As<DaemonReport>();

        Assert.True(report.Pid > 0);
        Assert.Equal((isRunning, isRunning ? 0 : null), (report.Running, report.Supervised));
    }

    [Fact]
    public async Task Restart_replaces_the_daemon_and_keeps_every_process()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        for (var i = 0; i < 5; i++)
            await home.Start(new Call("run", "--restart", "--", "sleep", "1000"));
        var before = home.Supervised();

        var line = (await home.Run("daemon", "restart")).Ok().Stdout;

        var successor = home.Daemon();
        Assert.NotEqual(daemon, successor);
        Assert.Equal($"Restarted daemon (pid: {successor.Pid})\n", line);
        Assert.Equal(before, home.Supervised());
        before[0].Signal(Signals.Kill);
        await Wait.Until(() => home.Supervised().Count(process => !before.Contains(process)) == 1, "what it took over is restarted");
    }

    [Fact]
    public async Task Restart_starts_a_daemon_where_none_runs()
    {
        await using var home = new SentinelHome();

        Assert.StartsWith("Restarted daemon", (await home.Run("daemon", "restart")).Ok().Stdout);

        home.Daemon();
    }

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task Run_stays_in_the_foreground_until_it_is_told_to_end_and_leaves_the_processes_running(int signal)
    {
        await using var home = new SentinelHome();
        var daemon = await home.RunDaemon(new Call());
        var web = await home.Start("web", "sleep", "1000");

        daemon.Signal(signal);

        Assert.Empty((await daemon.End()).Ok().Stdout);
        Assert.Equal([web.Process], home.Supervised());
        Assert.False(File.Exists(home.Socket));
        Assert.Equal("running", (await home.Show("web")).State);
        Assert.Equal("daemon-down", (string?)(await home.Happened())[^1]["event"]);
    }

    [Fact]
    public async Task Run_goes_on_when_its_terminal_is_closed_if_it_was_begun_so()
    {
        await using var home = new SentinelHome();
        var daemon = await home.RunDaemon(new Call { Through = ["nohup"] });

        daemon.Signal(Signals.HangUp);

        // What is ignored never arrives.
        Assert.Equal(1, Convert.ToInt32(Live.Find(daemon.Pid)!.Status("SigIgn"), fromBase: 16) & 1);
        Assert.Equal(daemon.Pid, (await home.DescribeDaemon()).Pid);
    }

    [Fact]
    public async Task Run_is_refused_while_another_daemon_runs_and_names_it()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();

        var second = (await home.Run("daemon", "run")).Fails(1);

        Assert.Contains($"(pid {daemon.Pid})", second.Stderr);
        Assert.Contains(home.Folder, second.Stderr);
        Assert.Equal(daemon, home.Daemon());
        await home.DescribeDaemon();
    }

    [Fact]
    public async Task The_service_manager_is_told_when_the_daemon_answers_and_when_it_ends()
    {
        await using var home = new SentinelHome();
        var path = Path.Combine(home.Root, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        manager.ReceiveTimeout = 120_000;

        var daemon = home.Begin(new Call("daemon", "run") { Environment = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = path } });

        Assert.Contains("READY=1", Next().Split('\n'));
        await home.DescribeDaemon();
        var web = await home.Start("web", "sleep", "1000");
        Assert.DoesNotContain("NOTIFY_SOCKET", web.Process.Environment.Keys);
        daemon.Signal(Signals.Terminate);
        Assert.Contains("STOPPING=1", Next().Split('\n'));
        (await daemon.End()).Ok();

        string Next()
        {
            var message = new byte[4096];
            return Encoding.UTF8.GetString(message, 0, manager.Receive(message));
        }
    }

    [Fact]
    public async Task A_start_that_fails_says_why_with_the_end_of_the_log()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        File.WriteAllText(home.StateFile, "{");
        File.WriteAllText(home.PreviousState, "{");

        var start = (await home.Run("daemon", "start")).Fails(1);

        Assert.Empty(start.Stdout);
        Assert.Contains("the daemon did not start", start.Stderr);
        Assert.Contains($"{home.StateFile} is damaged", start.Stderr);
        Assert.Contains("there is no good copy", start.Stderr);
        Assert.Contains(File.ReadAllLines(home.DaemonLog)[^1], start.Stderr);
        Assert.Empty(home.Daemons());
    }

    [Fact]
    public async Task A_start_in_a_home_that_cannot_be_written_says_why()
    {
        await using var home = new SentinelHome();
        File.WriteAllText(home.Folder, "no folder");

        var start = (await home.Run("daemon", "start")).Fails(1);

        Assert.Contains(home.Folder, start.Stderr);
        Assert.DoesNotContain("   at ", start.Stderr);
        Assert.Empty(home.Daemons());
        File.Delete(home.Folder);
    }

    [Theory]
    [InlineData("exec sleep 1000")]
    [InlineData("exec sleep 1000 3< \"$SENTINEL_HOME/lock\"")]
    [InlineData("sleep 1000; exit", "daemon", "run")]
    public async Task Another_process_with_the_pid_of_a_daemon_that_was_killed_is_not_taken_for_it(string doing, params string[] arguments)
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", ["sh", "-c", doing, .. arguments]);
        await Wait.Until(() => home.SupervisedPrograms().Contains("sleep"), "it is what it stays");
        await home.StartDaemon();
        await home.KillDaemon();
        File.WriteAllText(home.LockFile, $"{web.Pid}\n");

        Assert.Equal("Daemon is not running\n", (await home.Run("daemon", "status")).Fails(1).Stdout);
        Assert.Equal("Daemon is not running\n", (await home.Run("daemon", "stop")).Ok().Stdout);
        Assert.Equal("Daemon is not running\n", (await home.Run("daemon", "stop", "--force")).Ok().Stdout);
        Assert.StartsWith("Started daemon", (await home.Run("daemon", "start")).Ok().Stdout);

        Assert.True(web.Process.IsAlive);
        Assert.Equal(home.Daemon().Pid, (await home.DescribeDaemon()).Pid);
    }

    [Fact]
    public async Task A_daemon_that_is_started_while_another_ends_keeps_its_socket()
    {
        await using var home = new SentinelHome();
        for (var started = 0; started < 5;)
        {
            var old = await home.StartDaemon();

            old.Signal(Signals.Terminate);
            var start = await home.Run("daemon", "start");
            await Wait.Until(() => !old.IsAlive, "the other has ended");

            // Else it was the other that answered, or that ended before it had.
            if (!start.Stdout.StartsWith("Started", StringComparison.Ordinal))
                continue;
            started++;
            Assert.True(File.Exists(home.Socket));
            Assert.Equal(home.Daemon().Pid, (await home.DescribeDaemon()).Pid);
        }
    }

    [Fact]
    public async Task A_daemon_that_ended_leaves_nothing_in_the_way_of_commands()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        var web = await home.Start("web", "sleep", "1000");
        await home.KillDaemon();

        // Its socket and its lock file are still there.
        Assert.True(File.Exists(home.Socket));
        Assert.Equal("running", (await home.Show("web")).State);
        Assert.Equal("Stopped web (id: 1)\n", (await home.Run("stop", "web")).Ok().Stdout);
        Assert.False(web.Process.IsAlive);
        await home.StartDaemon();
    }
}
