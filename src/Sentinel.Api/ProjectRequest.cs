using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>A project as it is to be.</summary>
/// <param name="Name">What it is to be called; where a project of another folder has the name, another is derived from it.</param>
/// <param name="EnvironmentFiles">See <see cref="Group"/>, as <paramref name="Variables"/>.</param>
/// <param name="Members">All of its processes.</param>
/// <param name="Environment">The one that the specs name.</param>
/// <param name="Origin">Who wants it, if that is known.</param>
public sealed record ProjectRequest(
    string Name,
    ProjectMark Mark,
    IReadOnlyList<string> EnvironmentFiles,
    EnvironmentBlock Variables,
    IReadOnlyList<ProjectMember> Members,
    EnvironmentBlock Environment,
    Origin? Origin = null)
{
    /// <summary>All of its hooks, with the names that they and their processes have within the project.</summary>
    public IReadOnlyList<Hook> Hooks { get; init; } = [];

    /// <summary>The same by their full names, and for the processes of the project alone.</summary>
    public IEnumerable<Hook> HooksIn(string project) => Hooks.Select(hook => hook with
    {
        Name = $"{project}/{hook.Name}",
        Processes = hook.Processes.Count == 0 ? [project] : [.. hook.Processes.Select(process => $"{project}/{process}")],
    });
}

/// <summary>A process, or a set, of a project.</summary>
/// <param name="Spec">Its name is that within the project.</param>
/// <param name="Instances">How many of it, as a set of the name; null: one, which is not a set.</param>
public sealed record ProjectMember(ProcessSpec Spec, int? Instances = null)
{
    /// <summary>What is to be registered for it, by its full names.</summary>
    public IEnumerable<ProcessSpec> In(string project)
    {
        var name = $"{project}/{Spec.Name}";
        return Instances is not { } count
            ? [Spec with { Name = name, Group = project }]
            : Enumerable.Range(1, count).Select(number => new Instance(name, number)).Select(instance => Spec with { Name = instance.Name, Instance = instance, Group = project });
    }
}
