using Sentinel.Core.Engines;

namespace Sentinel.Tests.Engines;

/// <summary>Written by hand, by the shapes that the API of Kubernetes documents.</summary>
public sealed class KubernetesReadingTests
{
    private const string Ready = """{"type": "Ready", "status": "True"}""", NotReady = """{"type": "Ready", "status": "False"}""", PodKind = "\"kind\": \"Pod\"";

    [Fact]
    public void What_has_all_replicas_with_the_settings_of_now_is_ready()
    {
        var cluster = Read([Deployment(), Pod("web-1", "n1"), Pod("web-2", "n2"), Service()]);

        var web = Assert.Single(cluster.Services);
        Assert.Equal(("web", "deployment/web", "h1", "web:1", 2, 2, "running"), (web.Name, web.Object, web.SpecHash, web.Image, web.Replicas, web.Ready, web.Status));
        Assert.Equal(["n1", "n2"], web.Nodes);
        Assert.Equal(["8080"], web.Ports);
        Assert.Equal(["service/web"], cluster.Others);
        Assert.Empty(cluster.Warnings);
        Assert.IsType<Verdict.Ready>(Verdict.On(web, before: null));
    }

    [Fact]
    public void A_pod_on_a_node_that_is_not_ready_is_unknown_though_it_says_that_it_runs()
    {
        var cluster = Read([Deployment(), Pod("web-1", "n1"), Pod("web-2", "n3")]);

        var web = Assert.Single(cluster.Services);
        Assert.Equal([TaskState.Running, TaskState.Unknown], web.Tasks.Select(task => task.State));
        Assert.Equal(("unknown", 1), (web.Status, web.Ready));
        Assert.StartsWith("n3 does not answer;", Assert.Single(cluster.Warnings));
        Assert.IsType<Verdict.NotYet>(Verdict.On(web, before: null));
    }

    [Fact]
    public void Where_nodes_may_not_be_seen_that_is_told() =>
        Assert.StartsWith("the nodes may not be seen", Assert.Single(KubernetesReading.Read("shop", List([Deployment()]), List([]), nodes: null, inTheWay: "").Warnings));

    [Theory]
    [InlineData("""{"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}""", "ImagePullBackOff: Back-off pulling image")]
    [InlineData("""{"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"web-secret\" not found"}}""", "CreateContainerConfigError: secret \"web-secret\" not found")]
    public void What_does_not_mend_by_itself_fails_with_the_words_of_the_engine(string state, string why)
    {
        var web = Assert.Single(Read([Deployment(), Pod("web-1", "n1", NotReady, state), Pod("web-2", "n1", NotReady, state)]).Services);

        Assert.EndsWith($" on n1: {why}", Assert.IsType<Verdict.Failed>(Verdict.On(web, before: null)).Why);
        Assert.Equal("failed", web.Status);
    }

    [Fact]
    public void What_crashes_may_mend_and_says_how_it_ended()
    {
        var web = Assert.Single(Read([Deployment(), Pod("web-1", "n1", NotReady, """{"waiting": {"reason": "CrashLoopBackOff"}}""", """{"terminated": {"reason": "Error", "exitCode": 4}}""")]).Services);

        Assert.Equal("web-1 on n1: CrashLoopBackOff; Error (exit code 4)", Assert.IsType<Verdict.NotYet>(Verdict.On(web, before: null)).Words);
        Assert.Equal(3, Assert.Single(web.Tasks).Restarts);
    }

    [Fact]
    public void Until_the_controller_has_seen_the_settings_nothing_is_ready()
    {
        var stale = Assert.Single(Read([Deployment(generation: 2), Pod("web-1", "n1"), Pod("web-2", "n2")]).Services);
        Assert.Equal("updating", stale.Status);
        Assert.IsType<Verdict.NotYet>(Verdict.On(stale, before: null));

        var old = Assert.Single(Read([Deployment(), Pod("web-1", "n1", hash: "h0"), Pod("web-2", "n2")]).Services);
        Assert.IsType<Verdict.NotYet>(Verdict.On(old, before: null));
    }

