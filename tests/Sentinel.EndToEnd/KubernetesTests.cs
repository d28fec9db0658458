using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>
/// A project on a real cluster of Kubernetes: the one that <c>KUBECONFIG</c> names, in namespaces of its own.
/// </summary>
public sealed class KubernetesTests : IAsyncDisposable
{
    // The image has sh, sleep, cat, wget and httpd. A node is lost and brought back by commands for a shell, which get its name as $1.
    private const string Wanted = "SENTINEL_KUBERNETES", Yes = "1", Image = "SENTINEL_KUBERNETES_IMAGE", Lose = "SENTINEL_KUBERNETES_LOSE", BringBack = "SENTINEL_KUBERNETES_BRING_BACK";

    private static readonly string[] Kinds = ["deployments", "jobs", "services", "configmaps", "secrets"];

    // While a node is lost, nothing else is to be seen.
    private static readonly SemaphoreSlim Turn = new(1);

    private readonly SentinelHome _home = new();

    private bool _hasTurn;
    private string? _namespace;

    public async ValueTask DisposeAsync()
    {
        await _home.DisposeAsync();
        if (_namespace is not null)
            await Kubectl("delete", "namespace", _namespace, "--wait=false");
        if (_hasTurn)
            Turn.Release();
    }

    [Fact]
    public async Task A_project_comes_up_is_seen_changed_and_removed_whole()
    {
        await Project(Web("echo hello") + "env = { LEVEL = \"high\" }\nport = \"8080+\"\n");

        var planned = await Run("plan", "--exit-code");
        var up = (await Run("up")).Ok();
        var list = (await Run("list")).Ok().Stdout;
        var logs = (await Run("logs", "web", "--lines", "5")).Ok().Stdout;

        Assert.Equal(3, planned.ExitCode);
        Assert.Contains("+ web: new\n1 new, 0 to change, 0 to remove, 0 unchanged\n", up.Stdout);
        Assert.Matches("web is running: 2/2 on .+\n$", up.Stdout);
        Assert.Matches(@"\| web +\| running \| +2/2 \|", list);
        Assert.Contains("hello\n", logs);
        Assert.Equal(0, (await Run("plan", "--exit-code")).ExitCode);
        Assert.Matches("0 new, 0 to change, 0 to remove, 1 unchanged\nweb is running: 2/2 on .+\n$", (await Run("up")).Ok().Stdout);

        Assert.Matches("^Scaled web\nweb is running: 3/3 on .+\n$", (await Run("scale", "web", "+1")).Ok().Stdout);
        var before = await Pods("web");
        Assert.Equal("Stopped web\nweb is stopped\n", (await Run("stop", "web")).Ok().Stdout);
        Assert.StartsWith("~ web: it is stopped, and has 2 in the file\n", (await Run("plan")).Ok().Stdout);
        Assert.Matches("^Started web\nweb is running: 3/3 on .+\n$", (await Run("start", "web")).Ok().Stdout);
        var started = await Pods("web");
        Assert.Matches("^Restarted web\nweb is running: 3/3 on .+\n$", (await Run("restart", "web")).Ok().Stdout);
        var restarted = await Pods("web");
        Assert.Equal([3, 3, 3], [before.Count, started.Count, restarted.Count]);
        Assert.Empty(before.Intersect(started));
        Assert.Empty(started.Intersect(restarted));

        (await Run("down")).Ok();
        Assert.Equal("", await Left());
        Assert.Equal("", await Kubectl("get", "pods", "--namespace", _namespace!, "--output", "name"));
        Assert.Equal("Nothing of shop is there\n", (await Run("down")).Ok().Stdout);
    }

    [Fact]
    public async Task An_update_that_cannot_start_is_told_and_the_pods_from_before_go_on()
    {
        await Project(Web("echo hello"));
        (await Run("up")).Ok();
        await Project(Web("echo hello").Replace(ImageHere, "nowhere.invalid/nosuch:1"));

        var failed = (await Run("up")).Fails(1);
        var status = (await Run("status", "web")).Ok().Stdout;
        await Project(Web("echo hello"));
        var back = (await Run("up")).Ok();

        Assert.Matches(@"(?m)^Error: web failed: web-\S+ on \S+: (ImagePullBackOff|ErrImagePull): ", failed.Stderr);
        Assert.Equal(2, status.Split('\n').Count(line => line.Contains("| running ")));
        Assert.Matches("web is running: 2/2 on .+\n$", back.Stdout);
    }

