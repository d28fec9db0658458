using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class RunTests
{
    [Fact]
    public async Task Run_starts_a_program_in_the_background_and_says_its_id_and_pid()
    {
        await using var home = new SentinelHome();

        var run = (await home.Run("run", "sleep 1000", "--name", "web")).Ok();

        Assert.Matches(@"^Started web \(id: 1, pid: \d+\)\n$", run.Stdout);
        Assert.Empty(run.Stderr);
        Assert.Equal(["sleep", "1000"], Started.Parse(run.Stdout).Process.Arguments);
    }

    [Theory]
    [InlineData("sleep 1000")]
    [InlineData("sleep '1000'")]
    [InlineData("\"sleep\"   10\\00")]
    public async Task A_line_without_shell_syntax_becomes_the_program_itself(string line)
    {
        await using var home = new SentinelHome();

        var started = await home.Start(new Call("run", line));

        Assert.Equal(["sleep", "1000"], started.Process.Arguments);
    }

    [Theory]
    [InlineData("sleep 1000; true")]
    [InlineData("sleep $((500 + 500))")]
    [InlineData("X=1000; sleep $X")]
    [InlineData("sleep 1000 > /dev/null")]
    public async Task A_line_with_shell_syntax_is_given_to_a_shell(string line)
    {
        await using var home = new SentinelHome();

        var started = await home.Start(new Call("run", line, "--name", "shell"));

        var shown = await home.Show("shell");
        Assert.True(shown.Shell);
        Assert.Equal(line, shown.Command);
        Assert.Equal(["/bin/sh", "-c", line], shown.Arguments);
        await Wait.Until(() => home.Supervised().Any(process => process.Arguments is ["sleep", "1000"]), "the shell runs it");
        Assert.True(started.Process.IsAlive);
    }

    [Fact]
    public async Task Several_arguments_arrive_exactly_as_they_are()
    {
        await using var home = new SentinelHome();
        string[] arguments = ["", " ", "a b", "$HOME", "`id`", "; rm -rf x", "*", "'", "\"", "\\", "日本 🎈", "two\nlines", "--name", "-x"];

        await home.Start("args", [SentinelHome.Actor, "describe", .. arguments]);

        var arrived = (await Description(home, "args"))["arguments"]!.AsArray();
        Assert.Equal(arguments, arrived.Select(argument => (string)argument!));
        string[] listed = (await home.Show("args")).Arguments;
        Assert.Equal([SentinelHome.Actor, "describe", .. arguments], listed);
    }

    [Fact]
    public async Task An_argument_of_100_KB_arrives_whole_now_and_after_a_restart()
    {
        await using var home = new SentinelHome();
        var argument = string.Concat(Enumerable.Range(0, 100_000).Select(i => (char)('a' + (i % 26))));

        var first = await home.Start("long", "sleep", "1000", argument.Replace("a", "0"));
        var line = await home.Start(new Call("run", $"sh -c 'exec sleep 1000' '{argument}'", "--name", "line"));
        await home.Start("actor", SentinelHome.Actor, "describe", argument);
        await Description(home, "actor");
        (await home.Run("restart", "actor", "line")).Ok();

        Assert.Equal(argument, (string?)(await Description(home, "actor", times: 2))["arguments"]![0]);
        Assert.EndsWith(argument + "'", (await home.Show("line")).Command);
    }

    [Theory]
    [InlineData("no-such-program", "no-such-program")]
    [InlineData("./not-executable", "not-executable")]
    [InlineData("./folder", "folder")]
    [InlineData("./bad-interpreter", "bad-interpreter")]
    public async Task What_cannot_be_executed_is_an_error_at_once_and_nothing_is_registered(string program, string named)
    {
        await using var home = new SentinelHome();
        File.WriteAllText(Path.Combine(home.Work, "not-executable"), "#!/bin/sh\n");
        Directory.CreateDirectory(Path.Combine(home.Work, "folder"));
        Executable(home, "bad-interpreter", "#!/no/such/interpreter\n");

        foreach (Call run in (Call[])[new("run", program), new("run", "--", program, "argument")])
        {
            var failed = (await home.Run(run)).Fails(1);
            Assert.Contains(named, failed.Stderr);
            Assert.Empty(failed.Stdout);
        }

        Assert.Empty((await home.List()).Processes);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task A_script_that_does_not_name_its_interpreter_is_run_by_a_shell()
    {
        await using var home = new SentinelHome();
        Executable(home, "script", "echo \"got $1\"; exec sleep 1000\n");

        await home.Start("script", "./script", "an argument");

        await home.Says("script", "got an argument");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("file")]
    public async Task A_working_directory_that_is_none_is_an_error_at_once(string folder)
    {
        await using var home = new SentinelHome();
        File.WriteAllText(Path.Combine(home.Work, "file"), "");

        var run = await home.Run("run", "sleep 1000", "--cwd", folder);

        Assert.Contains(Path.Combine(home.Work, folder), run.Fails(1).Stderr);
        Assert.Empty((await home.List()).Processes);
    }

    [Fact]
    public async Task It_runs_in_the_folder_of_the_caller_or_the_one_that_is_given()
    {
        await using var home = new SentinelHome();
        var below = Directory.CreateDirectory(Path.Combine(home.Work, "below")).FullName;

        var here = await home.Start("here", "sleep", "1000");
        var there = await home.Start(new Call("run", "sleep 1000", "--name", "there", "--cwd", "below"));

        Assert.Equal(home.Work, here.Process.Folder);
        Assert.Equal(below, there.Process.Folder);
        Assert.Equal(below, (await home.Show("there")).WorkingDirectory);
    }

    [Fact]
    public async Task A_program_given_by_a_relative_path_is_found_from_its_working_directory()
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(Path.Combine(home.Work, "below"));
        Executable(home, "below/server", "#!/bin/sh\nexec sleep 1000\n");

        await home.Start(new Call("run", "./server", "--cwd", "below"));
    }

    [Fact]
    public async Task It_gets_the_environment_of_the_caller_and_who_it_is_and_nothing_more()
    {
        await using var home = new SentinelHome();
        var caller = new Dictionary<string, string?> { ["GREETING"] = "hello = wörld\nagain", ["EMPTY"] = "", ["LANG"] = null };

        var started = await home.Start(new Call("run", "sleep 1000") { Environment = caller });

        var environment = started.Process.Environment;
        Assert.Equal("hello = wörld\nagain", environment["GREETING"]);
        Assert.Equal("", environment["EMPTY"]);
        Assert.Equal(home.Folder, environment["SENTINEL_HOME"]);
        Assert.NotEmpty(environment["SENTINEL_COOKIE"]);
        string[] expected = ["PATH", "DOTNET_ROOT", "DOTNET_EnableDiagnostics", "HOME", "GREETING", "EMPTY", "SENTINEL_HOME", "SENTINEL_COOKIE", "SENTINEL_ID", "SENTINEL_NAME", "SENTINEL_GROUP"];
        Assert.Empty(environment.Keys.Except(expected));
    }

    [Fact]
    public async Task It_starts_clean_whatever_the_caller_had_ignored_blocked_or_open()
    {
        await using var home = new SentinelHome();
        string[] through =
        [
            "env", "--ignore-signal=INT,TERM,HUP,USR1", "--block-signal=USR2,CHLD",
            "setsid", "--wait", .. Call.AfterShell("umask 027; exec 7</etc/passwd;"),
        ];

        var started = (await home.Start(new Call("run", "sleep 1000", "--name", "clean") { Through = through })).Process;

        Assert.Equal(started.Pid, started.Session);
        Assert.Equal(0u, Convert.ToUInt64(started.Status("SigIgn"), 16));
        Assert.Equal(0u, Convert.ToUInt64(started.Status("SigBlk"), 16));
        Assert.Equal("0027", started.Status("Umask"));
        Assert.Equal(
            new SortedDictionary<int, string> { [0] = "/dev/null", [1] = home.Stdout("clean"), [2] = home.Stderr("clean") },
            started.Descriptors);
    }

    [Fact]
    public async Task It_starts_as_well_when_the_caller_has_closed_all_his_streams()
    {
        await using var home = new SentinelHome();

        (await home.Run(new Call("run", "sleep 1000", "--name", "web") { Through = Call.AfterShell("exec <&- >&- 2>&-;") })).Ok();

        var web = await home.Show("web");
        Assert.Equal("running", web.State);
        Assert.Equal(
            new SortedDictionary<int, string> { [0] = "/dev/null", [1] = home.Stdout("web"), [2] = home.Stderr("web") },
            Live.Find(web.Pid!.Value)!.Descriptors);
    }

    [Fact]
    public async Task It_outlives_the_terminal_that_it_was_started_in()
    {
        Terminal.Need();
        await using var home = new SentinelHome();

        var run = await home.Start(Terminal.Call(80, "run", "sleep 1000"));

        Assert.True(run.Process.IsAlive);
        Assert.Equal(run.Pid, run.Process.Session);
    }

    [Fact]
    public async Task What_it_prints_is_in_its_log_files()
    {
        await using var home = new SentinelHome();

        await home.Start("lines", SentinelHome.Actor, "lines", "2", "1");

        await home.Says("lines", "line 2");
        await Wait.Until(() => File.ReadAllText(home.Stderr("lines")) == "error 1\n", "stderr is logged");
        Assert.Equal("line 1\nline 2\n", File.ReadAllText(home.Stdout("lines")));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("exit 3")]
    public async Task One_that_exits_at_once_was_started_and_is_not_shown_as_running(string line)
    {
        await using var home = new SentinelHome();

        var started = await home.Start(new Call("run", line, "--name", "short"));

        await Wait.Until(() => Live.Find(started.Pid) is null, "it has ended");
        var shown = await home.Show("short");
        Assert.Contains(shown.State, (string[])["exited", "crashed"]);
        Assert.Null(shown.Pid);
        Assert.Equal(started.Pid, shown.LastRun!.Pid);
    }

    [Fact]
    public async Task Restart_without_a_daemon_is_warned_about()
    {
        await using var home = new SentinelHome();

        var run = (await home.Run("run", "sleep 1000", "--name", "web", "--restart")).Ok();

        Assert.Matches(@"^Started web \(id: 1, pid: \d+\)\n$", run.Stdout);
        Assert.Equal(
            """
            Warning: Restart flag set but daemon is not running. Restarts will only happen
            when you run other sentinel commands.
              Run 'sentinel daemon start' for continuous monitoring.

            """,
            run.Stderr);
    }

    [Fact]
    public async Task With_json_it_says_what_it_started_and_nothing_else()
    {
        await using var home = new SentinelHome();

        var report = (await home.Run("run", "sleep 1000", "--name", "web", "--json")).Ok().As<Report>();

        var result = Assert.Single(report.Results);
        Assert.Equal((1, true, "started", "web"), (result.Id, result.Ok, result.Outcome, result.Name));
        Assert.Equal(["sleep", "1000"], Live.Find(result.Pid!.Value)!.Arguments);
    }

    private static async Task<JsonNode> Description(SentinelHome home, string name, int times = 1)
    {
        await home.Says(name, "{", times);
        await Wait.Until(() => File.ReadAllText(home.Stdout(name)).EndsWith("}\n", StringComparison.Ordinal), "the description is whole");
        return JsonNode.Parse(File.ReadAllLines(home.Stdout(name))[^1])!;
    }

    private static void Executable(SentinelHome home, string name, string content) => Scripts.Write(Path.Combine(home.Work, name), content);
}
