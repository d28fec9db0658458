using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Core.Engines;
using Sentinel.Core.Exports;

namespace Sentinel.Engines;

/// <summary>A cluster of Kubernetes, through <c>kubectl</c>. No call waits for a rollout.</summary>
/// <param name="context">The context of the kubeconfig; null: its current one.</param>
/// <param name="space">The namespace; null: that of the context.</param>
internal sealed class KubernetesClient(string? context, string? space) : EngineClient
{
    private const string Kinds = "deployments,jobs,services,configmaps";

    // So many pods may be followed at once.
    private const int MostLogs = 200;

    private readonly EngineProgram _kubectl = new("kubectl", [.. Place(context, space), "--request-timeout=20s"]);

    // Without an end to each request, for logs that are followed.
    private readonly EngineProgram _patient = new("kubectl", Place(context, space));

    private bool _isBlind;

    public override string Title => "Kubernetes";

    public override async Task<Cluster> Look(string project, Exported? wanted = null)
    {
        var selector = Of(project);
        var (asked, nodes) = (_kubectl.Ask("get", Kinds, "--selector", selector, "--output", "json"), Nodes());
        // Where the namespace is given, nothing has to be known before the pods can be asked for.
        var pods = space is null ? null : Pods(selector, space);
        await Task.WhenAll((Task[])[asked, nodes, pods ?? Task.CompletedTask]);
        try
        {
            var objects = await asked;
            var named = Named(wanted);
            pods ??= Pods(selector, KubernetesReading.NamespaceOf(objects));
            await Task.WhenAll(pods, named);
            return KubernetesReading.Read(project, objects, await pods, await nodes, (await named).Trim());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new EngineException($"kubectl answered something else than was asked: {e.Message}");
        }
    }

    // Its pods say which Secret is not there, and who deploys may not be allowed to see Secrets.
    public override Task<IReadOnlyList<string>> Missing(Exported exported) => Task.FromResult<IReadOnlyList<string>>([]);

    public override async Task Apply(Exported exported)
    {
        foreach (var secret in exported.Secrets)
            await Create(exported.Project, secret);
        await _kubectl.Ask(exported.Files[0].Text, ["apply", "--filename", "-"]);
    }

    public override async Task Scale(EngineService service, int replicas, int? remembered)
    {
        if (service.Ends)
            throw new EngineException($"{service.Name} is a Job, which runs to its end and is not scaled");
        // First what is to be remembered: if the second call fails, nothing is lost.
        await _kubectl.Ask(["annotate", service.Object, "--overwrite", remembered is { } count ? $"{KubernetesReading.Replicas}={count}" : $"{KubernetesReading.Replicas}-"]);
        await _kubectl.Ask("scale", service.Object, "--replicas", replicas.ToString(CultureInfo.InvariantCulture));
    }

    public override Task Restart(EngineService service) => service.Ends
        ? throw new EngineException($"{service.Name} is a Job, which runs once; 'down' and 'up' run it again")
        : _kubectl.Ask("rollout", "restart", service.Object);

    public override async Task Remove(IReadOnlyList<EngineService> services, Exported wanted)
    {
        foreach (var service in services)
        {
            await _kubectl.Ask("delete", service.Object, "--wait=false", "--ignore-not-found");
            // Where another kind of thing of that name takes its place, what leads to it stays.
            if (!wanted.Processes.Any(process => process.Objects.Contains($"service/{service.Name}")))
                await Delete("services", Of(service));
        }
    }

    public override async Task RemoveAll(string project, Cluster cluster)
    {
        await Delete(Kinds, Of(project));
        // Who may not touch Secrets has made none.
        if (await TryDelete("secrets", Of(project)) is { IsOk: false } result && !IsForbidden(result))
            throw new EngineException($"the Secrets of {project} are still there: {result.Why}");
    }

    public override async Task<bool> Logs(IReadOnlyList<EngineService> services, int lines, bool follows, Action<string, bool> say, CancellationToken end)
    {
        var exitCodes = await Task.WhenAll(services.Select(service => _patient.Stream(
        [
            "logs", "--selector", Of(service), "--prefix", "--all-containers", "--ignore-errors",
            $"--max-log-requests={MostLogs}", $"--tail={lines}", .. follows ? ["--follow"] : (string[])[],
        ], say, end)));
        return exitCodes.All(code => code == 0);
    }

    // The values go through a pipe: nobody sees them in a list of processes. One that is there has these values, because they are what it is named by.
    private async Task Create(string project, ExportedSecret secret)
    {
        var labels = new JsonObject { [KubernetesReading.ProjectLabel] = project };
        if (secret.Process is not null)
            labels[KubernetesReading.NameLabel] = secret.Process;
        var data = new JsonObject();
        foreach (var (name, value) in secret.Values)
            data[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        string[] arguments = ["create", "--filename", "-"];
        var result = await _kubectl.Call(arguments, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = secret.Name, ["labels"] = labels },
            ["immutable"] = true,
            ["data"] = data,
        }.ToJsonString());
        if (!result.IsOk && !result.Told.Contains("AlreadyExists", StringComparison.Ordinal))
            throw _kubectl.Failed(arguments, result.Why);
    }

    // What has the labels of a project, or of one of its services.
    private static string Of(string project) => $"{KubernetesReading.ProjectLabel}={project}";

    private static string Of(EngineService service) => $"{Of(service.Project)},{KubernetesReading.NameLabel}={service.Name}";

    private static string[] Place(string? context, string? space) =>
        [.. context is null ? (string[])[] : ["--context", context], .. space is null ? (string[])[] : ["--namespace", space]];

    private async Task Delete(string kinds, string selector)
    {
        if (await TryDelete(kinds, selector) is { IsOk: false } result)
            throw _kubectl.Failed(["delete"], result.Why);
    }

    private Task<EngineProgram.Result> TryDelete(string kinds, string selector) => _kubectl.Call(["delete", kinds, "--selector", selector, "--wait=false", "--ignore-not-found"]);

    private static bool IsForbidden(EngineProgram.Result result) => result.Told.Contains("Forbidden", StringComparison.OrdinalIgnoreCase);

    // Raw: of thousands, kubectl would take most of the time to write them anew.
    private Task<string> Pods(string selector, string? space) => space is null
        ? _kubectl.Ask("get", "pods", "--selector", selector, "--output", "json")
        : _kubectl.Ask("get", "--raw", $"/api/v1/namespaces/{Uri.EscapeDataString(space)}/pods?labelSelector={Uri.EscapeDataString(selector)}");

    private Task<string> Named(Exported? wanted) => wanted is null or { Processes.Count: 0 } ? Task.FromResult("")
        : _kubectl.Ask(["get", .. wanted.Processes.SelectMany(process => process.Objects), "--ignore-not-found", "--output", "json"]);

    // Who deploys into a namespace need not be allowed to see nodes; then that is not asked again.
    private async Task<string?> Nodes()
    {
        if (_isBlind)
            return null;
        string[] arguments = ["get", "--raw", "/api/v1/nodes"];
        var result = await _kubectl.Call(arguments);
        if (result.IsOk)
            return result.Output;
        _isBlind = IsForbidden(result);
        return _isBlind ? null : throw _kubectl.Failed(arguments, result.Why);
    }
}
