using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Store;

public sealed class StateDocumentTests
{
    // One process is stopping and has all that can be absent.
    private const string Whole =
        """
        {"version":3,"nextId":9,"home":{"path":"/home/user/.sentinel","folder":{"inode":12,"born":1767323045000000001,"device":34}},
         "previous":{"inode":56,"born":1767323045000000002,"device":34},"cookiePrefix":"0a1b2c3d","mayHaveStrays":true,
         "lastEvent":41,"pendingEvents":[{"number":41,"time":"2026-01-02T03:04:05.678Z","event":"started","id":3,"name":"web","pid":4711}],"processes":[
          {"id":3,
           "spec":{"name":"web","command":{"arguments":["web","--port=80"],"text":"web --port=80","shell":false},
             "environment":"e1","variables":"Qj0yAA==","lease":{"term":{"lengthSeconds":7200,"expires":"2026-01-02T05:04:05+00:00"},"owner":{"pid":812,"startTicks":99,"bootId":"boot","program":"bash"},"session":"s1"},
             "options":{"cwd":"/srv","env-file":["/srv/.env"],"port":["http"],"group":"front","user":"www:web","nice":-5,"ionice":"best-effort:3","cpu-affinity":"0,2","oom-score-adj":10,"umask":"0022","limit":["nofile=1:2"],"memory-max":"1M","cpu-max":"150%","pids-max":9,
               "restart":"always","max-restarts":5,"restart-window":90.5,"stop-timeout":0.5,"stop-signal":"SIGINT","max-memory":"200M","log-max-size":"1M","log-backups":5,"log-compress":true}},
           "cookie":"c3","runNumber":4,"logName":"web",
           "state":{"is":"stopping","since":"2026-01-02T03:04:05+00:00",
             "run":{"is":"running","since":"2026-01-02T03:04:05+00:00","pid":4711,"startTicks":123456,"bootId":"boot","pidNamespace":4026531836}},
           "restarts":2,"shortRuns":1,"recentRestarts":["2026-01-02T03:04:06+00:00"],
           "lastRun":{"pid":4710,"startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:06+00:00","witnessed":true,
             "peakMemoryBytes":4096,"how":{"signal":9,"coreDumped":true,"outOfMemory":true}},
           "origin":{"ancestry":[{"pid":812,"program":"bash"},{"pid":790,"program":"agent"}],"folder":"/home/user","at":"2026-01-02T03:04:05+00:00"},
           "leaseOver":"bash (pid 812) has ended","again":"memory",
           "tally":{"restarts":{"crash":2,"user":1},"ends":{"failure":1,"oom":1},"checks":{"passed":9,"failed":1},"starts":{"counts":[0,1,0,0,0,0,0,2],"milliseconds":812500},"lastSuccess":"2026-01-02T03:04:05+00:00"}},
          {"id":7,
           "spec":{"name":"worker","command":{"arguments":["worker"],"text":"worker","shell":false},
             "environment":"e1","options":{"cwd":"/","umask":"0000"}},
           "cookie":"c7","logName":"worker",
           "state":{"is":"starting","since":"2026-01-02T03:04:05+00:00","automatic":true,"pidNamespace":4026531836},
           "restarts":0,"shortRuns":0,
           "lastRun":{"startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:06+00:00","witnessed":false,"how":{"code":3}}},
          {"id":8,
           "spec":{"name":"third","command":{"arguments":["third"],"text":"third","shell":true},
             "environment":"e1","options":{"cwd":"/","umask":"0000","restart":"on-failure"}},
           "cookie":"c8","logName":"third",
           "state":{"is":"backoff","since":"2026-01-02T03:04:05+00:00","due":"2026-01-02T03:04:06+00:00"},
           "restarts":0,"shortRuns":0,
           "lastRun":{"startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:06+00:00","witnessed":true,"how":{"unknown":"why"}}}],
         "groups":[{"name":"front","createdAt":"2026-01-02T03:04:05+00:00","environmentFiles":["/srv/front.env"],"variables":"Qz0zAA=="}],
         "ports":[{"port":8080,"name":"http","allocatedAt":"2026-01-02T03:04:05+00:00","process":3}],
         "environments":{"e1":"QT0xAA=="}}
        """;

