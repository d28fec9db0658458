using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>What can be seen and done over HTTP is what the command line shows and does.</summary>
public class ServeTests
{
    // What is another at each look.
    private static readonly string[] Passing = ["cpuPercent", "memoryBytes", "uptimeSeconds", "lastEvent"];

    [Fact]
    public async Task What_it_answers_is_what_the_command_line_prints()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", "--group", "shop", "--port", "http", "--env", "A=1");
        (await home.Run("run", "--name", "bad", "--", "sh", "-c", "echo it broke >&2; exit 3")).Ok();
        await home.Run("wait", "bad");
        File.WriteAllText(Path.Combine(home.Work, "sentinel.toml"), "name = 'p'\n[process.db]\nrun = 'sleep 1000'\n[process.api]\nrun = 'sleep 1000'\nneeds = 'db'\n");
        (await home.Run("up")).Ok();
        using var served = await Served.By(home);

        foreach (var (path, command) in ((string, string)[])
            [
                ("processes", "list --json"), ("processes?group=shop", "list --json --group shop"), ("processes?state=crashed", "list --json --state crashed"),
                ("processes/web", "status web --json"), ("processes/p/api", "status p/api --json"), ("processes/p%2Fapi", "status p/api --json"),
                ("processes/bad/why", "why bad --json"), ("processes/p/api/why", "why p/api --json"), ("processes/web/env", "env web --json"),
                ("groups", "group list --json"), ("ports", "port list --json"), ("doctor", "doctor --json"), ("graph", "graph --all --json"), ("projects/p/graph", "graph --json"),
            ])
            Assert.Equal(Lasting((await home.Run(command.Split(' '))).Stdout), Lasting((await served.Get(path)).Ok().Text));
        Assert.Equal(Lasting((await home.Run("plan", "--json")).Ok().Stdout), Lasting((await served.Post("projects/p/plan")).Ok().Text));
        Assert.Equal("A=1", (string?)(await served.Get("processes/web/env?reveal=1")).Ok().Json["variables"]!.AsArray().First(one => (string?)one!["name"] == "A")!["name"] + "=1");
        Assert.Equal(["bad", "p/api", "p/db", "web"], (await served.Get("summaries")).Ok().Json["processes"]!.AsArray().Select(one => (string)one!["name"]!).Order());
        Assert.Equal(["p"], (await served.Get("projects")).Ok().Json["projects"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal(["sleep"], (await served.Get("processes/web/tree")).Ok().Json["processes"]!.AsArray().Select(one => (string)one!["command"]!));
        Assert.Equal("ok", (string?)(await served.Get("health")).Ok().Json["status"]);
    }

    [Fact]
    public async Task What_it_does_is_what_the_commands_do()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var served = await Served.By(home);

        var ran = (await served.Post("processes", """{"command": ["sleep", "1000"], "name": "a b ü", "env": ["X=1", "Y=2"], "restart": "on-failure", "nice": 5}""")).Ok();
        Assert.Equal("started", Outcome(ran));
        var process = await home.Show("a b ü");
        Assert.Equal(("running", "on-failure"), (process.State, process.Restart));
        Assert.Equal("restarted", Outcome((await served.Post("processes/a%20b%20%C3%BC/restart")).Ok()));
        Assert.Equal("signalled", Outcome((await served.Post("processes/a%20b%20%C3%BC/signal", """{"signal": "CONT"}""")).Ok()));
        Assert.Equal("changed", Outcome((await served.Send(HttpMethod.Patch, "processes/a%20b%20%C3%BC", """{"stop-timeout": 3}""")).Ok()));
        Assert.Equal("stopped", Outcome((await served.Post("processes/a%20b%20%C3%BC/stop")).Ok()));
        Assert.Equal("started", Outcome((await served.Post("processes/a%20b%20%C3%BC/start")).Ok()));
        Assert.Equal("deleted", Outcome((await served.Send(HttpMethod.Delete, "processes/a%20b%20%C3%BC", "{}")).Ok()));
        (await served.Post("processes", """{"command": "exec sleep 1000", "name": "set", "instances": 2}""")).Ok();
        Assert.Equal("deleted", Outcome((await served.Post("processes/set/scale", """{"count": 1}""")).Ok()));
        Assert.Equal(["set-1"], (await home.List()).Processes.Select(one => one.Name));

        Assert.Equal(202, (await served.Post("processes/set-1/stop?wait=0")).Status);
        await Wait.Until(async () => (await home.Show("set-1")).State == "stopped", () => "it is stopped all the same");
        Assert.Equal("reset", Outcome((await served.Post("processes/set-1/reset")).Ok()));

        static string? Outcome(Reply reply) => (string?)reply.Json["results"]![0]!["outcome"];
    }

    [Fact]
    public async Task What_needs_another_is_stopped_before_it_if_that_is_asked_for()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("db");
        await home.Sleeper("api", "--needs", "db");
        using var served = await Served.By(home);

