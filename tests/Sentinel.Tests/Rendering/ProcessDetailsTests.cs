using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class ProcessDetailsTests
{
    private static readonly SentinelHome Home = new("/home/user/.sentinel");

    private static readonly string Start = Text.Time(Clock.Start);

    [Fact]
    public void Each_fact_is_on_a_line_of_its_own() => Assert.Equal(
        $"""
        myserver (id: 1)
          PID:       12345
          Status:    running
          CPU:       2.1%
          Memory:    45.2MB
          Uptime:    5m 32s
          Restart:   no
          Group:     none
          CWD:       /home/user/project
          Command:   python server.py
          Stdout:    /home/user/.sentinel/logs/myserver.stdout.log
          Stderr:    /home/user/.sentinel/logs/myserver.stderr.log
          Logs:      rotated at 10.0MB, 3 backups (by cutting off its front)
          Since:     {Start}
        """.Split('\n'),
        Lines(Sample.Running(1, "myserver", 12345, "python server.py", 2.1, 47_395_635, TimeSpan.FromSeconds(332))));

    [Fact]
    public void All_that_was_asked_for_is_told()
    {
        var record = Sample.Record(7, "web-2");
        var running = new RunState.Running(Clock.Start, new ProcessIdentity(12345, 1, "boot"))
        {
            IsReady = false,
            Health = new Health(IsHealthy: false, Clock.Start, "status 500"),
            Says = "warming up",
        };
        record = record with
        {
            State = running,
            Restarts = 2,
            Origin = new Origin([new Ancestor(812, "bash"), new Ancestor(790, "sshd")], "/home/user", Clock.Start),
            Spec = record.Spec with
            {
                Instance = new Instance("web", 2),
                EnvironmentFiles = ["/home/user/one.env", "/home/user/two.env"],
                Restart = RestartRule.OnFailure,
                RestartLimit = new RestartLimit(5, TimeSpan.FromMinutes(1)),
                Stop = new StopRule(2, TimeSpan.FromSeconds(2.5)),
                MaxMemoryBytes = 500L << 20,
                Readiness = new Readiness(Probe.Tcp("8080"), TimeSpan.FromSeconds(90)),
                Health = HealthCheck.By(Probe.Http("http://localhost:8080/health")),
                Treatment = new Treatment
                {
                    User = "www-data:adm",
                    Nice = 5,
                    IoPriority = new IoPriority(2, 6),
                    Cpus = [0, 2],
                    OomScoreAdjust = 300,
                    Limits = [new ResourceLimit("nofile", 1000, 2000)],
                },
                LogLimits = new LogLimits(64 * 1024, 1, Compress: true),
                Lease = new Lease { Term = Term.From(Clock.Start, TimeSpan.FromHours(2)), Session = "demo" },
                Group = "shop",
            },
        };
        var view = new ProcessView(record, new TreeUsage(2.1, 47_395_635, TimeSpan.FromSeconds(332), [12345]))
        {
            Ports = [new PortLease(12067, "http", Clock.Start, 7)],
            Logs = LogFaults.None with { Deleted = [new DeletedLog("/logs/web-2.stdout.log", "/proc/12345/fd/1")] },
        };

        var lines = ProcessDetails.Lines(view.Info(), LogRung.Punch, Clock.Start, Sample.Plain);

        Assert.Equal(
            $"""
            web-2 (id: 7)
              PID:       12345
              Status:    starting (it is not ready yet)
              Health:    unhealthy since {Start}: status 500 (by http://localhost:8080/health, every 30 s)
              Says:      warming up
              Port:      12067 (http)
              CPU:       2.1%
              Memory:    45.2MB
              Uptime:    5m 32s
              Restart:   on failure, at most 5 times within 60 s
              Restarts:  2
              Ready:     by tcp 8080, within 90 s
              Max mem:   500.0MB
              Stop:      SIGINT, SIGKILL after 2.5 s
              User:      www-data:adm
              Nice:      5
              I/O:       best-effort:6
              CPUs:      0,2
              OOM score: 300
              Limit:     nofile=1000:2000
              Instance:  2 of the set web
              Group:     shop
              Lease:     2h, until {Text.Time(Clock.Start.AddHours(2))}; in session demo
              CWD:       /home/user/project
              Command:   python server.py
              Env file:  /home/user/one.env
              Env file:  /home/user/two.env
              Stdout:    /home/user/.sentinel/logs/web-2.stdout.log
              Stderr:    /home/user/.sentinel/logs/web-2.stderr.log
              Deleted:   /logs/web-2.stdout.log, which it still writes to but nobody can see; save its content with 'cp /proc/12345/fd/1 FILE', then 'sentinel restart web-2' begins a new one
              Logs:      rotated at 64.0KB, 1 backup compressed (by freeing the space of its front)
              Since:     {Start}
              Origin:    bash (pid 812) < sshd (pid 790), in /home/user, {Start}
            """.Split('\n'),
            lines);
    }

    [Fact]
    public void What_ended_tells_when_and_how()
    {
        var lines = Lines(Ended(new RunState.Crashed(Clock.Start), new Exit.Code(3), witnessed: true));

        Assert.Equal(
            ["  PID:       -", "  Status:    crashed", $"  Last run:  exited with code 3, at {Start} (pid 7, started {Start})", "  CPU:       -", "  Memory:    -"],
            lines[1..6]);
    }

    [Fact]
    public void What_nobody_saw_end_tells_when_that_was_noticed() => Assert.Contains(
        $"  Last run:  unknown (nobody was watching), noticed at {Start} (pid 7, started {Start})",
        Lines(Ended(new RunState.Exited(Clock.Start), new Exit.Unknown("nobody was watching"), witnessed: false)));

    [Fact]
    public void What_could_not_be_started_has_no_pid_to_tell() => Assert.Contains(
        $"  Last run:  could not be started: there is no such program, at {Start}",
        Lines(new ProcessView(
            Sample.Record(1, "web") with
            {
                LastRun = new EndedRun(null, Clock.Start, Clock.Start, Witnessed: true, new Exit.NotStarted("there is no such program")),
            },
            null)));

    [Theory]
    [InlineData(3, "backoff (restarts in 3s)")]
    [InlineData(0, "backoff (to be restarted now)")]
    [InlineData(-60, "backoff (to be restarted now)")]
    public void What_waits_to_be_restarted_tells_when(int seconds, string status)
    {
        var view = new ProcessView(Sample.Record(1, "web") with
        {
            State = new RunState.Backoff(Clock.Start, Clock.Start.AddSeconds(seconds)),
            Restarts = 4,
        }, null);

        Assert.Contains($"  Status:    {status}", Lines(view));
        Assert.Contains("  Restarts:  4", Lines(view));
    }

    [Theory]
    [InlineData(RestartRule.Never, "no")]
    [InlineData(RestartRule.Always, "yes")]
    [InlineData(RestartRule.OnFailure, "on failure")]
    public void The_restart_rule_is_told_in_words(RestartRule rule, string words) =>
        Assert.Contains($"  Restart:   {words}", Lines(new ProcessView(Sample.Record(1, "web", restart: rule), null)));

    [Fact]
    public void What_its_tree_may_have_is_told_in_the_words_of_the_options()
    {
        var record = Sample.Record(1, "web");
        record = record with { Spec = record.Spec with { Treatment = new Treatment { Tree = new TreeLimits(200L << 20, 150, 20) } } };

        Assert.Equal(
            ["  Limit:     memory-max=200.0MB", "  Limit:     cpu-max=150%", "  Limit:     pids-max=20"],
            Lines(new ProcessView(record, null)).Where(line => line.Contains("Limit:")));
    }

    [Fact]
    public void A_tree_of_several_processes_names_them_all()
    {
        var view = Sample.Running(1, "web", 7, "server", 0, 0, TimeSpan.Zero);

        Assert.Contains("  Processes: 7, 8, 9", Lines(view with { Usage = view.Usage! with { Pids = [7, 8, 9] } }));
        Assert.DoesNotContain(Lines(view), line => line.Contains("Processes:"));
    }

    [Theory]
    [InlineData(new[] { 8 }, "1 process that it started still runs (sleep, pid 8); 'sentinel stop web' ends it")]
    [InlineData(new[] { 8, 9 }, "2 processes that it started still run (sleep, pids 8, 9); 'sentinel stop web' ends them")]
    public void What_it_left_behind_is_named_with_what_to_do(int[] remains, string said) =>
        Assert.Contains($"  Left over: {said}", Lines(new ProcessView(Sample.Record(1, "web"), null)
        {
            Left = [.. remains.Select(pid => new LeftProcess(pid, "sleep", Clock.Start, LeftSession: true))],
        }));

    [Fact]
    public void Foreign_text_is_shown_without_what_a_terminal_would_obey() =>
        Assert.Contains(@"  Command:   echo \x1b[31m", Lines(new ProcessView(Sample.Record(1, "web", "echo \e[31m"), null)));

    private static ProcessView Ended(RunState state, Exit how, bool witnessed) => new(
        Sample.Record(1, "web") with { State = state, LastRun = new EndedRun(7, Clock.Start, Clock.Start, witnessed, how) },
        null);

    private static string[] Lines(ProcessView view) =>
        [.. ProcessDetails.Lines(view.Info(), LogRung.Collapse, Clock.Start, Sample.Plain)];
}
