namespace Sentinel.Core.Engines;

/// <summary>What a cluster has of a project, and what is in its way.</summary>
/// <param name="Services">Those that carry the project's labels, in the order of their names.</param>
/// <param name="Strangers">What has a name that the project's things would have, and is not of the project.</param>
public sealed record Cluster(IReadOnlyList<EngineService> Services, IReadOnlyList<Stranger> Strangers)
{
    /// <summary>Other things that carry the project's labels and run nothing.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>What still ends of services that are gone, as far as that can be seen.</summary>
    public IReadOnlyList<EngineTask> Ending { get; init; } = [];

    /// <summary>What could not be seen, and what that means.</summary>
    public IReadOnlyList<string> Blind { get; init; } = [];

    /// <summary>What may run twice, or not at all, because a machine does not answer.</summary>
    public IEnumerable<string> Warnings => Services.SelectMany(service => service.Tasks).Where(task => task is { State: TaskState.Unknown, Node: not null }).GroupBy(task => task.Node!)
        .Select(lost => $"{lost.Key} does not answer; what ran there may still run, and so twice once it is replaced: {string.Join(", ", lost.Select(task => task.Name))}")
        .Concat(Blind);
}

/// <param name="Project">The project that it is of; null: of none.</param>
public sealed record Stranger(string Object, string? Project);
