using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Api;
using Sentinel.Core.Queries;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class StoryTests
{
    private const string NoDaemon = ", by the next 'sentinel list' or 'status': no daemon is running.";

    private static readonly DateTimeOffset Start = new(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Local));

    private static readonly EndedRun Crash = new(11, Start, Start.AddSeconds(5.25), Witnessed: true, new Exit.Code(3));

    [Theory]
    [InlineData(RestartRule.Never, true, "When it ends by itself, it is not restarted ('sentinel set web --restart' changes that).")]
    [InlineData(RestartRule.Always, true, "When it ends by itself, it is restarted.")]
    [InlineData(RestartRule.Always, false, "When it ends by itself, it is restarted" + NoDaemon)]
    [InlineData(RestartRule.OnFailure, true, "When it fails, it is restarted.")]
    public void Of_what_runs_it_says_what_its_end_will_lead_to(RestartRule rule, bool isWatched, string next) => Assert.Equal(
        next, Of(new RunState.Running(Start, new ProcessIdentity(11, 1, "boot")), rule, isWatched).Next);

    [Fact]
    public void Of_what_may_be_given_up_it_says_when_and_how_near_that_is()
    {
        var record = Record(new RunState.Running(Start, new ProcessIdentity(11, 1, "boot")), RestartRule.Always);
        record = record with
        {
            Spec = record.Spec with { RestartLimit = new RestartLimit(5, TimeSpan.FromDays(1)) },
            RecentRestarts = [DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(-2)],
        };

        Assert.Equal(
            "When it ends by itself, it is restarted, at most 5 times within 86400 s (2 so far).",
            Of(record).Next);
    }

    [Theory]
    [InlineData("nginx", "nginx -g 'daemon off;'")]
    [InlineData("mine", "many programs have an option such as --foreground or --nodaemon")]
    public void Of_what_put_itself_into_the_background_it_says_what_is_left_and_what_to_do(string program, string inFront)
    {
        var launched = new EndedRun(11, Start, Start.AddSeconds(0.1), Witnessed: true, new Exit.Code(0));
        var record = Record(new RunState.Exited(Start) { Left = $"{program} (pid 12)" }, RestartRule.Always) with { LastRun = launched };
        var left = new LeftProcess(12, program, Start, LeftSession: true);
        var story = Of(record, left: left);

        Assert.StartsWith($"It put itself into the background and left {program} (pid 12), so it is not restarted", story.Next);
        var lines = story.Lines(Sample.Plain).ToList();
        Assert.Contains($"  1 process that it started still runs ({program}, pid 12); 'sentinel stop web' ends it", lines);
        Assert.Contains(lines, line => line.Contains($"Keep it in the foreground ({inFront})") && line.Contains("'sentinel set web --pid-file FILE'"));
        Assert.EndsWith("which has ended since; 'sentinel start web' starts it.", Of(record).Next);
        // After a crash it is only said to be left.
        var crashed = Of(record with { State = new RunState.Crashed(Start), LastRun = Crash }, left: left);
        Assert.DoesNotContain(crashed.Lines(Sample.Plain), line => line.Contains("--pid-file"));
    }

    [Theory]
    [InlineData(true, ".")]
    [InlineData(false, NoDaemon)]
    public void Of_what_waits_it_says_when_it_is_restarted_and_by_whom(bool isWatched, string by)
    {
        // Far from the next hour, however long this takes.
        var due = DateTimeOffset.UtcNow.AddDays(1).AddMinutes(30);

        Assert.Equal($"It will be restarted at {Text.Time(due)}, in 1d 0h{by}", Of(new RunState.Backoff(Start, due), isWatched: isWatched).Next);
        Assert.Equal($"It is due to be restarted{by}", Of(new RunState.Backoff(Start, Start), isWatched: isWatched).Next);
    }

    [Fact]
    public void Of_what_stays_as_it_is_it_says_how_to_start_it()
    {
        Assert.Equal("It stays stopped until 'sentinel start web'.", Of(new RunState.Stopped(Start)).Next);
        Assert.Equal("It is not restarted ('sentinel set web --restart' changes that); 'sentinel start web' starts it.", Of(new RunState.Exited(Start)).Next);
        Assert.Equal("It is not restarted ('sentinel set web --restart' changes that); 'sentinel start web' starts it.", Of(new RunState.Crashed(Start)).Next);
        Assert.Equal(
            "It was given up: too often. 'sentinel start web' tries again; 'sentinel reset web' only forgets the failures.",
            Of(new RunState.Failed(Start, "too often")).Next);
    }

    [Fact]
    public void Of_what_is_under_way_it_says_so()
    {
        Assert.Equal("It is being started.", Of(new RunState.Starting(Start, Automatic: false)).Next);
        Assert.Equal("It is being ended.", Of(new RunState.Stopping(Start, null)).Next);
        Assert.Equal("It is being ended, and may then be started again.", Of(new RunState.Stopping(Start, null) { ThenStart = true }).Next);
        Assert.Equal("It is being ended, and may then be started again.", Of(new RunState.Stopping(Start, null, "unhealthy")).Next);
    }

    [Fact]
    public void The_last_runs_are_told_with_the_last_that_they_wrote()
    {
        var story = Of(new RunState.Crashed(Start)) with
        {
            Runs =
            [
                new Story.Run(Ended(Crash), ["Traceback:", "\e[31mno such table"], IsKept: true),
                new Story.Run(Ended(Crash), [], IsKept: true),
                new Story.Run(Ended(Crash), [], IsKept: true) { Stdout = ["no"] },
                new Story.Run(Ended(Crash), [], IsKept: false),
            ],
            Ends = 3,
            KnownSince = Start,
            Cause = "exited with code 3",
            Said = new SaidLine("no such \e[31mtable", LogStream.Stdout),
        };

        Assert.Equal(
            [
                "web (id: 1): crashed since 2026-01-02 03:04:05, after 5.3s: exited with code 3",
                "  no such \\x1b[31mtable (on stdout)",
                "  It is not restarted ('sentinel set web --restart' changes that); 'sentinel start web' starts it.",
                "  3 runs ended since 2026-01-02 03:04:05; restarted 1 time.",
                "",
                "2026-01-02 03:04:10 exited with code 3 after 5.3s, pid: 11",
                "  | Traceback:",
                "  | \\x1b[31mno such table",
                "",
                "2026-01-02 03:04:10 exited with code 3 after 5.3s, pid: 11",
                "  (it wrote nothing)",
                "",
                "2026-01-02 03:04:10 exited with code 3 after 5.3s, pid: 11",
                "  (nothing on stderr; on stdout)",
                "  | no",
                "",
                "2026-01-02 03:04:10 exited with code 3 after 5.3s, pid: 11",
                "  (what it wrote to stderr is no longer kept)",
            ],
            story.Lines(Sample.Plain));
    }

    [Fact]
    public void Of_what_runs_it_says_how_it_is_doing()
    {
        var now = DateTimeOffset.UtcNow;
        var record = Record(new RunState.Running(Start, new ProcessIdentity(11, 1, "boot")) { IsReady = false, Health = new Health(IsHealthy: false, now.AddMinutes(-5), "no answer") }, RestartRule.Always);
        var story = Of(record with
        {
            Spec = record.Spec with
            {
                Health = HealthCheck.By(new Probe(ProbeKind.Tcp, "127.0.0.1:8000")),
                Readiness = new Readiness(new Probe(ProbeKind.Tcp, "127.0.0.1:8000"), TimeSpan.FromSeconds(60)),
            },
        }) with
        {
            Lately = new Story.Restarts(3, now.AddMinutes(-2), "killed by SIGSEGV"),
            Ports = [new Story.PortUse(8000, "http", "web (id: 1, pid: 11)", IsOwn: true), new Story.PortUse(8001, "admin", "nginx (pid 9)", IsOwn: false), new Story.PortUse(8002, "idle", null, IsOwn: false)],
            Errors = [new SaidLine("error: \e[31mno", LogStream.Stdout)],
        };

        Assert.Equal(
            [
                "It waits to be ready by tcp 127.0.0.1:8000, within 60 s.",
                $"Unhealthy since {Text.Time(now.AddMinutes(-5))}, for 5m 0s.",
                "Restarted 3 times in the last hour, the last 2m 0s ago: killed by SIGSEGV.",
                "Port 8000 (http): it listens.",
                "Port 8001 (admin): nginx (pid 9) listens, which does not belong to it.",
                "Port 8002 (idle): nothing listens.",
                "Its last errors in this run, on stdout:",
                @"| error: \x1b[31mno",
            ],
            PresentText.Lines(story, now, Sample.Plain));
        Assert.Contains("  Port 8000 (http): it listens.", story.Lines(Sample.Plain));
    }

    [Fact]
    public void Where_no_events_are_kept_it_says_so()
    {
        var lines = Of(new RunState.Running(Start, new ProcessIdentity(11, 1, "boot"))).Lines(Sample.Plain).ToList();

        Assert.Equal("web (id: 1): running since 2026-01-02 03:04:05 (pid: 11)", lines[0]);
        Assert.Equal("  Nothing is known of earlier runs.", lines[^1]);
    }

    [Fact]
    public void Programs_are_told_the_same()
    {
        var crash = Crash with { StartedAt = Clock.Start, EndedAt = Clock.Start.AddSeconds(5.25) };
        var story = Of(new RunState.Backoff(Clock.Start, Clock.Start.AddSeconds(1))) with
        {
            Runs = [new Story.Run(Ended(crash), ["no such table"], IsKept: true), new Story.Run(Ended(crash) with { ByUser = true }, [], IsKept: false)],
            Ends = 2,
            KnownSince = Clock.Start,
            Cause = "exited with code 3",
            Said = new SaidLine("no such table", LogStream.Stderr),
            Lately = new Story.Restarts(2, Clock.Start, "killed by SIGSEGV"),
            Errors = [new SaidLine("error: no", LogStream.Stdout)],
            Ports = [new Story.PortUse(8000, "http", "nginx (pid 9)", IsOwn: false)],
        };

        const string run = """{"pid":11,"startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:10.25+00:00","witnessed":true,"how":"exited","exitCode":3,"signal":null,"coreDumped":null,"outOfMemory":null,"peakMemoryBytes":null,"why":null,"text":"exited with code 3"}""";
        Assert.Equal(
            $$"""{"schemaVersion":1,"processes":[{"id":1,"name":"web","state":"backoff","since":"2026-01-02T03:04:05+00:00","cause":"exited with code 3","said":{"text":"no such table","stream":"stderr"},"health":null,"waitsFor":[],"recentRestarts":{"count":2,"last":"2026-01-02T03:04:05+00:00","why":"killed by SIGSEGV"},"errors":[{"text":"error: no","stream":"stdout"}],"ports":[{"port":8000,"name":"http","listener":"nginx (pid 9)","own":false}],"next":"It is due to be restarted.","restartDue":"2026-01-02T03:04:06+00:00","restarts":1,"endedRuns":2,"knownSince":"2026-01-02T03:04:05+00:00","lastRuns":[{"run":{{run}},"livedSeconds":5.25,"stoppedByUser":false,"stderrLines":["no such table"],"stdoutLines":[]},{"run":{{run}},"livedSeconds":5.25,"stoppedByUser":true,"stderrLines":null,"stdoutLines":[]}]}],"warnings":["a warning"]}""",
            JsonNode.Parse(Documents.Of([story], ["a warning"]))!.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    private static Event.Ended Ended(EndedRun run) => new(run.EndedAt, 1, "web", run, ByUser: false, default, null);

    private static Story Of(RunState state, RestartRule rule = RestartRule.Never, bool isWatched = true) => Of(Record(state, rule), isWatched);

    private static Story Of(ProcessRecord record, bool isWatched = true, LeftProcess? left = null) =>
        new(new ProcessView(record, null) { Left = left is null ? [] : [left] }.Info(), [], 0, null, isWatched);

    private static ProcessRecord Record(RunState state, RestartRule rule) => Sample.Record(1, "web", restart: rule) with { State = state, Restarts = 1 };
}