    // The same as version 2 wrote it: its specs have a property for each setting, its runs and events no number.
    private static string Version2()
    {
        var document = JsonNode.Parse(Whole)!.AsObject();
        document["version"] = 2;
        document.Remove("lastEvent");
        document.Remove("pendingEvents");
        var processes = document["processes"]!.AsArray();
        processes[0]!.AsObject().Remove("runNumber");
        foreach (var (process, spec) in processes.Zip(SpecsOfVersion2))
            process!["spec"] = JsonNode.Parse(spec);
        return document.ToJsonString();
    }

    private static readonly string[] SpecsOfVersion2 =
    [
        """
        {"name":"web","command":{"arguments":["web","--port=80"],"text":"web --port=80","shell":false},
         "workingDirectory":"/srv","environment":"e1","environmentFiles":["/srv/.env"],"variables":"Qj0yAA==","ports":[{"name":"http","variable":"PORT"}],"umask":18,"restart":"always",
         "restartLimit":{"restarts":5,"windowSeconds":90.5},"stop":{"signal":2,"timeoutSeconds":0.5},"maxMemoryBytes":209715200,"treatment":{"user":"www:web","nice":-5,"ioPriority":"best-effort:3","cpus":"0,2","oomScoreAdjust":10,"limits":["nofile=1:2"],"memoryMaxBytes":1048576,"cpuMaxPercent":150,"pidsMax":9},"logs":{"maxBytes":1048576,"backups":5,"compress":true},
         "lease":{"term":{"lengthSeconds":7200,"expires":"2026-01-02T05:04:05+00:00"},"owner":{"pid":812,"startTicks":99,"bootId":"boot","program":"bash"},"session":"s1"},"group":"front"}
        """,
        """
        {"name":"worker","command":{"arguments":["worker"],"text":"worker","shell":false},
         "workingDirectory":"/","environment":"e1","environmentFiles":[],"umask":0,"restart":"no"}
        """,
        """
        {"name":"third","command":{"arguments":["third"],"text":"third","shell":true},
         "workingDirectory":"/","environment":"e1","environmentFiles":[],"umask":0,"restart":"on-failure"}
        """,
    ];

    private static readonly string[] Optional =
    [
        "group", "runNumber", "lastRun", "lastRun.pid", "lastRun.peakMemoryBytes", "how.outOfMemory", "state.run", "recentRestarts",
        "variables", "ports", "ports.0.process", "options.env-file", "options.port", "options.user", "nice", "ionice", "cpu-affinity", "oom-score-adj", "limit", "memory-max", "cpu-max", "pids-max",
        "options.restart", "restart-window", "stop-timeout", "stop-signal", "max-memory", "log-max-size", "log-backups", "log-compress",
        "lease", "term", "owner", "session", "origin", "leaseOver", "pidNamespace", "home", "born", "previous", "cookiePrefix", "mayHaveStrays", "lastEvent", "pendingEvents",
        "again", "tally", "tally.restarts", "restarts.crash", "restarts.user", "ends", "ends.failure", "ends.oom", "checks", "checks.passed", "checks.failed", "starts", "lastSuccess",
    ];

    [Fact]
    public void Every_state_is_read_as_it_was_written() =>
        AnyState.Any.Sample(state => AnyState.Same(state, StateDocument.Read(StateDocument.Write(state))), iter: Long.Times(2_000, otherwise: 500));

