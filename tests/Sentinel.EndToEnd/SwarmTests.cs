using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>A project on a real Docker Swarm of two machines; see <see cref="SwarmMachines"/>.</summary>
public sealed class SwarmTests(SwarmMachines swarm) : IClassFixture<SwarmMachines>, IAsyncDisposable
{
    private readonly SentinelHome _home = new();

    private bool _isOurs;

    public async ValueTask DisposeAsync()
    {
        await _home.DisposeAsync();
        if (!_isOurs)
            return;
        try
        {
            // The next test begins with nothing of this one.
            await Wait.Until(
                async () => await swarm.Docker("stack", "ls", "--format", "{{.Name}}") is not { Length: > 0 } left
                    || (await swarm.TryDocker(["stack", "rm", .. left.Split('\n', StringSplitOptions.RemoveEmptyEntries)])).ExitCode == 0,
                () => "nothing is left");
        }
        finally
        {
            swarm.Release();
        }
    }

    [Fact]
    public async Task A_project_comes_up_and_is_seen_with_its_machines_and_logs()
    {
        await Project("seen", Web("echo hello from $SENTINEL_INSTANCE"));

        var planned = await Run("plan", "--exit-code");
        var up = (await Run("up")).Ok();
        var list = (await Run("list")).Ok().Stdout;
        var logs = (await Run("logs", "web", "--lines", "5")).Ok().Stdout;

        Assert.Equal(3, planned.ExitCode);
        Assert.Contains("+ web: new\n1 new, 0 to change, 0 to remove, 0 unchanged\n", up.Stdout);
        Assert.EndsWith("web is running: 2/2 on a, b\n", up.Stdout);
        Assert.Contains("| web  | running |   2/2 | a, b  | base:1 |", list);
        Assert.Contains("hello from 1\n", logs);
        Assert.Contains("hello from 2\n", logs);
        Assert.All(logs.TrimEnd('\n').Split('\n'), line => Assert.StartsWith("seen_web.", line));
        Assert.Equal(0, (await Run("plan", "--exit-code")).ExitCode);
        Assert.EndsWith("0 new, 0 to change, 0 to remove, 1 unchanged\nweb is running: 2/2 on a, b\n", (await Run("up")).Ok().Stdout);
    }

    [Fact]
    public async Task It_is_scaled_stopped_started_and_restarted()
    {
        await Project("changed", Web("echo hello"));
        (await Run("up")).Ok();

        Assert.Equal("Scaled web\nweb is running: 3/3 on a, b\n", (await Run("scale", "web", "+1")).Ok().Stdout);
        var before = await Tasks("web");
        Assert.Equal("Stopped web\nweb is stopped\n", (await Run("stop", "web")).Ok().Stdout);
        Assert.Equal("web is stopped already\n", (await Run("stop", "web")).Ok().Stdout);
        Assert.StartsWith("~ web: it is stopped, and has 2 in the file\n", (await Run("plan")).Ok().Stdout);
        Assert.Equal("Started web\nweb is running: 3/3 on a, b\n", (await Run("start", "web")).Ok().Stdout);
        var started = await Tasks("web");
        Assert.Equal("Restarted web\nweb is running: 3/3 on a, b\n", (await Run("restart", "changed/web")).Ok().Stdout);
        var restarted = await Tasks("web");

        Assert.Equal([3, 3, 3], [before.Count, started.Count, restarted.Count]);
        Assert.Empty(before.Intersect(started));
        Assert.Empty(started.Intersect(restarted));
    }

    [Fact]
    public async Task An_update_that_never_gets_healthy_is_rolled_back_and_told()
    {
        await Project("rolled", Web("echo hello"));
        (await Run("up")).Ok();
        await Project("rolled", Web("echo sick") + "health-exec = \"false\"\nhealth-interval = 1\nhealth-failures = 1\nhealth-start-period = 0\n");

        var up = (await Run("up")).Fails(1);
        var list = (await Run("list")).Ok().Stdout;

        Assert.Contains("~ web: its settings\n", up.Stdout);
        Assert.StartsWith("Error: web was rolled back: rollback completed; web.", up.Stderr);
        Assert.Contains("unhealthy container", up.Stderr);
        Assert.Contains("| web  | rolled back |   2/2 |", list);
        Assert.Equal(3, (await Run("plan", "--exit-code")).ExitCode);
    }

    [Fact]
    public async Task What_cannot_start_is_told_in_the_words_of_docker()
    {
        await Project("failing", Web("echo hello").Replace(SwarmMachines.Image, "nosuch:1"));

        var failed = (await Run("up")).Fails(1);

        Assert.Matches(@"(?m)^Error: web failed: web\.[12] on [ab]: No such image: nosuch:1$", failed.Stderr);
    }

