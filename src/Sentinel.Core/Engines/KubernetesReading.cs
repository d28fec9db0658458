using System.Globalization;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Core.Engines;

/// <summary>What <c>kubectl get -o json</c> says of Deployments, Jobs, Services and ConfigMaps; their pods are read by <see cref="KubernetesPods"/>.</summary>
public static class KubernetesReading
{
    public const string ProjectLabel = "sentinel.dev/project", NameLabel = "sentinel.dev/name", HashLabel = "sentinel.dev/spec-hash";

    /// <summary>An annotation: how many ran before it was stopped.</summary>
    public const string Replicas = "sentinel.dev/replicas";

    /// <param name="project">As the engine knows it.</param>
    /// <param name="objects">All that carries the project's label, but for the pods.</param>
    /// <param name="pods">The pods that carry it.</param>
    /// <param name="nodes">All nodes; null: they may not be seen.</param>
    /// <param name="inTheWay">What has a name that is wanted; empty: nothing.</param>
    /// <exception cref="JsonException">It is none of that.</exception>
    public static Cluster Read(string project, string objects, string pods, string? nodes, string inTheWay)
    {
        using var ours = JsonDocument.Parse(objects);
        using var running = JsonDocument.Parse(pods);
        using var machines = nodes is null ? null : JsonDocument.Parse(nodes);
        using var others = inTheWay.Length == 0 ? null : JsonDocument.Parse(inTheWay);
        var all = Items(ours).ToList();
        var ready = machines is null ? null : Items(machines).Where(node => ConditionOf(node, "Ready")?.Maybe("status")?.GetString() == "True").Select(NameOf).ToHashSet();
        var byName = Items(running).ToLookup(pod => Label(pod, NameLabel));
        var ports = all.Where(one => KindOf(one) == "service").ToLookup(one => Label(one, NameLabel) ?? NameOf(one), Ports);
        // Of two that make up the same process, because one replaces the other, the newer one is first.
        return new Cluster(
            [.. all.Where(one => KindOf(one) is "deployment" or "job").Select(one => Service(one, byName, ready, ports)).OrderBy(service => service.Name, StringComparer.Ordinal).ThenByDescending(service => service.Created)],
            [.. (others is null ? [] : Items(others)).Where(one => Label(one, ProjectLabel) != project).Select(one => new Stranger(ObjectOf(one), Label(one, ProjectLabel)))])
        {
            Others = [.. all.Where(one => KindOf(one) is "service" or "configmap").Select(ObjectOf)],
            Ending = [.. byName.Where(pods => !all.Any(one => KindOf(one) is "deployment" or "job" && Label(one, NameLabel) == pods.Key)).SelectMany(pods => pods).Select(pod => KubernetesPods.Task(pod, isCurrent: false, ready))],
            Blind = nodes is null ? ["the nodes may not be seen, so what is on a lost one can only be known by its pods"] : [],
        };
    }

    /// <summary>The namespace of objects; null: there are none.</summary>
    public static string? NamespaceOf(string objects)
    {
        using var document = JsonDocument.Parse(objects);
        return Items(document).Select(one => one.Get("metadata").Maybe("namespace")?.GetString()).FirstOrDefault();
    }

    internal static string? Label(JsonElement one, string label) => one.Get("metadata").Maybe("labels")?.Maybe(label)?.GetString();

    internal static string NameOf(JsonElement one) => one.Get("metadata").Text("name");

    internal static JsonElement? ConditionOf(JsonElement one, string type)
    {
        foreach (var condition in one.Maybe("status")?.Maybe("conditions")?.EnumerateArray() ?? [])
            if (condition.Text("type") == type)
                return condition;
        return null;
    }

    private static EngineService Service(JsonElement one, ILookup<string?, JsonElement> pods, HashSet<string>? ready, ILookup<string, IReadOnlyList<string>> ports)
    {
        var (spec, name, hash, isJob) = (one.Get("spec"), Label(one, NameLabel) ?? NameOf(one), Label(one, HashLabel), KindOf(one) == "job");
        var replicas = spec.Maybe(isJob ? "parallelism" : "replicas")?.GetInt32() ?? 1;
        var forced = Annotation(spec.Get("template"), KubernetesPods.RestartedAt);
        return new EngineService(name, ObjectOf(one), hash, spec.Get("template").Get("spec").Get("containers")[0].Maybe("image")?.GetString(), replicas, [.. ports[name].SelectMany(port => port)])
        {
            Project = Label(one, ProjectLabel) ?? "",
            Created = one.Get("metadata").Maybe("creationTimestamp")?.Time(),
            Remembered = int.TryParse(Annotation(one, Replicas), CultureInfo.InvariantCulture, out var remembered) ? remembered : null,
            Ends = isJob,
            IsComplete = isJob && ConditionOf(one, "Complete")?.Maybe("status")?.GetString() == "True",
            Rollout = isJob ? JobsRollout(one) : Rollout(one, replicas),
            Tasks =
            [
                .. pods[name].Where(pod => !isJob || Label(pod, HashLabel) == hash)
                    .Select(pod => KubernetesPods.Task(pod, Label(pod, HashLabel) == hash && Annotation(pod, KubernetesPods.RestartedAt) == forced, ready))
                    .OrderBy(task => task.Name, StringComparer.Ordinal),
            ],
        };
    }

    // See "kubectl rollout status": it is complete when the controller has seen the settings and all replicas have them.
    private static Rollout Rollout(JsonElement one, int replicas)
    {
        var status = one.Maybe("status");
        if (ConditionOf(one, "Progressing") is { } progress && progress.Maybe("reason")?.GetString() == "ProgressDeadlineExceeded")
            return new Rollout.Failed(progress.Maybe("message")?.GetString() ?? "it made no progress", IsRolledBack: false, progress.Maybe("lastUpdateTime")?.GetString() ?? "");
        var isSeen = (status?.Maybe("observedGeneration")?.GetInt64() ?? 0) >= (one.Get("metadata").Maybe("generation")?.GetInt64() ?? 0);
        return isSeen && Count(status, "updatedReplicas") >= replicas && Count(status, "replicas") <= Count(status, "updatedReplicas")
            ? new Rollout.Settled() : new Rollout.UnderWay();
    }

    private static Rollout JobsRollout(JsonElement one) => ConditionOf(one, "Failed") is { } failed && failed.Maybe("status")?.GetString() == "True"
        ? new Rollout.Failed(failed.Maybe("message")?.GetString() ?? "the job failed", IsRolledBack: false, failed.Maybe("lastTransitionTime")?.GetString() ?? "")
        : new Rollout.Settled();

    private static int Count(JsonElement? status, string name) => status?.Maybe(name)?.GetInt32() ?? 0;

    private static IReadOnlyList<string> Ports(JsonElement service) =>
        [.. (service.Get("spec").Maybe("ports")?.EnumerateArray() ?? []).Select(port => port.Get("port").GetInt32().ToString(CultureInfo.InvariantCulture))];

    private static string? Annotation(JsonElement one, string name) => one.Maybe("metadata")?.Maybe("annotations")?.Maybe(name)?.GetString();

    private static string ObjectOf(JsonElement one) => $"{KindOf(one)}/{NameOf(one)}";

    private static string KindOf(JsonElement one) => one.Text("kind").ToLowerInvariant();

    // One object is not in a list.
    private static IEnumerable<JsonElement> Items(JsonDocument document) => document.RootElement.TryGetProperty("items", out var items) ? items.EnumerateArray() : [document.RootElement];
}
