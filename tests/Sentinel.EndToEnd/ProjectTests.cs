using static Sentinel.EndToEnd.Projects;

namespace Sentinel.EndToEnd;

public class ProjectTests
{
    private const string Shop = """
        env = { LEVEL = "info", ADDRESS = "localhost:${DB_PORT}" }

        [process.db]
        run = "until [ -e ../go ]; do sleep 0.02; done; echo listening; exec sleep 1000"
        port = "20000+"
        ready-log = "listening"

        [process.migrate]
        type = "task"
        run = "echo done at $ADDRESS"
        needs = "db"

        [process.api]
        run = ["sleep", "1000"]
        needs = ["migrate", "db"]
        instances = 2

        [process.mail]
        run = "exec sleep 1000"
        profile = "debug"

        """;

    [Fact]
    public async Task Up_starts_all_of_it_in_order_and_returns_when_it_is_ready()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        var up = home.Begin(new Call("up") { Folder = shop });
        await Wait.Until(async () => Directory.Exists(home.Logs) && (await home.List()).Processes.Any(process => process.State == "starting"), () => "db is being started");
        Assert.Equal(["waiting", "waiting", "waiting"], (await home.List()).Processes.Where(process => process.Name is "shop/migrate" or "shop/api-1" or "shop/api-2").Select(process => process.State));

        Go(home);
        var told = (await up.Finish()).Ok().Stdout;