        (await served.Post("processes/db/stop", """{"with-dependents": true}""")).Ok();

        Assert.All((await home.List()).Processes, process => Assert.Equal("stopped", process.State));
    }

    [Fact]
    public async Task Why_something_was_not_done_is_told_for_people_and_for_programs()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.By(home);

        foreach (var path in (string[])["processes/nope", "processes/nope/why", "processes/nope/env", "processes/nope/logs", "processes/nope/tree", "processes/p/nope", "projects/nope/graph", "nowhere"])
            (await served.Get(path)).Is(404, "not-found");
        (await served.Post("processes/nope/stop")).Is(404, "not-found");
        (await served.Post("projects/nope/up")).Is(404, "not-found");
        (await served.Post("processes", """{"command": ["sleep", "1"], "name": "web"}""")).Is(409, "name-taken");
        Assert.Equal("not-started", (string?)(await served.Post("processes", """{"command": ["/nowhere"]}""")).Is(409, "not-started").Json["results"]![0]!["code"]);
        (await served.Post("processes/web/wait")).Is(405, "wrong-method");
        (await served.Send(HttpMethod.Delete, "processes", "{}")).Is(405, "wrong-method");
        foreach (var (body, says) in ((string, string)[])
            [
                ("", "not JSON"), ("[]", "not a JSON object"), ("{", "not JSON"), ("""{"nope": 1}""", "there is no option 'nope'"), ("""{"signal": {"a": 1}}""", "takes texts"),
                ("""{"signal": "NOPE"}""", "NOPE"), ("""{"--force": true}""", "there is no option"), ("""{"timeout": "-1"}""", "timeout"),
            ])
            Assert.Contains(says, (string?)(await served.Post("processes/web/stop", body)).Is(400, "invalid").Json["detail"]);
        foreach (var body in (string[])["{}", """{"command": 7}""", """{"command": "--help"}""", """{"command": [null]}"""])
            (await served.Post("processes", body)).Is(400, "invalid");
        // No name is an option.
        (await served.Post("processes/--force/stop")).Is(404, "not-found");
        foreach (var query in (string[])["limit=x", "limit=-1", "limit=5000", "before=x", "after=9", "grep=(", "stream=x", "since=x", "at=2", "at=x"])
            (await served.Get($"processes/web/logs?{query}")).Is(400, "invalid");
        (await served.Get("events?after=x")).Is(400, "invalid");
        (await served.Get("events?after=99999")).Is(400, "invalid");
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Without_a_daemon_it_says_so_and_goes_on_with_the_next()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.By(home);
        await home.KillDaemon();

        (await served.Get("processes")).Is(503, "no-daemon");
        Assert.Equal("no-daemon", (string?)(await served.Get("health")).Ok().Json["status"]);
        await home.StartDaemon();
        (await served.Get("processes")).Ok();
    }

    [Fact]
    public async Task A_log_can_be_read_in_pages_in_both_directions_through_rotation()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call(["run", "--name", "web", "--log-max-size", "64K", "--log-backups", "50", "--", SentinelHome.Actor, "count", "a", "20000"]));
        await Wait.Until(() => File.Exists(home.Stderr("web")) && File.ReadAllText(home.Stderr("web")).Contains("done"), "it has written all");
        using var served = await Served.By(home);
        var whole = (await home.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines;

        var (back, before) = (new List<string>(), (string?)null);
        do
        {
            var page = (await served.Get($"processes/web/logs?stream=stdout&limit=1000{(before is null ? "" : $"&before={Uri.EscapeDataString(before)}")}")).Ok().Json;
            back.InsertRange(0, Texts(page));
            before = (string?)page["before"];
        }
        while (before is not null);
        Assert.Equal(whole, back);

        var first = (await served.Get("processes/web/logs?stream=stdout&limit=700&at=0")).Ok().Json;
        var forth = Texts(first);
        for (var after = (string)first["after"]!; forth.Count < whole.Length;)
        {
            var page = (await served.Get($"processes/web/logs?stream=stdout&limit=700&after={Uri.EscapeDataString(after)}")).Ok().Json;
            forth.AddRange(Texts(page));
            after = (string)page["after"]!;
        }

        Assert.Equal(whole, forth);
        var found = (await served.Get("processes/web/logs?limit=5&grep=a00001[0-4]777")).Ok().Json;
        Assert.Equal(whole.Where(line => System.Text.RegularExpressions.Regex.IsMatch(line, "a00001[0-4]777")).TakeLast(5), Texts(found));
        // From the middle on, with a whole line.
        var middle = (await served.Get("processes/web/logs?stream=stdout&limit=1&at=0.5")).Ok().Json;
        Assert.InRange(Array.IndexOf(whole, Texts(middle).Single()), whole.Length / 2 - 1, whole.Length / 2 + 1);
        Assert.InRange((double)middle["from"]!, 0.49, 0.51);
    }

    [Fact]
    public async Task Both_streams_come_in_the_order_of_time_and_none_is_lost_between_pages()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("web", "/bin/sh", "-c", "for i in 1 2 3 4 5 6; do echo out $i; echo err $i >&2; sleep 0.6; done; exec sleep 1000");
        await home.Says("web", "out 6");
        using var served = await Served.By(home);
        await Wait.Until(async () => (await served.Get("processes/web/logs")).Ok().Json["lines"]!.AsArray().Count == 12, () => "all is written");

        var (all, before) = (new List<string>(), "");
        do
        {
            var page = (await served.Get($"processes/web/logs?limit=3{before}")).Ok().Json;
            all.InsertRange(0, Texts(page));
            before = page["before"] is { } cursor ? $"&before={Uri.EscapeDataString((string)cursor!)}" : "";
        }
        while (before.Length > 0);

        Assert.Equal(12, all.Distinct().Count());
        Assert.Equal(12, all.Count);
        Assert.True(all.IndexOf("err 2") < all.IndexOf("out 5") && all.IndexOf("out 2") < all.IndexOf("err 5"), string.Join(", ", all));
    }

    [Fact]
    public async Task At_the_socket_in_the_folder_somebody_answers_who_asks_and_nobody_runs_before_and_after()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        var socket = home.ApiSocket;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        Assert.Empty(Servers());

        Assert.Contains("\"web\"", (await home.Run(Call.Line(Curl("processes")))).Ok().Stdout);
        var server = Servers().Single();
        // The next daemon has a socket of its own; who answers at the old one ends when nobody asks for a while.
        await home.KillDaemon();
        await home.StartDaemon();
        Assert.Contains("\"web\"", (await home.Run(Call.Line(Curl("processes")))).Ok().Stdout);
        Assert.Equal(2, Servers().Count);

        // One that is killed is started again for the next who asks.
        Servers().ForEach(one => one.Signal(Signals.Kill));
        await Wait.Until(() => Servers().Count == 0, "they are dead");
        await Wait.Until(async () => (await home.Run(Call.Line(Curl("health")))).ExitCode == 0, () => "another answers");
        Assert.NotEqual(server.Pid, Servers().Single().Pid);
        Servers().ForEach(one => one.Signal(Signals.Terminate));
        await Wait.Until(() => Servers().Count == 0, "it has ended");
        (await home.Run("daemon", "stop")).Ok();
        Assert.False(File.Exists(socket));

        string Curl(string path) => $"curl --silent --fail --max-time 60 --unix-socket {socket} http://localhost/v1/{path}";
        List<Live> Servers() => [.. Live.All().Where(process => process.Program.EndsWith("sentinel-serve", StringComparison.Ordinal) && process.Mentions(home.Root))];
    }

    [Fact]
    public async Task What_was_in_the_last_day_is_known_to_the_next_one_too()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        (await home.Run("run", "--name", "bad", "--", "false")).Ok();
        await home.Run("wait", "bad");
        using (var first = await Served.Web(home))
        {
            await Wait.Until(async () => (await Known(first, "day")).Count == 2, () => "it has looked");
            first.Command.Signal(Signals.Terminate);
            (await first.Command.End()).Ok();
        }

        using var next = await Served.Web(home);

        await Wait.Until(async () => (await Known(next, "day")).Count == 2, () => "it knows what was");
        Assert.Equal([("bad", "failed"), ("web", "up")], await Known(next, "day"));
        Assert.Equal(["web"], (await Asked(next, "day&name=web"))["processes"]!.AsArray().Select(process => (string)process!["name"]!));
        Assert.Equal((10, 360), ((int)(await Asked(next, "hour"))["stepSeconds"]!, (await Asked(next, "hour"))["processes"]![0]!["cpu"]!.AsArray().Count));

        static async Task<JsonNode> Asked(Served served, string range) =>
            (await served.Ask($"/v1/history?range={range}", headers: ("Authorization", $"Bearer {served.Token}"))).Ok().Json;

        static async Task<List<(string, string)>> Known(Served served, string range) =>
            [.. (await Asked(served, range))["processes"]!.AsArray()
                .Select(process => ((string)process!["name"]!, (string?)process["states"]!.AsArray().LastOrDefault(state => state is not null)))
                .Where(process => process.Item2 is not null).Select(process => (process.Item1, process.Item2!))];
    }

    private static List<string> Texts(JsonNode page) => [.. page["lines"]!.AsArray().Select(line => (string)line!["text"]!)];

    private static string Lasting(string json)
    {
        var document = JsonNode.Parse(json)!;
        Clear(document);
        return document.ToJsonString();

        static void Clear(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject found:
                    foreach (var name in Passing.Where(found.ContainsKey))
                        found[name] = null;
                    foreach (var (_, value) in found)
                        Clear(value);
                    break;
                case JsonArray array:
                    foreach (var item in array)
                        Clear(item);
                    break;
            }
        }
    }
}