    [Theory]
    [InlineData("\"due\":\"2026-01-02T03:04:06+00:00\"", "\"due\":\"9999-12-31T23:59:59+00:00\"")]
    [InlineData("\"since\":\"2026-01-02T03:04:05+00:00\"", "\"since\":\"9999-12-31T23:59:59+00:00\"")]
    [InlineData("\"expires\":\"2026-01-02T05:04:05+00:00\"", "\"expires\":\"3000-01-02T05:04:05+00:00\"")]
    [InlineData("\"restart-window\":90.5", "\"restart-window\":900000000000")]
    [InlineData("\"restart-window\":90.5", "\"restart-window\":1e300")]
    [InlineData("\"stop-timeout\":0.5", "\"stop-timeout\":-1")]
    [InlineData("\"stop-timeout\":0.5", "\"stop-timeout\":null")]
    [InlineData("\"cwd\":\"/srv\",", "")]
    [InlineData("\"logName\":\"web\"", "\"logName\":\"w\\u0000b\"")]
    [InlineData("\"cookie\":\"c3\"", "\"cookie\":\"../c3\"")]
    [InlineData("\"cwd\":\"/srv\"", "\"cwd\":\"/srv\\u0000\"")]
    [InlineData("\"cookie\":\"c3\"", "\"cookie\":\"c3.1\"")]
    [InlineData("\"runNumber\":4", "\"runNumber\":-1")]
    [InlineData("\"runNumber\":4", "\"runNumber\":2147483647")]
    [InlineData("\"lastEvent\":41", "\"lastEvent\":9007199254740993")]
    [InlineData("\"number\":41", "\"number\":9007199254740993")]
    [InlineData("\"arguments\":[\"worker\"]", "\"arguments\":[\"worker\\u0000\"]")]
    [InlineData("\"env-file\":[\"/srv/.env\"]", "\"env-file\":[\"/srv/\\u0000\"]")]
    public void What_nobody_can_reckon_with_is_damage(string part, string instead)
    {
        Assert.Contains(part, Whole);
        Assert.ThrowsAny<JsonException>(() => Read(Whole.Replace(part, instead)));
    }

    [Fact]
    public void A_byte_order_mark_is_no_damage() => Assert.Equal(9, Read("\uFEFF" + Whole).NextId);

    [Fact]
    public void A_state_is_written_the_same_way_each_time() => AnyState.Any.Sample(state =>
    {
        var written = StateDocument.Write(state);
        Assert.Equal(written, StateDocument.Write(StateDocument.Read(written)));
    });

