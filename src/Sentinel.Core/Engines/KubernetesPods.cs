using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Core.Engines;

/// <summary>What a pod says of itself; see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle.</summary>
internal static class KubernetesPods
{
    /// <summary>What <c>kubectl rollout restart</c> writes into the template.</summary>
    public const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    // What does not mend by itself: the rest is tried again, and may succeed.
    private static readonly string[] Refusals = ["ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError"];

    /// <param name="isCurrent">Whether it has the settings of now.</param>
    /// <param name="ready">The nodes that answer; null: not known.</param>
    public static EngineTask Task(JsonElement pod, bool isCurrent, HashSet<string>? ready)
    {
        var (status, metadata) = (pod.Get("status"), pod.Get("metadata"));
        var node = pod.Get("spec").Maybe("nodeName")?.GetString();
        var isLost = (node is not null && ready?.Contains(node) == false) || status.Maybe("reason")?.GetString() == "NodeLost";
        var (phase, isLeaving) = (status.Maybe("phase")?.GetString(), metadata.Maybe("deletionTimestamp") is not null);
        var containers = (status.Maybe("containerStatuses")?.EnumerateArray() ?? []).ToList();
        var waiting = containers.Select(container => container.Maybe("state")?.Maybe("waiting")).OfType<JsonElement>().FirstOrDefault();
        var reason = waiting.ValueKind == JsonValueKind.Object ? waiting.Maybe("reason")?.GetString() : null;
        var state = phase switch
        {
            "Succeeded" => TaskState.Done,
            "Failed" => TaskState.Failed,
            _ when isLost => TaskState.Unknown,
            "Unknown" => TaskState.Unknown,
            _ when isLeaving => TaskState.Stopping,
            "Running" when IsReady(pod) => TaskState.Running,
            _ when node is null => TaskState.Waiting,
            _ when reason == "CrashLoopBackOff" || Refusals.Contains(reason) => TaskState.Failed,
            _ => TaskState.Starting,
        };
        return new EngineTask(
            metadata.Text("uid"),
            metadata.Text("name"),
            node,
            state,
            state is TaskState.Running or TaskState.Done or TaskState.Stopping ? null : Why(pod, containers, waiting),
            containers.Sum(container => container.Maybe("restartCount")?.GetInt32() ?? 0),
            (containers.Select(container => container.Maybe("state")?.Maybe("running")?.Maybe("startedAt")).Max(started => started?.Time())
                ?? (status.Maybe("startTime") ?? metadata.Maybe("creationTimestamp"))?.Time()))
        {
            IsWanted = !isLeaving,
            IsCurrent = isCurrent,
            IsStuck = Refusals.Contains(reason),
        };
    }

    private static bool IsReady(JsonElement pod) => KubernetesReading.ConditionOf(pod, "Ready")?.Maybe("status")?.GetString() == "True";

    // Why it waits, and how it ended before that; else why it has no machine.
    private static string? Why(JsonElement pod, List<JsonElement> containers, JsonElement waiting)
    {
        List<string> words = [];
        if (waiting.ValueKind == JsonValueKind.Object && waiting.Maybe("reason")?.GetString() is { } reason && reason is not ("ContainerCreating" or "PodInitializing"))
            words.Add(waiting.Maybe("message")?.GetString() is { Length: > 0 } message ? $"{reason}: {message}" : reason);
        foreach (var ended in containers.Select(container => container.Maybe("state")?.Maybe("terminated") ?? container.Maybe("lastState")?.Maybe("terminated")).OfType<JsonElement>())
            words.Add($"{ended.Maybe("reason")?.GetString() ?? "ended"} (exit code {ended.Maybe("exitCode")?.GetInt32() ?? 0})");
        if (words.Count == 0 && KubernetesReading.ConditionOf(pod, "PodScheduled") is { } scheduled && scheduled.Maybe("status")?.GetString() == "False")
            words.Add(scheduled.Maybe("message")?.GetString() ?? "it has no node");
        if (words.Count == 0 && pod.Get("status").Maybe("message")?.GetString() is { } said)
            words.Add(said);
        return words.Count == 0 ? null : string.Join("; ", words);
    }
}
