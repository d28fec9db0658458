using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

public class EnvironmentTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_variable_that_is_set_everywhere_the_highest_layer_counts(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g")).Ok();
        // Lowest first.
        string[] layers =
        [
            "caller", "home", "folder", "group file 1", "group file 2", "group", "file 1", "file 2", "option", "port",
        ];
        var below = Directory.CreateDirectory(Path.Combine(home.Work, "below")).FullName;
        // In the folder of the caller, where the process does not run: nobody reads it.
        home.EnvFile(".env", "X=of the caller's folder");

        for (var count = layers.Length; count >= 0; count--)
        {
            var present = layers[..count];
            SetFile(Path.Combine(home.Folder, ".env"), "home");
            SetFile(Path.Combine(below, ".env"), "folder");
            (await home.Run(["group", "set", "g", "--no-env-file", "--env", "Y=1", .. Files("group file"), .. Option("group")])).Ok();
            string[] ports = Has("port") ? ["--port", "http=X"] : [];
            string[] run = ["run", "--name", "web", "--group", "g", "--cwd", "below", .. Files("file"), .. Option("option"), .. ports, "--", "sleep", "1000"];

            var got = (await home.Start(new Call(run) { Environment = Has("caller") ? One("X", "caller") : [] })).Process.Environment;

            var expected = count == 0 ? null : layers[count - 1];
            if (expected == "port")
                expected = $"{(await home.Show("web")).Ports.Single().Port}";
            Assert.Equal(expected, got.GetValueOrDefault("X"));
            (await home.Run("delete", "web")).Ok();
            if (Has("group"))
                (await home.Run("group", "set", "g", "--unset", "X")).Ok();

            bool Has(string layer) => present.Contains(layer);

            string[] Option(string layer) => Has(layer) ? ["--env", $"X={layer}"] : [];

            string[] Files(string layer) => [.. present.Where(name => name.StartsWith(layer + " ", StringComparison.Ordinal))
                .SelectMany(name => (string[])["--env-file", home.EnvFile(name, $"X={name}")])];

            void SetFile(string path, string layer)
            {
                File.Delete(path);
                if (Has(layer))
                    File.WriteAllText(path, $"X={layer}\n");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_are_read_again_at_every_start(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        Write("1");
        await home.Sleeper("web", "--restart", "--env-file", "web.env");
        Assert.Equal("1 1 1", Got());

        Write("2");
        Assert.Equal("1 1 1", Got());
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("2 2 2", Got());

        (await home.Run("stop", "web")).Ok();
        Write("3");
        (await home.Run("start", "web")).Ok();
        Assert.Equal("3 3 3", Got());

        Write("4");
        var third = home.Supervised().Single();
        third.Signal(Signals.Kill);
        await Wait.Until(() => !third.IsAlive, "it is dead");
        if (!withDaemon)
            (await home.Run("list")).Ok();
        await home.SuccessorOf(third);
        Assert.Equal("4 4 4", Got());

        // Those that nobody asked for may go.
        File.Delete(Path.Combine(home.Folder, ".env"));
        File.Delete(Path.Combine(home.Work, ".env"));
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("  4", Got());

        void Write(string value)
        {
            Directory.CreateDirectory(home.Folder);
            File.WriteAllText(Path.Combine(home.Folder, ".env"), $"OF_HOME={value}\n");
            home.EnvFile(".env", $"OF_FOLDER={value}");
            home.EnvFile("web.env", $"OF_FILE={value}");
        }

        string Got()
        {
            var environment = home.Supervised().Single().Environment;
            return string.Join(' ', new[] { "OF_HOME", "OF_FOLDER", "OF_FILE" }.Select(name => environment.GetValueOrDefault(name)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_missing_is_an_error_at_once_and_nothing_is_registered(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        home.EnvFile("there.env", "A=1");

        var run = (await home.Run("run", "sleep 1000", "--env-file", "there.env", "--env-file", "missing.env")).Fails(1);
        Assert.Empty(run.Stdout);
        Assert.Equal($"Error: there is no environment file {home.Work}/missing.env\n", run.Stderr);
        Assert.Contains($"{home.Work}/missing.env", (await home.Run("group", "create", "g", "--env-file", "missing.env")).Fails(1).Stderr);

        Assert.Empty((await home.List()).Processes);
        Assert.Empty((await home.Groups()).Groups);
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_without_its_file_is_an_error_and_the_process_goes_on(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var file = home.EnvFile("web.env", "A=1");
        var web = await home.Sleeper("web", "--env-file", "web.env");
        File.Delete(file);

        foreach (string[] command in (string[][])[["restart", "web"], ["restartall"], ["restart", "web", "--update-env"]])
        {
            Assert.Contains($"web: there is no environment file {file}", (await home.Run(command)).Fails(1).Stderr);
            Assert.Equal([web.Process], home.Supervised());
            Assert.Equal(("running", web.Pid), ((await home.Show("web")).State, (await home.Show("web")).Pid));
        }

        (await home.Run("stop", "web")).Ok();
        Assert.Contains(file, (await home.Run("start", "web")).Fails(1).Stderr);
        Assert.Empty(home.Supervised());
        home.EnvFile("web.env", "A=2");
        Assert.Equal("2", Started.Parse((await home.Run("start", "web")).Ok().Stdout).Process.Environment["A"]);
    }

    [Fact]
    public async Task The_daemon_tells_that_a_file_is_missing_and_restarts_the_process_once_it_is_there_again()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var file = home.EnvFile("web.env", "A=1");
        var web = await home.Sleeper("web", "--restart", "--env-file", "web.env");
        File.Delete(file);

        web.Process.Signal(Signals.Kill);

        await Wait.Until(async () => (await home.Show("web")).LastRun is { How: "not-started" } last && last.Text.Contains(file), () => "it tells");
        Assert.Equal("backoff", (await home.Show("web")).State);
        home.EnvFile("web.env", "A=2");
        Assert.Equal("2", (await home.SuccessorOf(web.Process)).Environment["A"]);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Env_shows_no_secret_unless_it_is_told_to(bool withDaemon, bool isRunning)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var file = home.EnvFile("web.env", "OF_FILE_KEY=secret-file");
        (await home.Run("group", "create", "g", "--env", "OF_GROUP_KEY=secret-group")).Ok();
        await home.Start(new Call("run", "--name", "web", "--group", "g", "--env-file", "web.env", "--env", "OF_OPTION_KEY=secret-option", "--env", "SAID=in the open", "--port", "http", "--", "sleep", "1000")
        {
            Environment = One("OF_CALLER_KEY", "secret-caller"),
        });
        if (!isRunning)
            (await home.Run("stop", "web")).Ok();

        foreach (string[] options in (string[][])[[], ["--json"]])
        {
            var masked = (await home.Run(["env", "web", .. options])).Ok();
            Assert.Contains("OF_OPTION_KEY", masked.Stdout);
            Assert.Contains("in the open", masked.Stdout);
            Assert.DoesNotContain("secret-", masked.Stdout + masked.Stderr);
        }

        var table = (await home.Run("env", "web", "--reveal")).Ok().Stdout;
        var port = (await home.Show("web")).Ports.Single().Port;
        Assert.Matches($@"\| OF_FILE_KEY +\| secret-file +\| {file}:1 ", table);
        Assert.Matches(@"\| OF_GROUP_KEY +\| secret-group +\| group g ", table);
        Assert.Matches(@"\| OF_OPTION_KEY +\| secret-option +\| --env ", table);
        Assert.Matches(@"\| OF_CALLER_KEY +\| secret-caller +\| run ", table);
        Assert.Matches($@"\| PORT +\| {port} +\| port http ", table);
        Assert.Matches(@"\| SENTINEL_NAME +\| web +\| sentinel ", table);
        Assert.DoesNotContain("AT NEXT START", table);

        var json = (await home.Run("env", "web", "--reveal", "--json")).Ok().As<EnvironmentListing>();
        Assert.Equal((1, "web", isRunning), (json.Id, json.Name, json.Running));
        Assert.Equal(
            new ListedVariable("OF_FILE_KEY", false, "secret-file", new("file", file, 1), false, "secret-file", new("file", file, 1)), json["OF_FILE_KEY"]);
        Assert.Equal(("secret-group", new VariableSource("group", "g", null)), (json["OF_GROUP_KEY"].Value, json["OF_GROUP_KEY"].Source));
        Assert.Equal(("secret-option", new VariableSource("option", null, null)), (json["OF_OPTION_KEY"].Value, json["OF_OPTION_KEY"].Source));
        Assert.Equal(("secret-caller", new VariableSource("run", null, null)), (json["OF_CALLER_KEY"].Value, json["OF_CALLER_KEY"].Source));
        Assert.Equal(($"{port}", new VariableSource("port", "http", null)), (json["PORT"].Value, json["PORT"].Source));
        Assert.Equal(("g", new VariableSource("sentinel", null, null)), (json["SENTINEL_GROUP"].Value, json["SENTINEL_GROUP"].Source));
        var other = (await home.Run("env", "web", "--json")).Ok().As<EnvironmentListing>();
        Assert.Equal((true, null, null), (other["OF_FILE_KEY"].Masked, other["OF_FILE_KEY"].Value, other["OF_FILE_KEY"].NextValue));
        Assert.Equal((false, "in the open"), (other["SAID"].Masked, other["SAID"].Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Env_shows_what_the_next_start_changes(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g", "--env", "CHANGED_KEY=secret-1", "--env", "GONE_KEY=secret-2", "--env", "KEPT_KEY=secret-3")).Ok();
        await home.Sleeper("web", "--group", "g");
        (await home.Run("group", "set", "g", "--env", "CHANGED_KEY=secret-4", "--unset", "GONE_KEY", "--env", "NEW_KEY=secret-5")).Ok();

        var masked = (await home.Run("env", "web")).Ok().Stdout;
        Assert.DoesNotContain("secret-", masked);
        Assert.Matches(@"\| CHANGED_KEY +\| \*+ +\| - +\| another, from group g \|", masked);
        Assert.Matches(@"\| GONE_KEY +\| \*+ +\| - +\| not there +\|", masked);
        Assert.Matches(@"\| NEW_KEY +\| - +\| - +\| new, from group g +\|", masked);
        Assert.Matches(@"\| KEPT_KEY +\| \*+ +\| group g +\| +\|", masked);

        var table = (await home.Run("env", "web", "--reveal")).Ok().Stdout;
        Assert.Matches(@"\| CHANGED_KEY +\| secret-1 +\| - +\| secret-4, from group g \|", table);
        Assert.Matches(@"\| NEW_KEY +\| - +\| - +\| secret-5, from group g +\|", table);
        var json = (await home.Run("env", "web", "--reveal", "--json")).Ok().As<EnvironmentListing>();
        Assert.Equal(new ListedVariable("CHANGED_KEY", false, "secret-1", null, true, "secret-4", new("group", "g", null)), json["CHANGED_KEY"]);
        Assert.Equal(new ListedVariable("GONE_KEY", false, "secret-2", null, true, null, null), json["GONE_KEY"]);
        Assert.Equal(new ListedVariable("NEW_KEY", false, null, null, true, "secret-5", new("group", "g", null)), json["NEW_KEY"]);

        (await home.Run("restart", "web")).Ok();
        Assert.DoesNotContain("AT NEXT START", (await home.Run("env", "web")).Ok().Stdout);
        Assert.Contains("no process named 'nobody'", (await home.Run("env", "nobody")).Fails(1).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Env_shows_what_this_shell_does_not_have_and_with_all_everything(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start(new Call("run", "--name", "web", "--env", "GIVEN=1", "--", "sleep", "1000")
        {
            Environment = new Dictionary<string, string?> { ["SAME"] = "same", ["OTHER"] = "old", ["SHLVL"] = "7" },
        });
        var shell = new Dictionary<string, string?> { ["SAME"] = "same", ["OTHER"] = "new", ["GIVEN"] = "1" };

        var lines = (await home.Run(new Call("env", "web") { Environment = shell })).Ok().Lines;
        var all = (await home.Run(new Call("env", "web", "--all") { Environment = shell })).Ok().Stdout;

        Assert.Contains(lines, line => line.Contains("| GIVEN "));
        Assert.Contains(lines, line => Regex.IsMatch(line, @"\| OTHER +\| old +\| run "));
        Assert.DoesNotContain(lines, line => line.Contains("| SAME ") || line.Contains("| SHLVL ") || line.Contains("| PATH "));
        Assert.Matches("^[0-9]+ others are as in this shell: 'sentinel env web --all' shows them$", lines[^1]);
        Assert.Contains("| SAME ", all);
        Assert.DoesNotContain("in this shell", all);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_called_env_and_is_no_file_is_in_nobodys_way(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var folder = Directory.CreateDirectory(Path.Combine(home.Work, "folder", ".env")).Parent!.FullName;
        var pipe = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Work, "pipe")).FullName, ".env");
        using (var made = Process.Start(Needs.Program("mkfifo"), [pipe]))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);

        var quiet = (await home.Run("run", "--name", "folder", "--cwd", folder, "--", "sleep", "1000")).Ok();
        Assert.Empty(quiet.Stderr);
        var warned = (await home.Run("run", "--name", "pipe", "--cwd", "pipe", "--", "sleep", "1000")).Ok();
        Assert.Contains($"{pipe} cannot be read: it is not a regular file; it is left out", warned.Stderr);
        (await home.Run("restartall")).Ok();
        (await home.Run("env", "pipe")).Ok();
        Assert.Equal(2, home.Supervised().Count);

        // Asked for, it is another matter.
        foreach (var asked in new[] { pipe, Path.Combine(folder, ".env") })
            Assert.Contains(asked, (await home.Run("run", "sleep 1000", "--name", "third", "--env-file", asked)).Fails(1).Stderr);
        Assert.Equal(2, home.Supervised().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_sentinel_tells_cannot_be_told_otherwise_and_is_each_ones_own(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        string[] names = ["SENTINEL_ID", "SENTINEL_NAME", "SENTINEL_GROUP", "SENTINEL_COOKIE"];
        home.EnvFile("lies.env", [.. names.Select(name => $"{name}=lie")]);
        var lies = names.ToDictionary(name => name, string? (_) => "lie");

        // The command line itself runs as a supervised process, and runs another.
        var outer = new Call([
            "run", "--name", "outer", "--group", "g", "--env-file", "lies.env", "--",
            SentinelHome.Actor, "parent-of", SentinelHome.Binary, "run", "--name", "inner", "--", "sleep", "1000"])
        { Environment = lies };
        var first = (await home.Start(outer)).Process.Environment;
        await Wait.Until(async () => (await home.List()).Processes is [_, { State: "running" }], () => "the inner one runs");
        var second = Live.Find((await home.Show("inner")).Pid!.Value)!;

        Assert.Equal(["1", "outer", "g"], names[..3].Select(name => first[name]));
        Assert.Equal(["2", "inner", ""], names[..3].Select(name => second.Environment[name]));
        Assert.DoesNotContain("lie", first["SENTINEL_COOKIE"] + second.Environment["SENTINEL_COOKIE"]);
        Assert.NotEqual(first["SENTINEL_COOKIE"], second.Environment["SENTINEL_COOKIE"]);

        // Neither is part of the other.
        (await home.Run("stop", "outer")).Ok();
        Assert.Equal([second], home.Supervised());
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("日本 🎈 wörld")]
    [InlineData("line 1\nline 2\n")]
    [InlineData("a=b=c")]
    [InlineData("$HOME `id` 'x' \"y\" \\ #")]
    [InlineData("")]
    public async Task Values_arrive_exactly_as_they_are_now_and_after_a_restart(string value)
    {
        await using var home = new SentinelHome();
        (await home.Run("group", "create", "g", "--env", $"OF_GROUP={value}")).Ok();

        var web = await home.Sleeper("web", "--group", "g", "--env", $"OF_OPTION={value}");
        Assert.Equal((value, value), (web.Process.Environment["OF_GROUP"], web.Process.Environment["OF_OPTION"]));

        await home.StartDaemon();
        web = Started.Parse((await home.Run("restart", "web")).Ok().Stdout);
        Assert.Equal((value, value), (web.Process.Environment["OF_GROUP"], web.Process.Environment["OF_OPTION"]));
        Assert.Equal(value, (await home.Run("env", "web", "--reveal", "--json")).Ok().As<EnvironmentListing>()["OF_OPTION"].Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_secret_is_plain_to_read_in_what_is_kept_or_shown_and_only_the_owner_may(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        home.EnvFile("web.env", "C_KEY=secret-file");
        (await home.Run("group", "create", "g", "--env", "A_KEY=secret-group")).Ok();
        await home.Start(new Call("run", "--name", "web", "--group", "g", "--env", "B_TOKEN=secret-option", "--env-file", "web.env", "--port", "http", "--", "sleep", "1000")
        {
            Environment = One("D_PASSWORD", "secret-caller"),
        });
        (await home.Run("group", "set", "g", "--env", "A_KEY=secret-again")).Ok();
        (await home.Run("restart", "web")).Ok();

        var files = Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories).Except([home.LockFile, home.Socket, home.ApiSocket]).ToList();
        Assert.Contains(home.PreviousState, files);
        Assert.All(files, file => Assert.DoesNotContain("secret-", File.ReadAllText(file)));
        foreach (var file in new[] { home.StateFile, home.PreviousState })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        foreach (var look in (string[])["list", "status web", "why web", "events", "env web", "group list", "port list", "doctor", "wait web --for running"])
            foreach (var line in (string[])[look, $"{look} --json"])
            {
                var shown = (await home.Run(line.Split(' '))).Ok();
                Assert.NotEmpty(shown.Stdout);
                Assert.DoesNotContain("secret-", shown.Stdout + shown.Stderr);
            }
    }

    private static Dictionary<string, string?> One(string name, string value) => new() { [name] = value };
}