    [Fact]
    public async Task An_update_waits_until_it_is_ready_and_a_process_that_ends_is_told()
    {
        await Project(Web("echo one") + "ready-exec = \"test -e /tmp/ready\"\nstartup-timeout = 60\nbefore = \"sleep 2; echo >/tmp/ready\"\n");

        var up = (await Run("up")).Ok();
        await Project(Web("echo two").Replace("while true; do", "exit 7; while true; do"));
        var failed = await Run("up", "--timeout", "20");

        Assert.Matches("web is running: 2/2 on .+\n$", up.Stdout);
        Assert.Equal(124, failed.ExitCode);
        Assert.Matches(@"Error: web is not ready after 20 s \(0/2\); it is left as it is; Kubernetes says: web-\S+ on \S+: .*exit code 7", failed.Stderr);
        // On a busy machine one may not answer in time for a moment.
        await Wait.Until(async () => (await Run("status", "web")).Ok().Stdout.Split('\n').Count(line => line.Contains("| running ")) == 2, () => "the pods from before go on");
    }

    [Fact]
    public async Task What_ends_right_after_its_start_is_not_ready()
    {
        await Project(Web("echo hello").Replace("while true; do", "exit 7; while true; do"));

        var up = await Run("up", "--timeout", "15");

        Assert.Equal(124, up.ExitCode);
        Assert.DoesNotContain("web is running", up.Stdout);
        Assert.Contains("Kubernetes says: web-", up.Stderr);
        Assert.Contains("(exit code 7)", up.Stderr);
    }

    [Fact]
    public async Task A_task_runs_to_its_end()
    {
        await Project($"""
            [process.migrate]
            image = "{ImageHere}"
            type = "task"
            run = "echo migrated"

            """);

        Assert.EndsWith("migrate is done\n", (await Run("up")).Ok().Stdout);
        Assert.Contains("migrated\n", (await Run("logs", "migrate")).Ok().Stdout);
        Assert.Equal(0, (await Run("plan", "--exit-code")).ExitCode);
        Assert.StartsWith("Error: migrate is a Job", (await Run("scale", "migrate", "2")).Fails(1).Stderr);
    }

