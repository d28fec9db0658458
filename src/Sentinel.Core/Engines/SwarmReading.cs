using System.Globalization;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Core.Engines;

/// <summary>What the API of Docker says of services, tasks and nodes; see https://docs.docker.com/reference/api/engine.</summary>
public static class SwarmReading
{
    public const string ProjectLabel = "sentinel.project", NameLabel = "sentinel.name", HashLabel = "sentinel.spec-hash", ReplicasLabel = "sentinel.replicas";

    // What is inserted into a service when it is shown, and is not in its tasks.
    private static readonly string[] Inserted = ["Privileges", "StopGracePeriod", "DNSConfig", "Isolation"];

    /// <param name="project">As the engine knows it.</param>
    /// <param name="services">What <c>docker service inspect</c> prints.</param>
    /// <param name="tasks">What <c>docker inspect --type task</c> prints.</param>
    /// <param name="nodes">What <c>docker node inspect</c> prints.</param>
    /// <exception cref="JsonException">It is none of that.</exception>
    public static Cluster Read(string project, string services, string tasks, string nodes)
    {
        using var all = JsonDocument.Parse(services);
        using var theirs = JsonDocument.Parse(tasks);
        using var machines = JsonDocument.Parse(nodes);
        var known = machines.RootElement.EnumerateArray().ToDictionary(node => node.Text("ID"), node => node);
        var own = all.RootElement.EnumerateArray().ToLookup(service => Label(service, ProjectLabel) == project);
        return new Cluster(
            [.. own[true].Select(service => Service(service, [.. theirs.RootElement.EnumerateArray().Where(task => task.Text("ServiceID") == service.Text("ID"))], known)).OrderBy(service => service.Name, StringComparer.Ordinal)],
            [.. own[false].Select(service => new Stranger(service.Get("Spec").Text("Name"), Label(service, ProjectLabel)))]);
    }

    private static EngineService Service(JsonElement service, IReadOnlyList<JsonElement> tasks, Dictionary<string, JsonElement> nodes)
    {
        var (spec, name) = (service.Get("Spec"), Label(service, NameLabel) ?? service.Get("Spec").Text("Name"));
        var template = spec.Get("TaskTemplate");
        var status = service.Maybe("UpdateStatus");
        // What was replaced is of interest only while there is nothing newer that says why.
        return new EngineService(
            name,
            spec.Text("Name"),
            Label(service, HashLabel),
            template.Get("ContainerSpec").Text("Image").Split('@')[0],
            spec.Get("Mode").Maybe("Replicated")?.Maybe("Replicas")?.GetInt32() ?? tasks.Count,
            [.. (spec.Maybe("EndpointSpec")?.Maybe("Ports")?.EnumerateArray() ?? []).Select(Port)])
        {
            Project = Label(service, ProjectLabel)!,
            Created = service.Time("CreatedAt"),
            Remembered = Label(service, ReplicasLabel) is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var remembered) ? remembered : null,
            Ends = Condition(template) is "none" or "on-failure",
            Rollout = status?.Maybe("State")?.GetString() switch
            {
                "updating" or "rollback_started" => new Rollout.UnderWay(),
                "paused" or "rollback_paused" or "rollback_completed" => new Rollout.Failed(
                    status.Value.Maybe("Message")?.GetString() ?? "the update failed",
                    status.Value.Text("State").StartsWith("rollback", StringComparison.Ordinal),
                    status.Value.Maybe("StartedAt")?.GetString() ?? ""),
                _ => new Rollout.Settled(),
            },
            Tasks = [.. tasks.Select(task => Task(task, name, template, nodes)).OrderBy(task => task.Name, StringComparer.Ordinal).ThenByDescending(task => task.Since)],
        };
    }

    private static EngineTask Task(JsonElement task, string name, JsonElement template, Dictionary<string, JsonElement> nodes)
    {
        var (status, desired) = (task.Get("Status"), task.Text("DesiredState"));
        var state = status.Text("State");
        var node = task.Maybe("NodeID")?.GetString() is { Length: > 0 } id ? id : null;
        var isLost = node is not null && (!nodes.TryGetValue(node, out var machine) || machine.Get("Status").Text("State") != "ready");
        var mayRun = state is "assigned" or "accepted" or "preparing" or "ready" or "starting" or "running";
        var isMeant = desired is "running" or "ready" or "accepted" or "complete";
        return new EngineTask(
            task.Text("ID"),
            $"{name}.{task.Maybe("Slot")?.GetInt32() ?? 0}",
            node is null ? null : nodes.TryGetValue(node, out var on) ? on.Get("Description").Text("Hostname") : node,
            mayRun && isLost ? TaskState.Unknown : Of(state, isMeant),
            status.Maybe("Err")?.GetString() is { Length: > 0 } why ? why : null,
            Restarts: null,
            status.Maybe("Timestamp")?.Time())
        {
            IsWanted = isMeant || state == "complete",
            IsCurrent = IsOf(template, task.Get("Spec")),
            IsRefused = state == "rejected" || (state == "failed" && Condition(template) == "none"),
        };
    }

    private static TaskState Of(string state, bool isMeant) => state switch
    {
        "new" or "pending" => isMeant ? TaskState.Waiting : TaskState.Stopped,
        "assigned" or "accepted" or "preparing" or "ready" or "starting" => isMeant ? TaskState.Starting : TaskState.Stopping,
        "running" => isMeant ? TaskState.Running : TaskState.Stopping,
        "complete" => TaskState.Done,
        "failed" or "rejected" => TaskState.Failed,
        "orphaned" => TaskState.Unknown,
        _ => TaskState.Stopped,
    };

    // A task that is replaced keeps the settings that it was made with.
    private static bool IsOf(JsonElement template, JsonElement task)
    {
        if ((template.Maybe("ForceUpdate")?.GetInt64() ?? 0) != (task.Maybe("ForceUpdate")?.GetInt64() ?? 0))
            return false;
        var (now, then) = (template.Get("ContainerSpec"), task.Get("ContainerSpec"));
        return now.EnumerateObject().Concat(then.EnumerateObject()).Select(property => property.Name).Distinct().Except(Inserted)
            .All(name => now.TryGetProperty(name, out var one) && then.TryGetProperty(name, out var other) && JsonElement.DeepEquals(one, other));
    }

    private static string? Condition(JsonElement template) => template.Maybe("RestartPolicy")?.Maybe("Condition")?.GetString();

    private static string Port(JsonElement port)
    {
        var target = port.Get("TargetPort").GetInt32();
        return port.Maybe("PublishedPort")?.GetInt32() is > 0 and var published ? published == target ? $"{target}" : $"{published}->{target}" : $"*->{target}";
    }

    private static string? Label(JsonElement service, string label) => service.Get("Spec").Maybe("Labels")?.Maybe(label)?.GetString();
}