    [Fact]
    public void The_file_is_one_that_other_versions_can_read()
    {
        var state = Read(Whole);

        Assert.Equal(9, state.NextId);
        Assert.Equal([3, 7, 8], state.Processes.Keys);
        Assert.Equal(41, state.LastEvent);
        Assert.Equal(
            [new Event.Started(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), 3, "web", 4711, Automatic: false) { Number = 41 }], state.PendingEvents);
        var web = state.Processes[3];
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.Equal(
            new RunState.Stopping(since, new RunState.Running(since, new ProcessIdentity(4711, 123_456, "boot", 4026531836))), web.State);
        Assert.Equal(new EndedRun(4710, since, since.AddSeconds(1), true, new Exit.Signal(9, true, OutOfMemory: true), 4096), web.LastRun);
        Assert.Equal(("c3.4", "c7"), (web.RunCookie, state.Processes[7].RunCookie));
        Assert.Equal([since.AddSeconds(1)], web.RecentRestarts);
        Assert.Equal(new RestartLimit(5, TimeSpan.FromSeconds(90.5)), web.Spec.RestartLimit);
        Assert.Equal((new StopRule(2, TimeSpan.FromSeconds(0.5)), 209_715_200), (web.Spec.Stop, web.Spec.MaxMemoryBytes));
        Assert.Equal((null, StopRule.Default, null), (state.Processes[7].Spec.RestartLimit, state.Processes[7].Spec.Stop, state.Processes[7].Spec.MaxMemoryBytes));
        Assert.Equal(["web", "--port=80"], web.Spec.Command.Arguments);
        Assert.Equal("1", state.Environments["e1"]["A"]);
        Assert.Equal(("2", "3"), (web.Spec.Variables["B"], state.Groups["front"].Variables["C"]));
        Assert.Equal(
            ("www:web", -5, new IoPriority(2, 3), 10), (web.Spec.Treatment.User, web.Spec.Treatment.Nice, web.Spec.Treatment.IoPriority, web.Spec.Treatment.OomScoreAdjust));
        Assert.Equal([0, 2], web.Spec.Treatment.Cpus);
        Assert.Equal([new ResourceLimit("nofile", 1, 2)], web.Spec.Treatment.Limits);
        Assert.Equal(new TreeLimits(1048576, 150, 9), web.Spec.Treatment.Tree);
        Assert.Equal((new LogLimits(1_048_576, 5, Compress: true), LogLimits.Default), (web.Spec.LogLimits, state.Processes[7].Spec.LogLimits));
        Assert.Equal(
            new Lease
            {
                Term = new Term(TimeSpan.FromHours(2), since.AddHours(2)),
                Owner = new Owner(new ProcessIdentity(812, 99, "boot"), "bash"),
                Session = "s1",
            },
            web.Spec.Lease);
        Assert.Equal(("/home/user", since, "bash (pid 812) has ended"), (web.Origin!.Folder, web.Origin.At, web.LeaseOver));
        Assert.Equal([new Ancestor(812, "bash"), new Ancestor(790, "agent")], web.Origin.Ancestry);
        Assert.Equal((null, null, null), (state.Processes[7].Spec.Lease, state.Processes[7].Origin, state.Processes[7].LeaseOver));
        Assert.Equal((RestartReason.Memory, 2, 1), (web.Again, web.Tally.Restarts[RestartReason.Crash], web.Tally.Restarts[RestartReason.User]));
        Assert.Equal((1, 9, since), (web.Tally.Ends[EndKind.OutOfMemory], web.Tally.Checks[CheckResult.Passed], web.Tally.LastSuccess));
        Assert.Equal((1, 2, 812_500), (web.Tally.Starts.Counts[1], web.Tally.Starts.Counts[7], web.Tally.Starts.Milliseconds));
        Assert.Same(Tally.None, state.Processes[7].Tally);
        Assert.Equal([new PortRequest("http", "PORT")], web.Spec.Ports);
        Assert.Equal(new PortLease(8080, "http", since, ProcessId: 3), state.Ports[8080]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Whole), JsonNode.Parse(StateDocument.Write(state))));
    }

    [Fact]
    public void A_state_of_the_version_before_means_the_same() =>
        AnyState.Same(Read(Whole.Replace("\"runNumber\":4,", "")) with { LastEvent = 0, PendingEvents = [] }, Read(Version2()));

    [Fact]
    public void The_runs_of_a_state_of_version_2_have_the_cookie_of_their_record()
    {
        var state = Read(Version2());

        Assert.All(state.Processes.Values, process => Assert.Equal(process.Cookie, process.RunCookie));
        Assert.Equal(4711, state.Processes[3].State.Main!.Pid);
    }

    [Fact]
    public void An_environment_is_not_readable_in_passing()
    {
        var state = Read(Whole);
        Assert.DoesNotContain("A=1", Encoding.UTF8.GetString(StateDocument.Write(state)));
    }

    [Fact]
    public void What_it_does_not_know_is_passed_over()
    {
        var document = JsonNode.Parse(Whole)!;
        foreach (var (path, node) in Nodes(document).Where(pair => pair.Node is JsonObject && pair.Path != "environments").ToList())
            node["fromALaterVersion"] = new JsonObject { ["path"] = path, ["id"] = 1 };

        AnyState.Same(Read(Whole), Read(document.ToJsonString()));
    }

    [Fact]
    public void Anything_that_is_missing_is_damage() => Assert.All(
        Paths(),
        path =>
        {
            var (document, parent, name) = Locate(path);
            if (parent is not JsonObject fields)
                return;
            fields.Remove(name);
            if (Optional.Any(optional => $".{path}".EndsWith("." + optional, StringComparison.Ordinal)))
                Read(document.ToJsonString());
            else
                Assert.Throws<JsonException>(() => Read(document.ToJsonString()));
        });

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("\"?\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[]")]
    [InlineData("[0]")]
    [InlineData("{}")]
    public void Anything_of_another_type_is_damage(string value) => Assert.All(
        Paths(),
        path =>
        {
            var (document, parent, name) = Locate(path);
            var old = parent is JsonArray items ? items[int.Parse(name)] : parent[name];
            var mistyped = KindOf(old) != KindOf(JsonNode.Parse(value)) || (value is "-1.5" && !path.EndsWith("Seconds", StringComparison.Ordinal))
                || value is "99999999999999999999" or "\"\\ud800\"";
            // A damaged file is text, not a tree: the value is put in as it stands.
            if (parent is JsonArray array)
                array[int.Parse(name)] = "PLACE";
            else
                parent[name] = "PLACE";
            var text = document.ToJsonString().Replace("\"PLACE\"", value);
            var isOptional = Optional.Any(optional => $".{path}".EndsWith("." + optional, StringComparison.Ordinal));
            var exception = Record.Exception(() => Read(text));
            Assert.True(
                mistyped && !(isOptional && value == "null") ? exception is JsonException : exception is null or JsonException,
                $"{path}: {exception?.ToString() ?? "read"}");
        });

    [Theory]
    [InlineData("\"id\":3", "\"id\":7", "process 7 has the id of another process")]
    [InlineData("\"id\":3", "\"id\":0", "process 0 has an invalid id")]
    [InlineData("\"id\":3", "\"id\":-3", "process -3 has an invalid id")]
    [InlineData("\"nextId\":9", "\"nextId\":8", "process 8 has an invalid id")]
    [InlineData("\"name\":\"worker\"", "\"name\":\"web\"", "process 7 has the name of another process")]
    [InlineData("\"name\":\"worker\"", "\"name\":\"1\"", "process 7 has an invalid name")]
    [InlineData("\"name\":\"worker\"", "\"name\":\"a/b/c\"", "process 7 has an invalid name")]
    [InlineData("\"arguments\":[\"worker\"]", "\"arguments\":[]", "process 7 has no command")]
    [InlineData("\"cookie\":\"c7\"", "\"cookie\":\"\"", "process 7 has no cookie")]
    [InlineData("\"cookie\":\"c7\"", "\"cookie\":\"c3\"", "process 7 has the cookie of another process")]
    [InlineData("\"logName\":\"worker\"", "\"logName\":\"../x\"", "process 7 has an invalid log name")]
    [InlineData("\"environments\":{\"e1\":", "\"environments\":{\"e2\":", "process 3 has no environment")]
    [InlineData("\"is\":\"starting\"", "\"is\":\"dancing\"", "there is no state 'dancing'")]
    [InlineData("\"restart\":\"on-failure\"", "\"restart\":\"perhaps\"", "takes always, on-failure or no, not 'perhaps'")]
    [InlineData("\"cookie\":\"c7\",", "", "'cookie' is missing")]
    [InlineData("\"name\":\"front\"", "\"name\":\"back\"", "process 3 is in group 'front', which does not exist")]
    [InlineData("\"name\":\"front\"", "\"name\":\"7\"", "group '7' has an invalid name")]
    [InlineData("\"port\":8080", "\"port\":0", "port 0 is out of range")]
    [InlineData("\"process\":3", "\"process\":4", "port 8080 is out of range, or belongs to a process that does not exist")]
    public void A_state_that_contradicts_itself_is_damage_and_says_which(string text, string instead, string said) =>
        Assert.Contains(said, Assert.Throws<JsonException>(() => Read(Whole.Replace(text, instead))).Message);

    [Theory]
    [InlineData("{\"version\":1,\"nextId\":0,\"processes\":[],\"environments\":{}}")]
    [InlineData("{\"version\":1,\"nextId\":-5,\"processes\":[],\"environments\":{}}")]
    [InlineData("{\"version\":0,\"nextId\":1,\"processes\":[],\"environments\":{}}")]
    [InlineData("{\"version\":1,\"nextId\":1,\"processes\":[],\"environments\":{\"e\":\"AA==\",\"e\":\"AAA=\"}}")]
    public void What_no_version_writes_is_damage(string text) => Assert.Throws<JsonException>(() => Read(text));

    [Fact]
    public void A_process_being_stopped_has_a_run_and_no_other_state_within() => Assert.Throws<JsonException>(() =>
        Read(Whole.Replace("\"run\":{\"is\":\"running\"", "\"run\":{\"is\":\"stopped\"")));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"state\"")]
    [InlineData("{}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":\"1\"}")]
    [InlineData("{\"version\":1,\"nextId\":1,\"processes\":[],\"environments\":{}} x")]
    [InlineData("not json at all")]
    public void What_is_no_state_is_damage(string text) => Assert.ThrowsAny<JsonException>(() => Read(text));

    [Fact]
    public void No_beginning_of_a_state_passes_for_a_whole_one()
    {
        var whole = Encoding.UTF8.GetBytes(Whole);
        Assert.All(Enumerable.Range(0, whole.Length), length =>
            Assert.ThrowsAny<JsonException>(() => StateDocument.Read(whole.AsMemory(0, length))));
    }

    [Fact]
    public void Whatever_befalls_the_bytes_it_is_a_state_or_damage_and_nothing_else()
    {
        var whole = Encoding.UTF8.GetBytes(Whole);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 40], Gen.OneOf(Gen.Byte.Array[0, 4], Gen.OneOf("\"", "{", "}", "1", "null,", "\\u").Select(Encoding.UTF8.GetBytes)))
            .Sample((at, taken, put) =>
            {
                byte[] damaged = [.. whole[..at], .. put, .. whole[Math.Min(at + taken, whole.Length)..]];
                var exception = Record.Exception(() => StateDocument.Read(damaged));
                Assert.True(exception is null or JsonException or NewerStateException, exception?.ToString());
            }, iter: Long.Times(100_000, otherwise: 5_000));
    }

    [Theory]
    [InlineData("{\"version\":4}", 4)]
    [InlineData("{\"version\":99,\"processes\":\"elsewhere\"}", 99)]
    public void A_newer_version_is_known_whatever_else_the_file_says(string text, int version) =>
        Assert.Equal(version, Assert.Throws<NewerStateException>(() => Read(text)).Version);

    private static State Read(string text) => StateDocument.Read(Encoding.UTF8.GetBytes(text));

    private static List<string> Paths() => [.. Nodes(JsonNode.Parse(Whole)!).Select(pair => pair.Path).Where(path => path.Length > 0)];

    private static (JsonNode Document, JsonNode Parent, string Name) Locate(string path)
    {
        var document = JsonNode.Parse(Whole)!;
        var steps = path.Split('.');
        var parent = steps[..^1].Aggregate(document, (node, step) => node is JsonArray array ? array[int.Parse(step)]! : node[step]!);
        return (document, parent, steps[^1]);
    }

    private static IEnumerable<(string Path, JsonNode Node)> Nodes(JsonNode node, string path = "")
    {
        yield return (path, node);
        var inner = node switch
        {
            JsonObject fields => fields.Select(field => (Name: field.Key, field.Value)),
            JsonArray items => items.Select((item, index) => (Name: $"{index}", Value: item)),
            _ => [],
        };
        foreach (var (name, child) in inner)
            foreach (var found in Nodes(child!, path.Length == 0 ? name : $"{path}.{name}"))
                yield return found;
    }

    private static JsonValueKind KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null => JsonValueKind.Null,
        JsonValueKind.False => JsonValueKind.True,
        var kind => kind.Value,
    };
}