        Assert.Matches("(?s)^Started daemon .*db +ready.*:2[0-9]{4}\n  migrate +done.*api-[12] +ready.*api-[12] +ready.*\n4 are up.\n$", told);
        var list = await home.List();
        Assert.Equal(("done", "stopped"), (list["shop/migrate"].State, list["shop/mail"].State));
        Assert.Equal($"done at localhost:{list["shop/db"].Ports.Single().Port}\n", File.ReadAllText(home.Stdout("shop/migrate")));
    }

    [Fact]
    public async Task What_did_not_change_is_left_alone_and_what_did_is_restarted()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        Go(home);
        await Up(home, shop);
        var before = await home.List();

        Assert.EndsWith("Nothing to change\n", (await In(home, shop, "plan", "--exit-code")).Ok().Stdout);
        Assert.EndsWith("4 are up.\n", await Up(home, shop));
        Project(home, "shop", Shop.Replace("[\"sleep\", \"1000\"]", "[\"sleep\", \"999\"]").Replace("profile = \"debug\"", "profile = \"debug\"\nnice = 1"));
        var plan = (await In(home, shop, "plan", "--exit-code")).Fails(3).Stdout;
        var told = await Up(home, shop);

        Assert.Contains("~ api-1    command sleep 1000 -> sleep 999: restart\n", plan.Replace("api-1  ", "api-1    ").Replace("     command", "    command"));
        Assert.Contains("mail", plan);
        Assert.Contains("api-2", told);
        var after = await home.List();
        Assert.Equal(before["shop/db"].Pid, after["shop/db"].Pid);
        Assert.NotEqual(before["shop/api-1"].Pid, after["shop/api-1"].Pid);
        Assert.Equal(before["shop/migrate"].LastRun!.Pid, after["shop/migrate"].LastRun!.Pid);
    }

    [Fact]
    public async Task What_is_not_in_the_file_any_more_is_stopped_and_forgotten()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[process.one]\nrun = 'exec sleep 1000'\n[process.two]\nrun = 'exec sleep 1000'\n");
        await Up(home, shop);

        Project(home, "shop", "[process.one]\nrun = 'exec sleep 1000'\n");
        Assert.Contains("- two  not in the file any more: stop, forget\n", (await In(home, shop, "plan")).Ok().Stdout);
        (await In(home, shop, "apply")).Ok();

        Assert.Equal("shop/one", Assert.Single((await home.List()).Processes).Name);
        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task What_fails_is_told_with_its_words_and_what_needs_it_waits()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.build]
            type = "task"
            run = "echo 'no such module' >&2; exit 2"
            [process.web]
            run = "exec sleep 1000"
            needs = "build"
            [process.other]
            run = "exec sleep 1000"
            """);

        var failed = (await In(home, shop, "up")).Fails(1);

        Assert.Contains("build  FAILED", failed.Stdout);
        Assert.Matches("web +waiting .* build is not done: it is crashed: exited with code 2", failed.Stdout);
        Assert.EndsWith("1 of 3 are up; build, web are not.\n", failed.Stdout);
        Assert.Contains("stderr | no such module", failed.Stderr);
        var told = (await In(home, shop, "why", "web")).Ok().Stdout;
        Assert.Contains("It waits for build to be done: it is crashed: exited with code 2.", told);

        // What waited in vain starts when that comes after all.
        Project(home, "shop", File.ReadAllText(Path.Combine(shop, "sentinel.toml")).Replace("exit 2", "exit 0"));
        Assert.EndsWith("3 are up.\n", await Up(home, shop));
    }

    [Fact]
    public async Task Down_stops_it_with_what_needs_it_and_can_forget_it()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        Go(home);
        await Up(home, shop);

        Assert.EndsWith("Stopped 3 processes of shop\n", (await In(home, shop, "down", "db")).Ok().Stdout);
        await Up(home, shop);
        Assert.EndsWith("Deleted 5 processes of shop\n", (await In(home, shop, "down", "--forget", "--logs")).Ok().Stdout);

        Assert.Empty((await home.List()).Processes);
        Assert.Empty((await home.Groups()).Groups);
        Assert.Empty(home.Supervised());
        Assert.Contains("no project of this folder is known", (await In(home, shop, "down")).Fails(1).Stderr);
    }

    [Fact]
    public async Task A_name_is_short_in_the_folder_and_where_nothing_else_has_it()
    {
        await using var home = new SentinelHome();
        var text = "name = 'shop'\n[process.web]\nrun = 'exec sleep 1000'\nport = '21000+'\n";
        var (one, two) = (Project(home, "one", text), Project(home, "two", text));
        await Up(home, one);
        Assert.Contains("web (id: 1)", (await home.Run("status", "web")).Ok().Stdout);

        var told = (await In(home, two, "up")).Ok();

        Assert.Contains($"This project is called shop-2: shop is that of {one}/sentinel.toml.", told.Stderr);
        var list = await home.List();
        Assert.NotEqual(list["shop/web"].Ports.Single().Port, list["shop-2/web"].Ports.Single().Port);
        Assert.StartsWith("shop-2/web ", (await In(home, two, "status", "web")).Ok().Stdout);
        Assert.Contains("'web' is in several projects; name one of them: shop/web, shop-2/web", (await home.Run("status", "web")).Fails(1).Stderr);
        Assert.Contains("Stopped shop/web", (await home.Run("stop", "shop")).Ok().Stdout);
        // Once is enough.
        Assert.Empty((await In(home, two, "up")).Ok().Stderr);
    }

    [Fact]
    public async Task A_folder_that_was_renamed_is_the_same_project()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "name = 'shop'\n[process.web]\nrun = 'exec sleep 1000'\n");
        await Up(home, shop);
        var moved = Path.Combine(home.Root, "moved");
        Directory.Move(shop, moved);

        Assert.Contains("cwd", (await In(home, moved, "plan")).Ok().Stdout);
        await Up(home, moved);

        Assert.Equal(moved, Assert.Single((await home.List()).Processes).WorkingDirectory);
        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task Two_files_of_a_folder_are_two_projects_and_a_new_name_is_told()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "name = 'one'\n[process.web]\nrun = 'exec sleep 1000'\n");
        File.WriteAllText(Path.Combine(shop, "other.toml"), "name = 'two'\n[process.web]\nrun = 'exec sleep 1000'\n");
        await Up(home, shop);
        await Up(home, shop, "-f", "other.toml");
        Assert.Equal(["one/web", "two/web"], (await home.List()).Processes.Select(process => process.Name).Order());
        Assert.Contains("Stopped two/web", (await In(home, shop, "down", "-f", "other.toml")).Ok().Stdout);

        Project(home, "shop", "name = 'three'\n[process.web]\nrun = 'exec sleep 1000'\n");
        Assert.Contains("This project is known as one; 'sentinel down --forget', and it will be called three.", (await In(home, shop, "up")).Ok().Stderr);
    }

    [Theory]
    [InlineData("[process.web]\nrun = 'x'\nneds = 'db'\n", "sentinel.toml:3:1: there is no key 'neds'; did you mean 'needs'?")]
    [InlineData("[process.web]\nrun = 'x'\nneeds = 'db'\n", "sentinel.toml:3:9: there is no process 'db'")]
    [InlineData("[process.a]\nrun='x'\nneeds='b'\n[process.b]\nrun='x'\nneeds='a'\n", "a needs b needs a")]
    public async Task A_file_that_is_wrong_changes_nothing(string text, string error)
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[process.web]\nrun = 'exec sleep 1000'\n");
        await Up(home, shop);
        var state = File.ReadAllText(home.StateFile);
        Project(home, "shop", text);

        foreach (var command in (string[])["up", "apply", "plan"])
            Assert.Contains(error, (await In(home, shop, command)).Fails(2).Stderr);

        Assert.Equal(state, File.ReadAllText(home.StateFile));
    }

    [Fact]
    public async Task A_port_that_is_taken_changes_nothing()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "other", "--port", "23456", "--", "sleep", "1000")).Ok();
        var shop = Project(home, "shop", "[process.web]\nrun = 'exec sleep 1000'\nport = 23456\n[process.other]\nrun = 'exec sleep 1000'\n");

        Assert.Contains("port 23456 is leased by other", (await In(home, shop, "up")).Fails(1).Stderr);

        Assert.Equal("other", Assert.Single((await home.List()).Processes).Name);
    }

    [Fact]
    public async Task Wrong_names_and_folders_are_told()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);

        Assert.Contains("sentinel.toml has no process 'dbb'; did you mean 'db'?", (await In(home, shop, "up", "dbb")).Fails(1).Stderr);
        Assert.Contains("sentinel.toml has no profile 'live'; it has debug", (await In(home, shop, "up", "--profile", "live")).Fails(1).Stderr);
        Assert.Contains("there is no sentinel.toml here or in a folder above", (await home.Run("up")).Fails(2).Stderr);
        Assert.Contains("nowhere.toml", (await In(home, shop, "plan", "-f", "nowhere.toml")).Fails(2).Stderr);
        Assert.Empty((await home.List()).Processes);
    }

    [Fact]
    public async Task A_wait_ends_in_time_and_the_rest_goes_on()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);

        var late = (await In(home, shop, "up", "--timeout", "0.3")).Fails(124);
        Go(home);

        Assert.EndsWith("0 of 4 are up; db, migrate, api-1, api-2 take longer.\n", late.Stdout);
        Assert.EndsWith("4 are up.\n", await Up(home, shop));
    }

    [Fact]
    public async Task Only_what_is_named_and_what_that_needs_is_started()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        Go(home);

        Assert.EndsWith("2 are up.\n", await Up(home, shop, "migrate"));
        Assert.EndsWith("5 are up.\n", await Up(home, shop, "--profile", "debug"));
        Assert.EndsWith("5 are up.\n", await Up(home, shop, "--profile", "debug", "--again"));
        Assert.Equal(2, File.ReadAllLines(home.Stdout("shop/migrate")).Length);
    }

    [Fact]
    public async Task A_daemon_that_is_killed_goes_on_where_it_was()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        (await In(home, shop, "up", "--no-wait")).Ok();
        await home.KillDaemon();
        Go(home);

        Assert.EndsWith("4 are up.\n", await Up(home, shop));

        Assert.Equal(3, home.Supervised().Count);
    }

    [Fact]
    public async Task Two_at_once_start_nothing_twice()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        await home.StartDaemon();
        Go(home);

        var both = await Task.WhenAll(In(home, shop, "up"), In(home, shop, "up"));

        Assert.All(both, up => Assert.EndsWith("4 are up.\n", up.Ok().Stdout));
        Assert.Equal(3, home.Supervised().Count);
        Assert.Equal(5, (await home.List()).Processes.Length);
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_said_and_what_runs_goes_on_until_it_is_stopped()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "name = 'shop'\n[process.web]\nrun = 'exec sleep 1000'\n");
        await Up(home, shop);
        Directory.Delete(shop, recursive: true);

        Assert.Equal("running", (await home.List())["shop/web"].State);
        Assert.Contains("there is no folder", (await home.Run("restart", "shop/web")).Fails(1).Stderr);
        Assert.Contains("there is no", (await home.Run("up", "--file", Path.Combine(shop, "sentinel.toml"))).Fails(2).Stderr);
        (await home.Run("down", "--file", Path.Combine(shop, "sentinel.toml"), "--forget")).Ok();

        Assert.Empty((await home.List()).Processes);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Up_during_down_ends_with_all_up_or_says_what_is_not()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "name = 'shop'\n[process.db]\nrun = \"trap 'until [ -e ../go ]; do sleep 0.02; done; exit' TERM; while :; do sleep 0.05; done\"\n[process.api]\nrun = 'exec sleep 1000'\nneeds = 'db'\n");
        await Up(home, shop);
        var down = home.Begin(new Call("down") { Folder = shop });
        await Wait.Until(async () => (await home.List())["shop/db"].State == "stopping", () => "db is being stopped");

        var up = await In(home, shop, "up", "--timeout", "0.3");

        Assert.Contains(up.ExitCode, (int[])[1, 124]);
        Assert.Contains("0 of 2 are up; ", up.Stdout);
        Go(home);
        await down.Finish();
        Assert.EndsWith("2 are up.\n", await Up(home, shop));
        Assert.All((await home.List()).Processes, process => Assert.Equal("running", process.State));
    }

    [Fact]
    public async Task A_file_that_changes_meanwhile_counts_as_it_was_read()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Shop);
        var up = home.Begin(new Call("up") { Folder = shop });
        await Wait.Until(async () => Directory.Exists(home.Logs) && (await home.List()).Processes.Any(process => process.State == "starting"), () => "db is being started");
        Project(home, "shop", "[process.db\n");

        Go(home);

        Assert.EndsWith("4 are up.\n", (await up.Finish()).Ok().Stdout);
        Assert.Contains("sentinel.toml:1:", (await In(home, shop, "up")).Fails(2).Stderr);
        Assert.Equal(3, home.Supervised().Count);
    }

    [Fact]
    public async Task Programs_get_one_document()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[process.web]\nrun = 'exec sleep 1000'\n[process.bad]\nrun = 'exit 3'\n");

        var plan = (await In(home, shop, "plan", "--json")).Ok().As<System.Text.Json.Nodes.JsonNode>();
        var report = (await In(home, shop, "up", "--json")).Fails(1).As<Report>();

        Assert.Equal(["create", "create"], plan["steps"]!.AsArray().Select(step => (string)step!["step"]!).ToArray());
        Assert.Equal([("shop/bad", "failed"), ("shop/web", "started")], report.Results.Select(result => (result.Name!, result.Outcome)).Order());
    }

    [Fact]
    public async Task Without_a_file_of_its_own_the_one_of_another_tool_is_taken()
    {
        await using var home = new SentinelHome();
        var shop = Directory.CreateDirectory(Path.Combine(home.Root, "shop")).FullName;
        File.WriteAllText(Path.Combine(shop, "Procfile"), "web: exec sleep 1000\nworker: exec sleep 999\nrelease: echo migrated\n");

        var up = (await In(home, shop, "up")).Ok();

        Assert.StartsWith("Takes Procfile, and writes nothing.\n", up.Stderr);
        Assert.EndsWith("3 are up.\n", up.Stdout);
        Assert.Equal(["shop/release", "shop/web", "shop/worker"], (await home.List()).Processes.Select(process => process.Name).Order());
        Assert.Equal(["Procfile"], Directory.GetFiles(shop).Select(Path.GetFileName));
        Assert.EndsWith("Stopped 2 processes of shop\n", (await In(home, shop, "down")).Ok().Stdout);

        File.WriteAllText(Path.Combine(shop, "compose.yaml"), "services:\n  one: { command: exec sleep 1000, volumes: [x] }\n");
        Assert.Contains("there are Procfile, compose.yaml; --file names the one to take", (await In(home, shop, "up")).Fails(2).Stderr);
        Assert.Contains("1 thing in it cannot be taken: 'sentinel import compose.yaml' tells it", (await In(home, shop, "plan", "-f", "compose.yaml")).Ok().Stderr);
        File.WriteAllText(Path.Combine(shop, "compose.yaml"), "services: [\n");
        Assert.Contains("compose.yaml:", (await In(home, shop, "up", "-f", "compose.yaml")).Fails(2).Stderr);
    }

    [Theory]
    [InlineData(Signals.Interrupt, 0)]
    [InlineData(Signals.Terminate, 0)]
    [InlineData(Signals.Kill, 137)]
    public async Task In_the_foreground_it_shows_all_logs_and_ends_with_the_command(int signal, int code)
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.db]
            run = "echo listening; exec sleep 1000"
            ready-log = "listening"
            [process.api]
            run = "echo hello from api; exec sleep 1000"
            needs = "db"
            """);
        var up = home.Begin(new Call("up", "--foreground") { Folder = shop });
        await Wait.Until(() => up.Stdout.Contains("hello from api", StringComparison.Ordinal), () => $"the log is shown: {up.Stdout}");
        Assert.Contains("shop/db  | listening", up.Stdout);
        Assert.Equal(2, home.Supervised().Count);

        up.Signal(signal);

        Assert.Equal(code, (await up.End()).ExitCode);
        await Wait.Until(() => home.Supervised().Count == 0, "all have ended");
        Assert.Equal(["stopped", "stopped"], (await home.List()).Processes.Select(process => process.State));
    }

    [Fact]
    public async Task It_ends_with_a_task_and_its_code()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", """
            [process.db]
            run = "echo listening; exec sleep 1000"
            ready-log = "listening"
            [process.tests]
            type = "task"
            run = "echo testing; exit $(cat ../code)"
            needs = "db"
            """);
        File.WriteAllText(Path.Combine(home.Root, "code"), "7");

        var failed = (await In(home, shop, "up", "--exit-from", "tests")).Fails(7);
        Assert.Contains("testing", failed.Stdout);
        Assert.Empty(home.Supervised());
        File.WriteAllText(Path.Combine(home.Root, "code"), "0");
        (await In(home, shop, "up", "--exit-from", "tests")).Ok();
        Assert.Contains("testing", (await In(home, shop, "up", "--exit-from", "tests")).Ok().Stdout);
        Assert.Contains("db is no task", (await In(home, shop, "up", "--exit-from", "db")).Fails(1).Stderr);
        Assert.Contains("has no process 'test'; did you mean 'tests'?", (await In(home, shop, "up", "--exit-from", "test")).Fails(1).Stderr);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task When_nothing_is_left_to_show_it_ends_with_the_first_failure()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[process.one]\nrun = 'echo oh no; exit 5'\n");

        Assert.Contains("oh no", (await In(home, shop, "up", "--foreground")).Fails(5).Stdout);
    }

    private static void Go(SentinelHome home) => File.WriteAllText(Path.Combine(home.Root, "go"), "");

    private static async Task<string> Up(SentinelHome home, string folder, params string[] arguments) =>
        (await In(home, folder, ["up", .. arguments])).Ok().Stdout;
}
