using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>Commands with --on and programs that are not there, refuse, or never answer.</summary>
public sealed class EngineTests : IAsyncDisposable
{
    // Answers as kubectl does, by its words: what is there of the project, of the nodes, and in the way.
    private const string Kubectl = """
        echo "$*" >>"$0.called"
        case "$*" in
            *"--raw /api/v1/nodes"*) echo '{"kind": "List", "items": [{"kind": "Node", "metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]}' ;;
            *"--raw /api/v1/namespaces/live/pods?labelSelector=sentinel.dev%2Fproject%3Dshop") /bin/cat "$0.there-pods" ;;
            *"get pods --selector"*) echo '{"items": []}' ;;
            *"--selector sentinel.dev/project=shop --output json"*) /bin/cat "$0.there" ;;
            *--ignore-not-found*--output*) [ ! -f "$0.other" ] || /bin/cat "$0.other" ;;
            *create*) /bin/cat >>"$0.created" ;;
            *apply*) /bin/cat >"$0.applied"; [ ! -f "$0.next" ] || { /bin/mv "$0.next" "$0.there"; /bin/mv "$0.next-pods" "$0.there-pods"; } ;;
        esac
        """;

    private readonly SentinelHome _home = new();

    public EngineTests() => File.WriteAllText(Path.Combine(_home.Work, "sentinel.toml"), """
        name = "shop"

        [process.web]
        image = "web:1"
        run = "./web"
        restart = true
        restart-delay = 1

        """);

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Theory]
    [InlineData("--on is for an engine and --host for machines over ssh; use one of them", "list", "--on", "swarm", "--host", "m1")]
    [InlineData("--watch means nothing with --on", "list", "--on", "swarm", "--watch")]
    [InlineData("--grep means nothing with --on", "logs", "--on", "swarm", "--grep", "x")]
    [InlineData("--force means nothing with --on", "stop", "web", "--on", "swarm", "--force")]
    [InlineData("--foreground means nothing with --on", "up", "--on", "swarm", "--foreground")]
    [InlineData("'web': with --on, 'up' is for the whole project", "up", "web", "--on", "swarm")]
    [InlineData("--context is for --on, which names an engine", "list", "--context", "x")]
    [InlineData("--strict is for --on, which names an engine", "up", "--strict")]
    [InlineData("--host-files is for --on, which names an engine", "plan", "--host-files")]
    [InlineData("--namespace is for --on kubernetes", "list", "--on", "swarm", "--namespace", "x")]
    [InlineData("--on takes swarm or kubernetes, not 'nomad'", "list", "--on", "nomad")]
    public async Task What_means_nothing_there_is_refused_by_name(string why, params string[] arguments)
    {
        Fake("docker", "echo called >\"$0.called\"");

        Assert.StartsWith($"Error: {why}", (await Run(arguments)).Fails(2).Stderr);
        Assert.False(File.Exists(Path.Combine(Programs, "docker.called")));
    }

    [Theory]
    [InlineData("swarm", "docker")]
    [InlineData("kubernetes", "kubectl")]
    public async Task A_program_that_is_not_there_is_one_line(string engine, string program)
    {
        var outcome = (await Run("list", "--on", engine)).Fails(1);

        Assert.Equal(("", $"Error: there is no {program} in the PATH, and it is what reaches the cluster\n"), (outcome.Stdout, outcome.Stderr));
    }

    [Theory]
    [InlineData("Error response from daemon: This node is not a swarm manager. Use \"docker swarm init\" to connect this node to swarm and try again.")]
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")]
    [InlineData("permission denied while trying to connect to the Docker daemon socket")]
    public async Task A_refusal_is_told_in_its_own_words(string words)
    {
        Fake("docker", $"echo '{words}' >&2; exit 1");

        foreach (var verb in new[] { "up", "plan", "list", "down" })
            Assert.Equal($"Error: 'docker service ls' failed: {words.TrimEnd('.')}\n", (await Run(verb, "--on", "swarm")).Fails(1).Stderr);
    }

    [Fact]
    public async Task One_that_never_answers_is_ended_with_what_it_started()
    {
        Fake("docker", "/bin/sleep 1234 & echo $! >\"$0.pid\"; wait");
        var begun = Stopwatch.GetTimestamp();

        var outcome = (await Run("list", "--on", "swarm")).Fails(1);

        Assert.Equal("Error: 'docker service ls' failed: it has not answered for 30 s, and was ended\n", outcome.Stderr);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 29, 120);
        var left = int.Parse(await File.ReadAllTextAsync(Path.Combine(Programs, "docker.pid"), TestContext.Current.CancellationToken));
        await Wait.Until(() => Live.Find(left) is null, "what it started has ended");
    }

    [Fact]
    public async Task The_context_is_passed_on_and_SENTINEL_HOST_does_not_count()
    {
        Fake("docker", "echo \"$*\" >>\"$0.called\"");

        var outcome = await _home.Run(Call("list", "--on", "swarm", "--context", "two words") with
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = Programs, ["SENTINEL_HOST"] = "nowhere.invalid" },
        });

        Assert.Equal("Nothing of shop is there; 'sentinel up --on swarm' brings it up\n", outcome.Ok().Stdout);
        Assert.Equal(["--context two words service ls --quiet --filter label=sentinel.project=shop"], await File.ReadAllLinesAsync(Path.Combine(Programs, "docker.called"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task To_logs_a_context_is_a_number_of_lines_here_and_a_place_there()
    {
        Fake("docker", "echo \"$*\" >>\"$0.called\"");

        (await Run("logs", "--on", "swarm", "--context", "live")).Ok();

        Assert.StartsWith("--context live service ls", (await File.ReadAllLinesAsync(Path.Combine(Programs, "docker.called"), TestContext.Current.CancellationToken))[0]);
        Assert.StartsWith("Error: --context takes a number from 0 up, not 'live'\n", (await Run("logs", "--grep", "x", "--context", "live")).Fails(2).Stderr);
        Assert.StartsWith("Error: --before, --after and --context need --grep\n", (await Run("logs", "-C", "2")).Fails(2).Stderr);
    }

    [Fact]
    public async Task With_strict_nothing_is_asked_where_something_has_no_equal()
    {
        Fake("docker", "echo called >\"$0.called\"");
        await File.AppendAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), "nice = 5\n", TestContext.Current.CancellationToken);

        var outcome = (await Run("up", "--on", "swarm", "--strict")).Fails(1);

        Assert.Equal("sentinel.toml:8: web.nice: docker sets no priority\nError: nothing is changed: 1 thing has no equal\n", outcome.Stderr);
        Assert.False(File.Exists(Path.Combine(Programs, "docker.called")));
    }

    [Fact]
    public async Task A_project_comes_up_on_kubernetes_and_what_its_pods_say_is_told()
    {
        var (kubectl, exported) = (FakeKubectl(), (await _home.Run("export", "kubernetes")).Stdout);
        var hash = exported.Split("sentinel.dev/spec-hash: ")[1].Split('\n')[0].Trim('"');
        Show($"{kubectl}.next", hash, """{"type": "Ready", "status": "True"}""", """{"running": {}}""");

        var up = (await Run("up", "--on", "kubernetes", "--namespace", "live")).Ok();
        var same = await Run("plan", "--on", "kubernetes", "--exit-code");
        Show($"{kubectl}.there", hash, """{"type": "Ready", "status": "False"}""", """{"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}""");
        var status = (await Run("status", "web", "--on", "kubernetes")).Ok();

        Assert.Contains("+ web: new\n1 new, 0 to change, 0 to remove, 0 unchanged\nweb is running: 1/1 on n1\n", up.Stdout);
        Assert.Equal(exported, await File.ReadAllTextAsync($"{kubectl}.applied", TestContext.Current.CancellationToken));
        Assert.Equal(0, same.ExitCode);
        Assert.Contains("| web-1 | n1   | failed |", status.Stdout);
        Assert.Contains("ImagePullBackOff: no such image", status.Stdout);
        Assert.StartsWith("--namespace live ", File.ReadAllLines($"{kubectl}.called")[0]);
    }

    [Fact]
    public async Task What_is_secret_goes_through_a_pipe_to_kubectl_and_is_seen_nowhere()
    {
        var kubectl = FakeKubectl();
        await File.AppendAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), "secret = { TOKEN = \"cmd:echo s3cr3t\" }\nenv-file = \"a.env\"\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_home.Work, "a.env"), "PASSWORD=hunter2\n", TestContext.Current.CancellationToken);

        var up = (await Run("up", "--on", "kubernetes", "--no-wait")).Ok();

        var created = await File.ReadAllTextAsync($"{kubectl}.created", TestContext.Current.CancellationToken);
        Assert.Contains(Convert.ToBase64String("s3cr3t"u8), created);
        Assert.Contains(Convert.ToBase64String("hunter2"u8), created);
        Assert.DoesNotMatch("s3cr3t|hunter2", up.Stdout + up.Stderr + await File.ReadAllTextAsync($"{kubectl}.called", TestContext.Current.CancellationToken)
            + await File.ReadAllTextAsync($"{kubectl}.applied", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("env-file = \"none.env\"", "the environment file .*/none.env is not there, and the engine gets what it holds")]
    [InlineData("secret = { TOKEN = \"cmd:echo no key >&2; exit 3\" }", "the secret TOKEN cannot be had from 'echo no key >&2; exit 3': no key")]
    public async Task What_cannot_be_read_here_ends_it_before_anything_is_asked(string line, string why)
    {
        var kubectl = FakeKubectl();
        await File.AppendAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), line + "\n", TestContext.Current.CancellationToken);

        foreach (var verb in new[] { "plan", "up" })
            Assert.Matches($"^Error: {why}\n$", (await Run(verb, "--on", "kubernetes")).Fails(1).Stderr);

        Assert.False(File.Exists($"{kubectl}.called"));
        (await Run("list", "--on", "kubernetes")).Ok();
    }

    [Fact]
    public async Task One_look_in_vain_does_not_end_the_wait()
    {
        var kubectl = FakeKubectl();
        var hash = (await _home.Run("export", "kubernetes")).Stdout.Split("sentinel.dev/spec-hash: ")[1].Split('\n')[0].Trim('"');
        Show($"{kubectl}.next", hash, """{"type": "Ready", "status": "True"}""", """{"running": {}}""");
        Fake("kubectl", $"case \"$*\" in *selector*) [ ! -f \"$0.applied\" ] || [ -f \"$0.refused\" ] || {{ : >\"$0.refused\"; echo 'connection refused' >&2; exit 1; }} ;; esac\n{Kubectl}");

        Assert.EndsWith("web is running: 1/1 on n1\n", (await Run("up", "--on", "kubernetes")).Ok().Stdout);
        Assert.True(File.Exists($"{kubectl}.refused"));
    }

    [Fact]
    public async Task What_others_made_on_kubernetes_is_neither_changed_nor_removed()
    {
        var kubectl = FakeKubectl();
        File.WriteAllText($"{kubectl}.other", """{"kind": "Deployment", "metadata": {"name": "web"}}""");

        var up = (await Run("up", "--on", "kubernetes")).Fails(1);
        (await Run("down", "--on", "kubernetes")).Ok();

        Assert.EndsWith("Error: deployment/web is there, and was not made by sentinel; nothing is changed, so remove it or rename the process\n", up.Stderr);
        Assert.DoesNotContain(File.ReadAllLines($"{kubectl}.called"), line => line.Contains("apply") || line.Contains("delete"));
    }

    [Fact]
    public async Task What_is_stopped_on_kubernetes_is_remembered_before_it_stops()
    {
        var kubectl = FakeKubectl();
        Show($"{kubectl}.there", "1", "", "", replicas: 0);

        Assert.Equal("web is stopped already\n", (await Run("stop", "web", "--on", "kubernetes")).Ok().Stdout);
        Show($"{kubectl}.there", "1", """{"type": "Ready", "status": "True"}""", """{"running": {}}""");
        using var stop = _home.Begin(Call("stop", "web", "--on", "kubernetes"));
        await stop.Prints("Stopped web");
        stop.Signal(Signals.Kill);
        await stop.End();

        var called = File.ReadAllLines($"{kubectl}.called").Where(line => line.Contains("annotate") || line.Contains("scale")).Select(line => line.Replace("--request-timeout=20s ", ""));
        Assert.Equal(["annotate deployment/web --overwrite sentinel.dev/replicas=1", "scale deployment/web --replicas 0"], called);
    }

    private string FakeKubectl()
    {
        Fake("kubectl", Kubectl);
        var path = Path.Combine(Programs, "kubectl");
        foreach (var file in new[] { "there", "there-pods" })
            File.WriteAllText($"{path}.{file}", """{"kind": "List", "items": []}""");
        return path;
    }

    // What there is, and its pods in a file beside.
    private static void Show(string file, string hash, string condition, string state, int replicas = 1)
    {
        var labels = $$"""{"sentinel.dev/project": "shop", "sentinel.dev/name": "web", "sentinel.dev/spec-hash": "{{hash}}"}""";
        var pod = $$$"""
            {"metadata": {"name": "web-1", "uid": "{{{condition.Length}}}", "labels": {{{labels}}} }, "spec": {"nodeName": "n1"}, "status": {"phase": "Running",
            "conditions": [{{{condition}}}], "containerStatuses": [{"restartCount": 0, "state": {{{state}}} }] } }
            """;
        File.WriteAllText(file, $$$"""
            {"kind": "List", "items": [
            {"kind": "Deployment", "metadata": {"name": "web", "namespace": "live", "generation": 1, "labels": {{{labels}}} },
            "spec": {"replicas": {{{replicas}}}, "template": {"spec": {"containers": [{"image": "web:1"}] } } }, "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1} }] }
            """);
        File.WriteAllText($"{file}-pods", $$$"""{"kind": "PodList", "items": [{{{(condition.Length == 0 ? "" : pod)}}}]}""");
    }

    private string Programs => Path.Combine(_home.Root, "programs");

    private void Fake(string program, string does)
    {
        Directory.CreateDirectory(Programs);
        Scripts.Write(Path.Combine(Programs, program), $"#!/bin/sh\n{does}\n");
    }

    private Call Call(params string[] arguments) => new(arguments) { Environment = new Dictionary<string, string?> { ["PATH"] = Programs } };

    private Task<Outcome> Run(params string[] arguments) => _home.Run(Call(arguments));
}
