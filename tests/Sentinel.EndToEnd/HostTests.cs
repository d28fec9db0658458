using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Commands for other machines, over a real ssh: see <see cref="SshMachines"/>.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task Processes_of_several_machines_are_run_listed_and_stopped_together()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2);
        var started = (await machines.Run("run", "sleep 1000", "--name", "web", "--host", "m1,root@m2")).Ok().Lines;
        Assert.Contains(started, line => line.StartsWith("m1 | Started web", StringComparison.Ordinal));
        Assert.Contains(started, line => line.StartsWith("m2 | Started web", StringComparison.Ordinal));

        var listed = (await machines.Run("--host", "m1,m2", "list")).Ok().Stdout;
        Assert.Matches(@"\| HOST \| ID \| NAME", listed);
        Assert.Matches(@"\| m1   \|  1 \| web  \|.*running", listed);
        Assert.Matches(@"\| m2   \|  1 \| web  \|.*running", listed);
        // Nothing of it is here.
        Assert.Contains("No processes", (await home.Run("list")).Ok().Stdout);

        var json = JsonNode.Parse((await machines.Run("stop", "web", "--json", "--host=m1,m2")).Ok().Stdout)!["hosts"]!.AsArray();
        Assert.Equal(["m1", "m2"], json.Select(host => (string)host!["host"]!));
        Assert.All(json, host => Assert.Equal("web", (string)host!["output"]!["results"]![0]!["name"]!));
    }

    [Fact]
    public async Task What_one_machine_says_is_said_as_it_is_with_its_exit_code()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 1);
        // Nobody else sees how it ends.
        (await machines.Run("daemon", "start", "--host", "m1")).Ok();
        (await machines.Run("run", "--host", "m1", "--name", "job", "--", "sh", "-c", "echo 'two  words'; exit 7")).Ok();
        var waited = await machines.Run("wait", "job", "--host", "m1");
        Assert.Equal(7, waited.ExitCode);
        Assert.Equal("two  words\n", (await machines.Run("logs", "job", "--raw", "--host", "m1")).Ok().Stdout);
        var missing = await machines.Run("status", "other", "--host", "m1");
        Assert.Equal(1, missing.ExitCode);
        Assert.StartsWith("Error: there is no process named 'other'", missing.Stderr);
    }

    [Fact]
    public async Task The_variable_names_machines_where_no_option_does_and_a_server_keeps_its_own_option()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 1);
        var call = machines.Call("run", "--name", "vite", "sleep", "1000", "--host", "0.0.0.0");
        var refused = await home.Run(call with { Environment = new Dictionary<string, string?>(call.Environment) { ["SENTINEL_HOST"] = "m1" } });
        refused.Ok();
        var command = (await machines.Run("list", "--json", "--host", "m1")).Ok().Stdout;
        Assert.Contains("sleep 1000 --host 0.0.0.0", command);
        // Files of this machine are those of this machine.
        var local = machines.Call("schema");
        Assert.Contains("$schema", (await home.Run(local with { Environment = new Dictionary<string, string?>(local.Environment) { ["SENTINEL_HOST"] = "m1" } })).Ok().Stdout);
    }

    [Fact]
    public async Task What_a_shell_says_at_its_start_disturbs_nothing()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 1);
        // The login shell of a user may be one that reads it for each command, and one that does not: either way a line of it comes first.
        var noisy = Path.Combine(home.Root, "noisy");
        File.WriteAllText(noisy, $"#!/bin/sh\necho 'Welcome to this machine'; printf '\\0\\1noise'; echo 'and errors' >&2\nexec ssh \"$@\"\n");
        File.SetUnixFileMode(noisy, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var call = machines.Call("list", "--host", "m1", "--json");
        var listed = await home.Run(call with { Environment = new Dictionary<string, string?> { ["SENTINEL_SSH"] = $"{noisy}{call.Environment["SENTINEL_SSH"]![3..]}" } });
        Assert.Equal(0, (int)JsonNode.Parse(listed.Ok().Stdout)!["hosts"]![0]!["exitCode"]!);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_reached_is_one_line_and_the_others_are_shown()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2);
        (await machines.Run("run", "sleep 1000", "--name", "web", "--host", "m1")).Ok();
        await machines.TurnOff(2);
        var listed = await machines.Run("list", "--host", "m1,m2");
        Assert.Equal(1, listed.ExitCode);
        Assert.Contains("| web  |", listed.Stdout);
        Assert.Matches("^Error: m2: ssh: connect to host .*\n$", listed.Stderr);
        var stopped = await machines.Run("stop", "web", "--host", "m1,m2", "--json");
        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("ssh: connect", (string)JsonNode.Parse(stopped.Stdout)!["hosts"]![1]!["error"]!);
    }

    [Theory]
    [InlineData("m1,,m2", "there is no name of a machine")]
    [InlineData("-oProxyCommand=touch", "would be an option of ssh")]
    [InlineData("m1;reboot", "cannot be a machine")]
    public async Task What_cannot_be_a_machine_is_refused(string hosts, string why)
    {
        await using var home = new SentinelHome();
        var refused = await home.Run("list", $"--host={hosts}");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(why, refused.Stderr);
    }

    [Fact]
    public async Task A_machine_without_sentinel_or_with_one_that_is_too_old_says_so()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 1, withSentinel: false);
        var missing = await machines.Run("list", "--host", "m1");
        Assert.Equal(1, missing.ExitCode);
        Assert.Equal("Error: m1: there is no sentinel; 'sentinel deploy' brings it there\n", missing.Stderr);

        var old = Path.Combine(Directory.CreateDirectory(Path.Combine(machines.HomeOf(1), ".local/bin")).FullName, "sentinel");
        File.WriteAllText(old, "#!/bin/sh\necho \"Error: there is no command 'relay'\" >&2; exit 2\n");
        File.SetUnixFileMode(old, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.StartsWith("Error: m1: its sentinel is too old", (await machines.Run("list", "--host", "m1")).Stderr);
    }

    [Theory]
    [InlineData("Restarted slow")]
    [InlineData("\"outcome\": \"restarted\"", "--json")]
    public async Task After_a_cut_connection_it_is_asked_what_became_of_it_and_nothing_is_done_twice(string done, params string[] options)
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 1);
        var end = Path.Combine(home.Root, "end");
        (await machines.Run(
            "run", "--host", "m1", "--name", "slow", "--stop-timeout", "100", "--", "sh", "-c",
            $"trap 'while [ ! -e {end} ]; do sleep 0.1; done; exit 0' TERM; echo ready; while :; do sleep 0.1; done")).Ok();
        await Wait.Until(() => File.Exists(machines.Log(1, "slow")) && File.ReadAllText(machines.Log(1, "slow")) == "ready\n", "it has begun");
        var restart = home.Begin(machines.Call(["restart", "slow", "--host", "m1", .. options]));
        await Wait.Until(() => File.ReadAllText(Path.Combine(machines.SentinelHomeOf(1), "state.json")).Contains("stopping"), "it is being stopped");
        machines.Cut(1);
        File.WriteAllText(end, "");
        var restarted = (await restart.Finish()).Ok();
        Assert.Equal(2, restarted.Stdout.Split(done).Length);
        var runs = (int)JsonNode.Parse((await machines.Run("list", "--json", "--host", "m1")).Ok().Stdout)!["hosts"]![0]!["output"]!["processes"]![0]!["run"]!;
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Logs_of_several_machines_are_followed_and_nothing_is_left_there_when_that_ends()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2);
        (await machines.Run("run", "--host", "m1,m2", "--name", "clock", "--", "sh", "-c", "while :; do date; sleep 0.2; done")).Ok();
        var following = home.Begin(machines.Call("logs", "clock", "--follow", "--json", "--host", "m1,m2"));
        await following.Prints("{\"host\":\"m1\",");
        await following.Prints("{\"host\":\"m2\",");
        Assert.All(following.Stdout.Split('\n').SkipLast(1), line => Assert.Equal("clock", (string)JsonNode.Parse(line)!["process"]!));
        following.Signal(Signals.Kill);
        await Wait.Until(() => home.Commands().Count == 0, "no command is left on any machine");
    }

    [Fact]
    public async Task A_project_runs_on_each_machine_what_is_for_it()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2);
        File.WriteAllText(Path.Combine(home.Work, "sentinel.toml"), """
            name = "shop"
            [hosts]
            front = ["m1"]
            back = "m2"
            [process.api]
            run = "sleep 1000"
            hosts = "front"
            needs = ["db"]
            [process.db]
            run = "sleep 1000"
            hosts = ["back"]
            [process.log]
            run = "sleep 1000"
            """);
        Assert.Contains("db does not run on all machines that api runs on", (await home.Run("check")).Ok().Stderr);
        var plan = (await machines.Run("plan", "--host", "all")).Ok().Lines;
        Assert.Contains(plan, line => line.StartsWith("m1 |", StringComparison.Ordinal) && line.Contains("+ api"));
        Assert.DoesNotContain(plan, line => line.StartsWith("m1 |", StringComparison.Ordinal) && line.Contains("+ db"));
        (await machines.Run("up", "--host", "all")).Ok();
        var listed = (await machines.Run("ps", "--host", "all")).Ok().Stdout;
        Assert.Matches(@"m1 +\| shop/api +\| running", listed);
        Assert.Matches(@"m2 +\| shop/db +\| running", listed);
        Assert.DoesNotMatch(@"m2 +\| shop/api", listed);
        (await machines.Run("down", "--host", "front,back")).Ok();
        Assert.DoesNotContain("running", (await machines.Run("ps", "--host", "all")).Ok().Stdout);

        File.AppendAllText(Path.Combine(home.Work, "sentinel.toml"), "\nhosts = \"frnt\"\n");
        var wrong = await machines.Run("up", "--host", "all");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("[hosts] has no 'frnt'; did you mean 'front'?", wrong.Stderr);
    }

    [Fact]
    public async Task A_project_is_deployed_changed_and_rolled_back()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2, withSentinel: false);
        var file = Path.Combine(home.Work, "sentinel.toml");
        void Write(string run) => File.WriteAllText(file, $"name = \"shop\"\n[process.api]\nrun = {run}\n");
        Write("""["sh", "-c", "cat greeting; echo release $SENTINEL_RELEASE; exec sleep 1000"]""");
        File.WriteAllText(Path.Combine(home.Work, "greeting"), "hello\n");

        var first = (await machines.Run("deploy", "m1,m2", "--rolling")).Ok();
        Assert.Contains(first.Lines, line => line.StartsWith("m1 | Copied ", StringComparison.Ordinal));
        Assert.Contains("m2 | Release 1", first.Lines);
        await Wait.Until(() => File.Exists(machines.Log(1, "shop/api")) && File.ReadAllText(machines.Log(1, "shop/api")) == "hello\nrelease 1\n", "the first release runs");

        File.WriteAllText(Path.Combine(home.Work, "greeting"), "good day\n");
        var second = (await machines.Run("deploy", "m1,m2")).Ok();
        Assert.DoesNotContain("Copied", second.Stdout);
        await Wait.Until(() => File.ReadAllText(machines.Log(2, "shop/api")).EndsWith("good day\nrelease 2\n", StringComparison.Ordinal), "the second release runs");

        Write("""["sh", "-c", "exit 3"]""");
        var failed = await machines.Run("deploy", "m1,m2", "--rolling");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("m2: nothing was changed, because m1 is not ready.", failed.Stderr);
        Assert.Contains("m1 | Release 3", failed.Lines);
        Assert.DoesNotContain(failed.Lines, line => line.StartsWith("m2", StringComparison.Ordinal));

        (await machines.Run("deploy", "m1", "--rollback")).Ok();
        await Wait.Until(() => File.ReadAllText(machines.Log(1, "shop/api")).EndsWith("good day\nrelease 2\n", StringComparison.Ordinal), "the release before runs again");
        Assert.Contains("| running", (await machines.Run("list", "--host", "m1")).Ok().Stdout);
    }

    [Fact]
    public async Task The_page_of_another_machine_is_shown_here()
    {
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 1);
        var web = home.Begin(machines.Call("web", "--host", "m1"));
        await web.Prints("http://127.0.0.1:");
        var address = web.Stdout.Split('\n').First(line => line.Contains("127.0.0.1:")).Split(' ').First(word => word.StartsWith("http", StringComparison.Ordinal)).Split('#')[0];
        using var client = new HttpClient();
        Assert.Contains("<title>Sentinel", await client.GetStringAsync(address, TestContext.Current.CancellationToken));
        web.Signal(Signals.Kill);
    }
}
