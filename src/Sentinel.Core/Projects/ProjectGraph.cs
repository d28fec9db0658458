using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Which processes need which.</summary>
/// <param name="Project">Null: they are of no single project.</param>
/// <param name="Nodes">In the order of the file, or of their ids; each name once.</param>
public sealed record ProjectGraph(string? Project, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges)
{
    /// <summary>What a file says, with what is known of its processes now.</summary>
    public static ProjectGraph Of(Project project, State state) => new(
        project.Name,
        [.. project.Processes.Select(process => new GraphNode(process.Name, process.IsTask, StateOf(state, $"{project.Name}/{process.Name}")))],
        [.. project.Processes.SelectMany(process => EdgesOf(
            process.Name,
            (process.Find(FileKeys.Needs)?.Values ?? []).Select(Need.Parse),
            process.Find(FileKeys.After)?.Values ?? [],
            name => project.Processes.FirstOrDefault(other => other.Name == name)?.IsTask ?? state.HolderOf(name)?.Spec.IsTask))]);

    /// <summary>What is registered; a set is one process.</summary>
    public static ProjectGraph Of(State state)
    {
        var sets = state.Processes.Values.GroupBy(record => record.Spec.SetName).Select(set => set.First()).ToList();
        return new(
            null,
            [.. sets.Select(record => new GraphNode(record.Spec.SetName, record.Spec.IsTask, StateOf(state, record.Spec.SetName)))],
            [.. sets.SelectMany(record => EdgesOf(
                record.Spec.SetName,
                record.Spec.Needs.Select(need => need with { Name = Whole(record, need.Name) }),
                record.Spec.After.Select(name => Whole(record, name)),
                name => state.HolderOf(name)?.Spec.IsTask))]);

        // Within its project a process is called by its short name.
        string Whole(ProcessRecord record, string name) =>
            ProcessName.ProjectOf(record.Spec.Name) is { } project && state.HolderOf($"{project}/{name}") is not null ? $"{project}/{name}" : name;
    }

    private static IEnumerable<GraphEdge> EdgesOf(string from, IEnumerable<Need> needs, IEnumerable<string> after, Func<string, bool?> isTask) =>
    [
        .. needs.Select(need => new GraphEdge(from, need.Name, need.ConditionFor(isTask(need.Name) == true))
        {
            IsOptional = need.IsOptional,
            Restarts = need.Restarts,
            IsBound = need.IsBound,
        }),
        .. after.Select(name => new GraphEdge(from, name, Until: null)),
    ];

    // Of several instances, each word once.
    private static string? StateOf(State state, string name) =>
        state.Called(name).Select(record => record.Word).Distinct().ToList() is { Count: > 0 } words ? string.Join(", ", words) : null;
}

/// <param name="State">What it does, in a word; null: it is not registered.</param>
public sealed record GraphNode(string Name, bool IsTask, string? State);

/// <param name="Until">The condition; null: it is only started after the other one.</param>
public sealed record GraphEdge(string From, string To, Condition? Until)
{
    public bool IsOptional { get; init; }

    public bool Restarts { get; init; }

    public bool IsBound { get; init; }
}