    [Fact]
    public async Task What_is_not_ready_in_time_is_left_as_it_is()
    {
        await Project("slow", Web("echo hello") + "health-exec = \"false\"\nhealth-interval = 100\nhealth-start-period = 100\n");

        var up = await Run("up", "--timeout", "0");

        Assert.Equal(124, up.ExitCode);
        Assert.StartsWith("Error: web is not ready after 0 s (0/2); it is left as it is", up.Stderr);
    }

    [Fact]
    public async Task What_ends_right_after_its_start_is_not_ready()
    {
        await Project("crashing", Web("echo hello").Replace("while true;", "exit 3; while true;"));

        var up = await Run("up", "--timeout", "10");

        Assert.Equal(124, up.ExitCode);
        Assert.DoesNotContain("web is running", up.Stdout);
        Assert.Matches(@"^Error: web is not ready after 10 s \(\d/2\); it is left as it is; Docker Swarm says: web\.[12] on [ab]: task: non-zero exit \(3\)\n$", up.Stderr);
    }

    [Fact]
    public async Task A_secret_that_is_not_there_is_told_and_nothing_is_changed()
    {
        await Project("secretive", Web("echo hello") + "secret = { TOKEN = \"file:none\" }\n");

        var refused = (await Run("up")).Fails(1);

        Assert.EndsWith("\nError: the secret secretive_web_TOKEN is not there; 'docker secret create secretive_web_TOKEN FILE' makes it\n", refused.Stderr);
        Assert.Equal("", refused.Stdout);
        Assert.Equal("Nothing of secretive is there; 'sentinel up --on swarm' brings it up\n", (await Run("list")).Ok().Stdout);
    }

