using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Queries;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class OutcomesTests
{
    private static readonly ProcessRecord Web = Sample.Record(1, "web");

    private static readonly ProcessRecord Running = Web with { State = new RunState.Running(Clock.Start, new ProcessIdentity(7, 1, "boot")), RunNumber = 3 };

    public static TheoryData<Outcome, string, string> Told => new()
    {
        {
            new Outcome.Started("web", Running) { Ports = [new PortRef("http", 8080), new PortRef("admin", 8081)] },
            "Started web (id: 1, pid: 7, http://127.0.0.1:8080, admin: 8081)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"started","pid":7,"oldPid":null,"group":null,"port":null,"ports":[{"name":"http","port":8080,"url":"http://127.0.0.1:8080"},{"name":"admin","port":8081,"url":null}],"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Started("web", Running),
            "Started web (id: 1, pid: 7)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"started","pid":7,"oldPid":null,"group":null,"port":null,"ports":[],"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Waits("web", Web, ["db", "cache"]),
            "Waiting web (id: 1) for db, cache",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"waiting","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":["db","cache"],"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Scheduled("web", Web, Clock.Start),
            $"Scheduled web (id: 1): next at {Text.Time(Clock.Start)}",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"scheduled","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":"2026-01-02T03:04:05+00:00","signal":null,"processes":null}"""
        },
        {
            new Outcome.Restarted("web", Running, 6),
            "Restarted web (id: 1, pid: 7)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"restarted","pid":7,"oldPid":6,"group":null,"port":null,"ports":[],"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Stopped("web", Web),
            "Stopped web (id: 1)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"stopped","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Deleted("web", Web),
            "Deleted web (id: 1)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"deleted","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.LeaseEnded("web", Web, "bash (pid 812) has ended"),
            "Ended web (id: 1): bash (pid 812) has ended",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"ended","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":"bash (pid 812) has ended","state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.WouldEnd("web", Web, "bash (pid 812) has ended"),
            "Would end web (id: 1): bash (pid 812) has ended",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"would-end","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":"bash (pid 812) has ended","state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Signalled("web", Running, 1, 1),
            "Sent SIGHUP to web (id: 1, pid: 7)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"signalled","pid":7,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":"SIGHUP","processes":1}"""
        },
        {
            new Outcome.Signalled("web", Running, 10, 3),
            "Sent SIGUSR1 to web (id: 1, 3 processes)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"signalled","pid":7,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":"SIGUSR1","processes":3}"""
        },
        {
            new Outcome.Changed("web", Running, IsOutdated: true, ["command", "env"]),
            "Changed web (id: 1): command, env; part of it takes effect after 'sentinel restart web'",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"changed","pid":7,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":true,"fields":["command","env"],"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Reset("web", Web),
            "Reset web (id: 1, stopped)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"reset","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Cleared("web", Web),
            "Cleared the logs of web (id: 1)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"cleared","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Rotated("web", Web),
            "Rotated the logs of web (id: 1)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"rotated","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.NotRotated("web", Web),
            "The logs of web (id: 1) are too short to rotate",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"not-rotated","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.AlreadyRunning("web", Running),
            "web is already running (id: 1, pid: 7)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"already-running","pid":7,"oldPid":null,"group":null,"port":null,"ports":[],"error":null,"code":null,"reason":null,"state":"running","run":3,"members":null,"outdated":false,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.AlreadyRunning("web", Running, IsOutdated: true),
            "web is already running (id: 1, pid: 7); it gets the new environment after 'sentinel restart web'",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"already-running","pid":7,"oldPid":null,"group":null,"port":null,"ports":[],"error":null,"code":null,"reason":"it has the new environment from its next start on","state":"running","run":3,"members":null,"outdated":true,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.NotRunning("web", Web),
            "web is not running (id: 1, stopped)",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"not-running","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Moved("web", Web with { Spec = Web.Spec with { Group = "front" } }, "front", IsOutdated: true),
            "Added web (id: 1) to front; 'sentinel restart web' changes its environment",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"added","pid":null,"oldPid":null,"group":"front","port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":true,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Moved("web", Web, "front", IsOutdated: false),
            "Removed web (id: 1) from front",
            """{"target":"web","id":1,"name":"web","ok":true,"outcome":"removed","pid":null,"oldPid":null,"group":"front","port":null,"ports":null,"error":null,"code":null,"reason":null,"state":"stopped","run":0,"members":null,"outdated":false,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.GroupCreated("front"),
            "Created group front",
            """{"target":"front","id":null,"name":null,"ok":true,"outcome":"created","pid":null,"oldPid":null,"group":"front","port":null,"ports":null,"error":null,"code":null,"reason":null,"state":null,"run":null,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.GroupChanged("front", ["web", "api"]),
            "Changed group front; 'sentinel group restart front' changes the environment of web, api",
            """{"target":"front","id":null,"name":null,"ok":true,"outcome":"changed","pid":null,"oldPid":null,"group":"front","port":null,"ports":null,"error":null,"code":null,"reason":null,"state":null,"run":null,"members":["web","api"],"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.GroupDeleted("front", ["web"]),
            "Deleted group front; 1 process is in no group now",
            """{"target":"front","id":null,"name":null,"ok":true,"outcome":"deleted","pid":null,"oldPid":null,"group":"front","port":null,"ports":null,"error":null,"code":null,"reason":null,"state":null,"run":null,"members":["web"],"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.PortAllocated(8000, "http"),
            "Allocated port 8000 (http)",
            """{"target":"http","id":null,"name":null,"ok":true,"outcome":"allocated","pid":null,"oldPid":null,"group":null,"port":8000,"ports":null,"error":null,"code":null,"reason":null,"state":null,"run":null,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.PortFreed(8000, "http"),
            "Freed port 8000 (http)",
            """{"target":"http","id":null,"name":null,"ok":true,"outcome":"freed","pid":null,"oldPid":null,"group":null,"port":8000,"ports":null,"error":null,"code":null,"reason":null,"state":null,"run":null,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Failed("web", Web, "it was deleted meanwhile"),
            "web: it was deleted meanwhile",
            """{"target":"web","id":1,"name":"web","ok":false,"outcome":"failed","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":"it was deleted meanwhile","code":"refused","reason":null,"state":"stopped","run":0,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
        {
            new Outcome.Failed("7", null, "there is no process with the id 7", FailureCode.NotFound),
            "there is no process with the id 7",
            """{"target":"7","id":null,"name":null,"ok":false,"outcome":"failed","pid":null,"oldPid":null,"group":null,"port":null,"ports":null,"error":"there is no process with the id 7","code":"not-found","reason":null,"state":null,"run":null,"members":null,"outdated":null,"fields":null,"for":null,"next":null,"signal":null,"processes":null}"""
        },
    };

    [Theory]
    [MemberData(nameof(Told), DisableDiscoveryEnumeration = true)]
    public void Each_outcome_is_told_to_people_in_a_line_and_to_programs_in_JSON(Outcome outcome, string line, string json)
    {
        Assert.Equal(line, Outcomes.Line(outcome));
        Assert.Equal(json, Compact(Documents.Of([outcome], [])).GetProperty("results")[0].GetRawText());
    }

    [Fact]
    public void A_process_is_told_to_programs_with_every_field_and_its_unit()
    {
        var record = Web with
        {
            State = new RunState.Backoff(Clock.Start, Clock.Start.AddSeconds(3)),
            Restarts = 2,
            LastRun = new EndedRun(6, Clock.Start, Clock.Start.AddSeconds(1), Witnessed: true, new Exit.Signal(11, CoreDumped: true)),
            Origin = new Origin([new Ancestor(812, "bash")], "/home/user", Clock.Start),
            Spec = Web.Spec with
            {
                Lease = new Lease
                {
                    Term = Term.From(Clock.Start, TimeSpan.FromHours(2)),
                    Owner = new Owner(new ProcessIdentity(812, 99, "boot"), "bash"),
                    Session = "s1",
                },
            },
        };
        var process = new ProcessView(record, null)
        {
            LeaseOver = "why",
            Remains = [8, 9],
            Ports = [new PortLease(8080, "http", Clock.Start, 1)],
            Logs = LogFaults.None with { Deleted = [new DeletedLog("/web.stdout.log", "/proc/7/fd/1")] },
        }.Info();
        var document = Documents.Of(new Answer.Processes([process], LastEvent: 41), [new Outcome.Restarted("web", Running, 6)], ["a warning"]);

        Assert.Equal(
            """{"schemaVersion":1,"processes":[{"id":1,"name":"web","set":null,"instance":null,"state":"backoff","since":"2026-01-02T03:04:05+00:00","run":0,"health":null,"readiness":null,"anyListener":false,"says":null,"pid":null,"handsOver":false,"beside":null,"elsewhere":null,"pids":[8,9],"cpuPercent":null,"memoryBytes":null,"uptimeSeconds":null,"restart":"no","restarts":2,"maxRestarts":null,"restartWindowSeconds":null,"restartsInWindow":0,"stopSignal":"SIGTERM","stopTimeoutSeconds":10,"stopMode":"main","pidFile":null,"maxMemoryBytes":null,"watch":null,"stoppingBecause":null,"thenStarts":false,"failedBecause":null,"leaseEnded":null,"restartDue":"2026-01-02T03:04:08+00:00","nextStart":null,"waitsFor":[],"group":null,"command":"python server.py","arguments":["python","server.py"],"shell":false,"workingDirectory":"/home/user/project","environmentFiles":[],"options":{"cwd":"/home/user/project","umask":"0022"},"treatment":{"user":null,"nice":null,"ioPriority":null,"cpus":null,"oomScoreAdjust":null,"umask":"0022","limits":[],"memoryMaxBytes":null,"cpuMaxPercent":null,"pidsMax":null},"ports":[{"port":8080,"name":"http"}],"sockets":[],"url":null,"lease":{"ttlSeconds":7200,"expiresAt":"2026-01-02T05:04:05+00:00","owner":{"pid":812,"program":"bash"},"session":"s1","over":"why"},"startedBy":{"ancestry":[{"pid":812,"program":"bash"}],"folder":"/home/user","at":"2026-01-02T03:04:05+00:00"},"stdoutPath":"/home/user/.sentinel/logs/web.stdout.log","stderrPath":"/home/user/.sentinel/logs/web.stderr.log","logLimits":{"maxBytes":10485760,"backups":3,"compress":false},"logPipe":false,"deletedLogs":[{"path":"/web.stdout.log","stillAt":"/proc/7/fd/1"}],"movedLogs":[],"emptiedLogs":[],"lastRun":{"pid":6,"startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:06+00:00","witnessed":true,"how":"killed","exitCode":null,"signal":"SIGSEGV","coreDumped":true,"outOfMemory":false,"peakMemoryBytes":null,"why":null,"text":"killed by SIGSEGV, core dumped"},"inBackground":null,"leftOver":[],"putItselfIntoBackground":false,"unasked":false}],"autoRestarted":[{"id":1,"name":"web","oldPid":6,"newPid":7}],"warnings":["a warning"],"lastEvent":41}""",
            Compact(document).GetRawText());
    }

    [Fact]
    public void What_a_process_uses_is_told_in_rounded_figures()
    {
        var process = Sample.Running(1, "web", 7, "server", 2.14159, 47_395_635, TimeSpan.FromSeconds(303.14159)).Info();

        Assert.Equal((2.1, 47_395_635, 303.14), (process.CpuPercent, process.MemoryBytes, process.UptimeSeconds));
        Assert.Equal([7], process.Pids);
    }

    public static TheoryData<Exit, string, int?, string?> Ends => new()
    {
        { new Exit.Code(3), "exited", 3, null },
        { new Exit.Signal(15, CoreDumped: false), "killed", null, "SIGTERM" },
        { new Exit.NotStarted("there is no such program"), "not-started", null, null },
        { new Exit.Unknown("nobody was watching"), "unknown", null, null },
    };

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public void How_a_run_ended_is_a_word_for_programs(Exit how, string word, int? code, string? signal)
    {
        var last = RunInfo.From(new EndedRun(6, Clock.Start, Clock.Start, Witnessed: true, how));

        Assert.Equal((word, code, signal, how.ToString()), (last.How, last.ExitCode, last.Signal, last.Text));
    }

    private static JsonElement Compact(byte[] json)
    {
        using var compact = new MemoryStream();
        using (var writer = new Utf8JsonWriter(compact, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            JsonDocument.Parse(json).WriteTo(writer);
        return JsonDocument.Parse(compact.ToArray()).RootElement;
    }
}