    [Fact]
    public void A_job_is_done_or_has_failed()
    {
        const string Failed = """, "conditions": [{"type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit", "lastTransitionTime": "2026-01-01T00:00:00Z"}]""";

        Assert.IsType<Verdict.Ready>(Verdict.On(Assert.Single(Read([Job(""), Pod("job-1", "n1", phase: "Succeeded", name: "job")]).Services), before: null));
        var failed = Assert.Single(Read([Job(Failed), Pod("job-1", "n1", NotReady, """{"terminated": {"reason": "Error", "exitCode": 4}}""", phase: "Failed", name: "job")]).Services);
        Assert.Equal("Job has reached the specified backoff limit; job-1 on n1: Error (exit code 4)", Assert.IsType<Verdict.Failed>(Verdict.On(failed, before: null)).Why);
    }

    [Fact]
    public void Pods_of_what_is_gone_are_still_ending()
    {
        var cluster = Read([Deployment(), Pod("web-1", "n1"), Pod("api-1", "n2", name: "api")]);

        Assert.Equal("api-1", Assert.Single(cluster.Ending).Name);
        Assert.Equal(["web-1"], Assert.Single(cluster.Services).Tasks.Select(task => task.Name));
    }

    [Fact]
    public void What_runs_does_so_since_its_container_was_started()
    {
        var web = Assert.Single(Read([Deployment(), Pod("web-1", "n1", state: """{"running": {"startedAt": "2026-01-02T00:00:00Z"}}""")]).Services);

        Assert.Equal(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), Assert.Single(web.Tasks).Since);
    }

    [Fact]
    public void What_has_a_name_that_is_wanted_and_is_not_of_the_project_is_a_stranger()
    {
        const string Bare = """{"kind": "Deployment", "metadata": {"name": "web"}}""", Other = """{"kind": "Service", "metadata": {"name": "web", "labels": {"sentinel.dev/project": "other"}}}""";

        Assert.Equal([new Stranger("deployment/web", null), new Stranger("service/web", "other")], Read([], List([Bare, Other, Service()])).Strangers);
        // kubectl prints one object without a list.
        Assert.Equal([new Stranger("deployment/web", null)], Read([], Bare).Strangers);
    }

    private static Cluster Read(string[] objects, string inTheWay = "") =>
        KubernetesReading.Read("shop", List([.. objects.Where(one => !one.Contains(PodKind))]), List([.. objects.Where(one => one.Contains(PodKind))]), List([Node("n1", "True"), Node("n2", "True"), Node("n3", "Unknown")]), inTheWay);

    private static string List(string[] items) => $$"""{"kind": "List", "items": [{{string.Join(", ", items)}}]}""";

    private static string Node(string name, string ready) => $$"""{"kind": "Node", "metadata": {"name": "{{name}}"}, "status": {"conditions": [{"type": "Ready", "status": "{{ready}}"} ] } }""";

    private static string Labels(string name, string hash) => $$"""{"sentinel.dev/project": "shop", "sentinel.dev/name": "{{name}}", "sentinel.dev/spec-hash": "{{hash}}"}""";

    private static string Deployment(int generation = 1) => $$$"""
        {"kind": "Deployment", "metadata": {"name": "web", "generation": {{{generation}}}, "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {{{Labels("web", "h1")}}} },
         "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "web", "image": "web:1"}] } } },
         "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}}
        """;

    private static string Job(string status) => $$$"""
        {"kind": "Job", "metadata": {"name": "job-h1", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {{{Labels("job", "h1")}}} },
         "spec": {"parallelism": 1, "template": {"spec": {"containers": [{"name": "job", "image": "job:1"}] } } }, "status": {"active": 0{{{status}}} } }
        """;

    private static string Service() => $$"""{"kind": "Service", "metadata": {"name": "web", "labels": {{Labels("web", "h1")}} }, "spec": {"ports": [{"port": 8080}] } }""";

    private static string Pod(string pod, string node, string condition = Ready, string state = """{"running": {}}""", string last = "{}", string phase = "Running", string hash = "h1", string name = "web") => $$$"""
        {"kind": "Pod", "metadata": {"name": "{{{pod}}}", "uid": "{{{pod}}}", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {{{Labels(name, hash)}}} }, "spec": {"nodeName": "{{{node}}}"},
         "status": {"phase": "{{{phase}}}", "conditions": [{{{condition}}}], "containerStatuses": [{"restartCount": 3, "state": {{{state}}}, "lastState": {{{last}}} }] } }
        """;
}
