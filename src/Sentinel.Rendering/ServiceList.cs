using Sentinel.Api.Wire;
using Sentinel.Core.Engines;

namespace Sentinel.Rendering;

/// <summary>A project on a cluster, as <c>list --on</c> and <c>status --on</c> show it.</summary>
internal static class ServiceList
{
    private const string None = "-";

    private static readonly Column[] Columns =
    [
        new("NAME", Fair: 20, Least: 8),
        new("STATUS"),
        new("READY", Align.Right),
        new("NODES", Fair: 20, Least: 8, Keep: 4),
        new("IMAGE", Fair: 24, Least: 10, Keep: 2),
        new("PORTS", Fair: 14, Least: 8, Keep: 3),
        new("AGE", Align.Right, Keep: 1),
    ];

    private static readonly Column[] OfTasks =
    [
        new("TASK", Fair: 24, Least: 8),
        new("NODE", Fair: 16, Least: 6),
        new("STATE"),
        new("RESTARTS", Align.Right, Keep: 2),
        new("SINCE", Align.Right, Keep: 1),
        new("ERROR", Fair: 40, Least: 10),
    ];

    public static IEnumerable<string> Lines(IEnumerable<EngineService> services, Style style, DateTimeOffset now)
    {
        var table = new Table(Columns);
        foreach (var service in services)
            table.Add([
                service.Name,
                new Cell(service.Status, ColorOf(service)),
                $"{service.Ready}/{service.Replicas}",
                service.Nodes.Any() ? Text.Some(service.Nodes) : None,
                service.Image ?? None,
                OrNone(service.Ports),
                service.Created is { } created ? Text.Duration(now - created) : None,
            ]);
        return table.Lines(style);
    }

    /// <summary>Everything about one.</summary>
    public static IEnumerable<string> Details(EngineService service, Style style, DateTimeOffset now)
    {
        yield return style.Paint($"{Text.Printable(service.Name)}: {service.Status}, {service.Ready} of {service.Replicas} ready", Color.Bold);
        if (service.Rollout is Rollout.Failed { Why: var why })
            yield return Text.Printable($"Its last update failed: {why}");
        if (service.Tasks.Count == 0)
            yield break;
        var table = new Table(OfTasks);
        foreach (var task in service.Tasks)
            table.Add([
                task.Name,
                task.Node ?? None,
                new Cell(task.State.Word(), ColorOf(task.State)),
                task.Restarts?.ToString() ?? None,
                task.Since is { } since ? Text.Duration(now - since) : None,
                task.Why ?? None,
            ]);
        foreach (var line in table.Lines(style))
            yield return line;
    }

    /// <summary>What <c>list</c> and <c>status</c> print for programs.</summary>
    public static byte[] ToJson(string engine, string project, IEnumerable<EngineService> services, IEnumerable<string> warnings) => Documents.Written(json =>
    {
        json.WriteString("engine", engine);
        json.WriteString("project", project);
        json.WriteObjects("services", services, service =>
        {
            json.WriteString("name", service.Name);
            json.WriteString("object", service.Object);
            json.WriteString("status", service.Status);
            json.WriteNumber("ready", service.Ready);
            json.WriteNumber("replicas", service.Replicas);
            json.WriteTexts("nodes", service.Nodes);
            json.WriteOrNull("image", service.Image);
            json.WriteTexts("ports", service.Ports);
            json.WriteOrNull("createdAt", service.Created);
            json.WriteOrNull("complaint", service.Complaint);
            json.WriteObjects("tasks", service.Tasks, task =>
            {
                json.WriteString("id", task.Id);
                json.WriteString("name", task.Name);
                json.WriteOrNull("node", task.Node);
                json.WriteString("state", task.State.Word());
                json.WriteOrNull("error", task.Why);
                json.WriteOrNull("restarts", task.Restarts);
                json.WriteOrNull("since", task.Since);
                json.WriteBoolean("current", task.IsCurrent);
            });
        });
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>plan --on</c> shows.</summary>
    public static IEnumerable<string> Lines(Difference difference, Style style)
    {
        foreach (var step in difference.Steps)
            yield return Text.Printable(step switch
            {
                EngineStep.Create => $"+ {step.Name}: new",
                EngineStep.Change { Why: var why } => $"~ {step.Name}: {why}",
                EngineStep.Remove => $"- {step.Name}: not in the file any more",
                _ => $"  {step.Name}: as it is",
            });
        int Count<T>() => difference.Steps.Count(step => step is T);
        yield return style.Paint($"{Count<EngineStep.Create>()} new, {Count<EngineStep.Change>()} to change, {Count<EngineStep.Remove>()} to remove, {Count<EngineStep.Same>()} unchanged", Color.Bold);
    }

    public static byte[] ToJson(string engine, string project, Difference difference) => Documents.Written(json =>
    {
        json.WriteString("engine", engine);
        json.WriteString("project", project);
        json.WriteObjects("steps", difference.Steps, step =>
        {
            json.WriteString("name", step.Name);
            json.WriteString("step", step switch
            {
                EngineStep.Create => "create",
                EngineStep.Change => "change",
                EngineStep.Remove => "remove",
                _ => "same",
            });
            json.WriteOrNull("why", (step as EngineStep.Change)?.Why);
        });
    });

    private static string OrNone(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } text ? text : None;

    private static Color ColorOf(EngineService service) => service.Status switch
    {
        "running" or "done" => Color.Green,
        "failed" or "rolled back" => Color.Red,
        "stopped" => Color.Dim,
        _ => Color.Yellow,
    };

    private static Color ColorOf(TaskState state) => state switch
    {
        TaskState.Running or TaskState.Done => Color.Green,
        TaskState.Failed => Color.Red,
        TaskState.Stopped => Color.Dim,
        _ => Color.Yellow,
    };
}
