using System.Text.Json.Nodes;
using static Sentinel.EndToEnd.Projects;

namespace Sentinel.EndToEnd;

/// <summary>What happens before a process starts: steps, secrets, signs of others.</summary>
public class ProjectStepTests
{
    [Fact]
    public async Task What_runs_before_and_signs_of_others_are_waited_for()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.db]
            before = "echo built"
            run = "echo db is up; exec python3 -m http.server $PORT"
            port = "20000+"
            url = "http://localhost:$PORT/x"
            [process.tables]
            run = "touch made; exec sleep 1000"
            needs = { name = "db", until = { log = "^db is up" } }
            [process.api]
            run = "exec sleep 1000"
            needs = ["db:port", { name = "tables", until = { file = "made" } }]
            """);

        var told = (await In(home, shop, "up")).Ok().Stdout;

        var list = await home.List();
        Assert.Matches($"(?s)db +ready .* http://localhost:{list["shop/db"].Ports.Single().Port}/x\n", told);
        Assert.EndsWith("3 are up.\n", told);
        Assert.StartsWith("built\ndb is up\n", File.ReadAllText(home.Stdout("shop/db")));
        Assert.Equal("shop/db has written what matches 'is up$'\n", (await In(home, shop, "wait", "db", "--for", "log:is up$")).Ok().Stdout);
        Assert.Matches("^shop/tables is running, and .*/made is there\n$", (await In(home, shop, "wait", "tables", "--for", "file:made")).Ok().Stdout);
        Assert.Matches("listens on", (await In(home, shop, "wait", "db", "--for", "port")).Ok().Stdout);
        Assert.Contains("and there is no", (await In(home, shop, "wait", "tables", "--for", "file:gone", "--timeout", "0")).Fails(124).Stderr);
        Assert.Contains("has no health check", (await In(home, shop, "wait", "db", "--for", "healthy")).Fails(1).Stderr);
        Assert.Contains("| shop/db ", (await In(home, shop, "ps")).Ok().Stdout);
        Assert.Matches(@"\| URL +\|", (await In(home, shop, "ps")).Ok().Stdout);
        Assert.Equal(
            "api  running\n|- db (port)  running\n`- tables (file:made)  running\n   `- db (log:^db is up)  running\n", (await In(home, shop, "graph")).Ok().Stdout);
        Assert.Contains("\"api\" -> \"db\" [label=\"port\"];", (await In(home, shop, "graph", "--format", "dot")).Ok().Stdout);
        Assert.StartsWith("flowchart LR\n  p1[\"db\"]\n", (await In(home, shop, "graph", "--format", "mermaid")).Ok().Stdout);
        Assert.Equal(3, JsonNode.Parse((await In(home, shop, "graph", "--json")).Ok().Stdout)!["needs"]!.AsArray().Count);
        Assert.Contains("shop/api  running", (await home.Run("graph", "--all")).Ok().Stdout);
    }

    [Fact]
    public async Task While_something_runs_before_it_a_process_is_starting_and_if_that_fails_so_has_it()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.api]
            before = "until [ -e ../go ]; do sleep 0.02; done; echo no disk >&2; exit 3"
            run = "exec sleep 1000"
            [process.front]
            run = "exec sleep 1000"
            needs = "api"
            """);
        var up = home.Begin(new Call("up") { Folder = shop });
        await Wait.Until(async () => Directory.Exists(home.Logs) && (await In(home, shop, "why", "api")).Stdout.Contains("which runs before it, has not ended"), () => "it is being prepared");
        Assert.Equal(("starting", "waiting"), ((await home.List())["shop/api"].State, (await home.List())["shop/front"].State));

        File.WriteAllText(Path.Combine(home.Root, "go"), "");
        var failed = (await up.Finish()).Fails(1);

        Assert.Matches("(?s)api +FAILED .* exited with code 3\n.*front +waiting .* api is not ready: it is crashed: exited with code 3", failed.Stdout);
        Assert.Contains("no disk", failed.Stderr);
        Assert.Contains("which runs before it, ended with code 3", failed.Stderr);
    }

    [Fact]
    public async Task A_secret_reaches_the_process_and_nobody_else()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.api]
            run = "echo $KEY-$TOKEN >seen; exec sleep 1000"
            secret = { KEY = "file:key.txt", TOKEN = "cmd:echo \"to ken\"" }
            ready-exec = "test ${#KEY} = 7"
            """);
        File.WriteAllText(Path.Combine(shop, "key.txt"), "hunter2\n");

        Assert.EndsWith("1 is up.\n", (await In(home, shop, "up")).Ok().Stdout);

        Assert.Equal("hunter2-to ken\n", File.ReadAllText(Path.Combine(shop, "seen")));
        foreach (var arguments in (string[][])[["env", "api", "--all", "--reveal"], ["env", "api", "--json", "--reveal"], ["status", "api", "--json"], ["config"], ["plan"], ["events"], ["logs"]])
        {
            var outcome = (await In(home, shop, arguments)).Ok();
            Assert.DoesNotContain("hunter2", outcome.Stdout + outcome.Stderr);
        }

        Assert.Matches(@"KEY +\| \*+ +\| secret file:/.*key.txt", (await In(home, shop, "env", "api")).Ok().Stdout);
        foreach (var file in Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is "state.json" or "events.jsonl" || file.EndsWith(".log", StringComparison.Ordinal)))
            Assert.DoesNotContain("hunter2", File.ReadAllText(file));
    }

    [Fact]
    public async Task A_secret_that_cannot_be_had_is_a_failed_start()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.a]
            run = "exec sleep 1000"
            secret = { KEY = "file:none" }
            [process.b]
            run = "exec sleep 1000"
            secret = { KEY = "cmd:exit 4" }
            """);

        var failed = (await In(home, shop, "up")).Fails(1);

        Assert.Contains("0 of 2 are up; a, b are not.", failed.Stdout);
        Assert.Contains("the secret KEY cannot be had from file", failed.Stderr);
        Assert.Contains("the secret KEY cannot be had from cmd exit 4", failed.Stderr);
        Assert.Contains("KEY=file:PATH or KEY=cmd:COMMAND", (await home.Run("run", "--secret", "KEY=hunter2", "--", "true")).Fails(2).Stderr);
        Assert.DoesNotContain("hunter2", (await home.Run("run", "--secret", "KEY=hunter2", "--", "true")).Fails(2).Stderr);
    }

    [Fact]
    public async Task What_an_environment_file_changes_is_told_and_restarts_what_runs()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.api]
            run = "exec sleep 1000"
            env-file = "api.env"
            [process.front]
            run = "exec sleep 1000"
            """);
        var file = Path.Combine(shop, "api.env");
        File.WriteAllText(file, "LEVEL=info\nOLD=1\n");
        await In(home, shop, "up");
        var before = await home.List();
        Assert.EndsWith("Nothing to change\n", (await In(home, shop, "plan")).Ok().Stdout);

        File.WriteAllText(file, "# new\nLEVEL=debug\nAPI_KEY=hunter2\n");
        var plan = (await In(home, shop, "plan", "--exit-code")).Fails(3).Stdout;
        var told = (await In(home, shop, "up")).Ok().Stdout;

        Assert.Matches("~ api  LEVEL \"info\" -> \"debug\" \\(.*/api.env:2\\); API_KEY \\(not set\\) -> \\*\\*\\* \\(.*/api.env:3\\): restart\n  = 1 unchanged\n", plan);
        var after = await home.List();
        Assert.NotEqual(before["shop/api"].Pid, after["shop/api"].Pid);
        Assert.Equal(before["shop/front"].Pid, after["shop/front"].Pid);
        Assert.EndsWith("2 are up.\n", told);
        Assert.EndsWith("Nothing to change\n", (await In(home, shop, "plan")).Ok().Stdout);

        File.WriteAllText(file, "LEVEL=debug\n");
        Assert.Contains("~ api  an environment file has changed: restart\n", (await In(home, shop, "plan")).Ok().Stdout);
    }

    [Fact]
    public async Task A_start_waits_for_what_waits_for_others()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.db]
            run = "until [ -e ../go ]; do sleep 0.02; done; echo up; exec sleep 1000"
            ready-log = "up"
            [process.api]
            run = "exec sleep 1000"
            needs = "db"
            """);
        await In(home, shop, "up", "--no-wait");
        await In(home, shop, "stop", "api", "db");
        var start = home.Begin(new Call("start", "api", "--wait") { Folder = shop });
        await Wait.Until(async () => (await home.List())["shop/api"].State == "waiting", () => "api waits");

        File.WriteAllText(Path.Combine(home.Root, "go"), "");

        Assert.Contains("Started shop/api", (await start.Finish()).Ok().Stdout);
    }

    [Fact]
    public async Task A_task_that_has_done_its_work_is_not_restarted()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[defaults]\nrestart = true\n[process.job]\ntype = 'task'\nrun = 'echo once'\n");

        Assert.EndsWith("1 is up.\n", (await In(home, shop, "up")).Ok().Stdout);

        Assert.Equal("done", (await home.List())["shop/job"].State);
        Assert.Equal("once\n", File.ReadAllText(home.Stdout("shop/job")));
        Assert.Equal("shop/job is done\n", (await In(home, shop, "wait", "job", "--for", "done")).Ok().Stdout);
    }
}