    [Fact]
    public async Task Secrets_and_files_go_with_the_project_and_a_new_value_replaces_the_pods()
    {
        await Project(Web("echo has ${#TOKEN} of $LEVEL") + "secret = { TOKEN = \"file:token\" }\nenv-file = \"web.env\"\n");
        var (token, variables) = (Path.Combine(_home.Work, "token"), Path.Combine(_home.Work, "web.env"));
        await File.WriteAllTextAsync(token, "s3cr3t\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(variables, "LEVEL=high\n", TestContext.Current.CancellationToken);

        (await Run("up")).Ok();
        var first = await Logs("has 6 of high");
        await File.WriteAllTextAsync(variables, "LEVEL=low\n", TestContext.Current.CancellationToken);
        Assert.StartsWith("~ web: its settings\n", (await Run("plan")).Ok().Stdout);
        (await Run("up")).Ok();
        var second = await Logs("has 6 of low");
        var seen = await Kubectl("get", "deployments,pods,configmaps", "--namespace", _namespace!, "--output", "json") + first + second;
        (await Run("down")).Ok();

        Assert.DoesNotContain("s3cr3t", seen);
        Assert.Equal("", await Left());
    }

    [Fact]
    public async Task What_is_exported_is_valid_and_applied_it_is_what_the_file_says()
    {
        await Project(Web("cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null")
            + "memory-max = \"64M\"\nport = \"8080+\"\nhealth-exec = \"true\"\nready-exec = \"true\"\n");
        var exported = (await _home.Run("export", "kubernetes")).Stdout;
        var file = Path.Combine(_home.Work, "shop.yaml");
        await File.WriteAllTextAsync(file, exported, TestContext.Current.CancellationToken);

        await Kubectl("apply", "--namespace", _namespace!, "--dry-run=server", "--filename", file);
        await Kubectl("apply", "--namespace", _namespace!, "--filename", file);
        await Logs("67108864");

        Assert.Equal(0, (await Run("plan", "--exit-code")).ExitCode);
        Assert.Contains("0 new, 0 to change, 0 to remove, 1 unchanged\nweb is running: 2/2", (await Run("up")).Ok().Stdout);
        Assert.Equal(exported, (await _home.Run("export", "kubernetes")).Stdout);
    }

    [Fact]
    public async Task What_others_made_is_neither_changed_nor_removed()
    {
        await Project(Web("echo hello"));
        await Kubectl("create", "deployment", "api", "--namespace", _namespace!, $"--image={ImageHere}");
        (await Run("up")).Ok();
        await Project(Web("echo hello") + Web("echo hello").Replace("[process.web]", "[process.api]"));

        var refused = (await Run("up")).Fails(1);
        (await Run("down")).Ok();

        Assert.EndsWith("Error: deployment/api is there, and was not made by sentinel; nothing is changed, so remove it or rename the process\n", refused.Stderr);
        Assert.Equal("deployment.apps/api\n", await Left());
    }

    [Fact]
    public async Task With_the_files_of_its_machine_a_process_runs_what_that_has()
    {
        await Project($"""
            [process.web]
            image = "{ImageHere}"
            run = "/bin/sh -c 'cat /etc/os-release; exec sleep 1000'"
            cwd = "/usr"
            restart = true
            stop-timeout = 1

            """);

        var up = (await Run("up", "--host-files")).Ok();

        Assert.StartsWith("Warning: with --host-files each container has all files of its machine, and the rights of root there;", up.Stderr);
        await Logs("PRETTY_NAME=");
    }

    [Fact]
    public async Task What_ran_on_a_lost_node_is_unknown()
    {
        var (lose, back) = (Environment.GetEnvironmentVariable(Lose), Environment.GetEnvironmentVariable(BringBack));
        await Project(Web("echo hello"));
        Assert.SkipUnless(lose is not null && back is not null, $"{Lose} and {BringBack} say how a node is lost and comes back");
        (await Run("up")).Ok();
        var node = (string)JsonNode.Parse((await Run("status", "web", "--json")).Ok().Stdout)!["services"]![0]!["tasks"]![0]!["node"]!;
        await Tools.Run("sh", "-c", lose, "sh", node);
        Outcome status;
        try
        {
            await Wait.Until(async () => (await Kubectl("get", "node", node, "--output", "jsonpath={.status.conditions[?(@.type=='Ready')].status}")) != "True", () => $"{node} is lost");
            status = (await Run("status", "web")).Ok();
            Assert.Matches($"Warning: {node} does not answer; what ran there may still run, and so twice once it is replaced: web-", (await Run("list")).Stderr);
        }
        finally
        {
            await Tools.Run("sh", "-c", back, "sh", node);
        }

        Assert.Matches($@"\| {node} +\| unknown ", status.Stdout);
        Assert.DoesNotMatch($@"\| {node} +\| running ", status.Stdout);
        await Wait.Until(async () => (await Run("list")) is { Stderr: "", Stdout: var list } && list.Contains("|   2/2 |"), () => "nothing is unknown any more");
    }

    private static string ImageHere => Environment.GetEnvironmentVariable(Image) ?? "busybox:1.36";

    private static string Web(string does) => $"""
        [process.web]
        image = "{ImageHere}"
        run = "/bin/sh -c 'while true; do {does}; sleep 1; done'"
        instances = 2
        restart = true
        stop-timeout = 1

        """;

    private async Task Project(string processes)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Wanted) == Yes, $"needs a cluster of Kubernetes: {Wanted}={Yes} takes the one that KUBECONFIG names");
        Needs.Program("kubectl");
        if (_namespace is null)
        {
            await Turn.WaitAsync(TestContext.Current.CancellationToken);
            _hasTurn = true;
            var name = $"sentinel-test-{Guid.NewGuid().ToString("N")[..8]}";
            await Kubectl("create", "namespace", name);
            _namespace = name;
        }

        await File.WriteAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), $"name = \"shop\"\n\n{processes}");
    }

    // What there is in the namespace, but for what every namespace has.
    private async Task<string> Left() => string.Concat((await Kubectl(["get", string.Join(',', Kinds), "--namespace", _namespace!, "--output", "name"]))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => !name.Contains("kube-root-ca") && !name.Contains("default-token")).Select(name => name + "\n"));

    private async Task<string> Logs(string wanted)
    {
        var logs = "";
        await Wait.Until(async () => (logs = (await Run("logs", "web", "--lines", "40")).Stdout).Contains(wanted), () => $"it says '{wanted}': {logs}");
        return logs;
    }

    private async Task<List<string>> Pods(string name)
    {
        var service = JsonNode.Parse((await Run("status", name, "--json")).Ok().Stdout)!["services"]![0]!;
        return [.. service["tasks"]!.AsArray().Where(task => (string)task!["state"]! == "running").Select(task => (string)task!["id"]!)];
    }

    private Task<Outcome> Run(params string[] arguments) => _home.Run(new Call([.. arguments, "--on", "kubernetes", "--namespace", _namespace!])
    {
        Environment = new Dictionary<string, string?> { ["KUBECONFIG"] = Environment.GetEnvironmentVariable("KUBECONFIG") },
    });

    private static Task<string> Kubectl(params string[] arguments) => Tools.Run("kubectl", arguments);
}