    [Fact]
    public async Task A_secret_goes_with_its_project_and_a_new_value_replaces_the_tasks()
    {
        await Project("trusted", Web("echo has ${#TOKEN} of $LEVEL") + "secret = { TOKEN = \"file:token\" }\nenv-file = \"web.env\"\n");
        var (token, variables) = (Path.Combine(_home.Work, "token"), Path.Combine(_home.Work, "web.env"));
        await File.WriteAllTextAsync(token, "s3cr3t\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(variables, "LEVEL=high\n", TestContext.Current.CancellationToken);

        (await Run("up")).Ok();
        var first = await Logs("has 6 of high");
        await File.WriteAllTextAsync(token, "l0nger s3cr3t\n", TestContext.Current.CancellationToken);
        var plan = (await Run("plan")).Ok().Stdout;
        (await Run("up")).Ok();
        var second = await Logs("has 13 of high");
        await File.WriteAllTextAsync(variables, "LEVEL=low\n", TestContext.Current.CancellationToken);
        var ofFile = (await Run("plan")).Ok().Stdout;
        var seen = await swarm.Docker("service", "inspect", "trusted_web") + await swarm.Docker("secret", "ls") + first + second;
        (await Run("down")).Ok();

        Assert.StartsWith("~ web: its settings\n", plan);
        Assert.StartsWith("~ web: its settings\n", ofFile);
        Assert.DoesNotContain("s3cr3t", seen);
        Assert.Equal("", await swarm.Docker("secret", "ls", "--quiet"));
    }

    [Fact]
    public async Task A_limit_holds_and_what_was_exported_and_applied_is_what_the_file_says()
    {
        await Project("limited", Web("cat /sys/fs/cgroup/memory/memory.limit_in_bytes") + "memory-max = \"64M\"\n");
        var exported = (await _home.Run("export", "swarm")).Stdout;
        var file = Path.Combine(_home.Work, "stack.yaml");
        await File.WriteAllTextAsync(file, exported, TestContext.Current.CancellationToken);
        await swarm.Docker("stack", "deploy", "--resolve-image", "never", "--compose-file", file, "limited");

        await Logs("67108864");

        Assert.Equal(0, (await Run("plan", "--exit-code")).ExitCode);
        Assert.EndsWith("0 new, 0 to change, 0 to remove, 1 unchanged\nweb is running: 2/2 on a, b\n", (await Run("up")).Ok().Stdout);
        Assert.Equal(exported, (await _home.Run("export", "swarm")).Stdout);
    }

    [Fact]
    public async Task With_the_files_of_its_machine_a_process_runs_what_that_has()
    {
        await Project("hosted", $"""
            [process.web]
            image = "{SwarmMachines.Image}"
            run = "/bin/sh -c 'cat own.txt; pwd; exec sleep 1000'"
            before = "echo before"
            restart = true
            restart-delay = 1
            stop-timeout = 1

            """);
        await File.WriteAllTextAsync(Path.Combine(_home.Work, "own.txt"), "a file of the machine\n", TestContext.Current.CancellationToken);

        var up = (await Run("up", "--host-files")).Ok();

        Assert.StartsWith("Warning: with --host-files each container has all files of its machine, and the rights of root there;", up.Stderr);
        var logs = await Logs("a file of the machine");
        Assert.Contains($" {_home.Work}\n", logs);
        Assert.Contains(" before\n", logs);
        Assert.Equal(0, (await Run("plan", "--host-files", "--exit-code")).ExitCode);
    }

    [Fact]
    public async Task What_ran_on_a_lost_machine_is_unknown_and_may_run_twice()
    {
        await Project("lost", Web("echo hello"));
        (await Run("up")).Ok();
        Outcome status;
        await swarm.LoseWorker();
        try
        {
            status = (await Run("status", "web")).Ok();
            await Wait.Until(async () => (await Run("list")).Stdout.Contains("|   2/2 |"), () => "it is replaced");
            Assert.Matches(@"Warning: b does not answer; what ran there may still run, and so twice once it is replaced: web\.[12]\n", (await Run("list")).Stderr);
        }
        finally
        {
            await swarm.BringWorkerBack();
        }

        Assert.Matches(@"\| web\.[12] \| b +\| unknown ", status.Stdout);
        Assert.DoesNotMatch(@"\| b +\| running ", status.Stdout);
        // What ran twice is ended by the manager, once it sees it again.
        await Wait.Until(async () => (await Run("list")) is { Stderr: "", Stdout: var list } && list.Contains("|   2/2 |"), () => "nothing is unknown any more");
    }

    [Fact]
    public async Task A_drained_machine_is_left_by_what_runs()
    {
        await Project("drained", Web("echo hello"));
        (await Run("up")).Ok();
        await swarm.Docker("node", "update", "--availability", "drain", "b");
        try
        {
            await Wait.Until(async () => (await Run("list")).Stdout.Contains("| web  | running |   2/2 | a     |"), () => "all of it runs on a");
        }
        finally
        {
            await swarm.Docker("node", "update", "--availability", "active", "b");
        }
    }

    [Fact]
    public async Task What_others_made_is_neither_changed_nor_removed()
    {
        await Project("shared", Web("echo hello"));
        await swarm.Docker("service", "create", "--detach", "--no-resolve-image", "--name", "shared_api", "--label", "com.docker.stack.namespace=shared", SwarmMachines.Image, "sleep", "1000");
        var api = Web("echo hello").Replace("[process.web]", "[process.api]");

        (await Run("up")).Ok();
        await Project("shared", Web("echo hello") + api);
        var refused = (await Run("up")).Fails(1);
        await Project("shared", api.Replace("[process.api]", "[process.other]"));
        var renamed = (await Run("up")).Ok();
        var down = (await Run("down")).Ok();

        Assert.Equal("Error: shared_api is there, and was not made by sentinel; nothing is changed, so remove it or rename the process\n", refused.Stderr);
        Assert.Contains("- web: not in the file any more\n", renamed.Stdout);
        Assert.Equal("Removed 1 service of shared\n", down.Stdout);
        Assert.Equal("shared_api", (await swarm.Docker("service", "ls", "--filter", "name=shared_", "--format", "{{.Name}}")).Trim());
        await swarm.Docker("service", "rm", "shared_api");
    }

    private static string Web(string does) => $"""
        [process.web]
        image = "{SwarmMachines.Image}"
        run = "/bin/sh -c 'while true; do {does}; sleep 1; done'"
        instances = 2
        restart = true
        restart-delay = 1
        stop-timeout = 1

        """;

    private async Task Project(string name, string processes)
    {
        if (!_isOurs)
            await swarm.Take();
        _isOurs = true;
        await File.WriteAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), $"name = \"{name}\"\n\n{processes}");
    }

    private async Task<string> Logs(string wanted)
    {
        var logs = "";
        await Wait.Until(async () => (logs = (await Run("logs", "web", "--lines", "20")).Ok().Stdout).Contains(wanted), () => $"it says '{wanted}': {logs}");
        return logs;
    }

    private Task<Outcome> Run(params string[] arguments) => _home.Run(new Call([.. arguments, "--on", "swarm"]) { Environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = swarm.Host } });

    private async Task<List<string>> Tasks(string name)
    {
        var service = JsonNode.Parse((await Run("status", name, "--json")).Ok().Stdout)!["services"]![0]!;
        return [.. service["tasks"]!.AsArray().Where(task => (string)task!["state"]! == "running").Select(task => (string)task!["id"]!)];
    }
}
