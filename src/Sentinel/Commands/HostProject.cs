using System.CommandLine;
using Sentinel.Api.Wire;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Project = Sentinel.Core.Projects.Project;

namespace Sentinel.Commands;

/// <summary>What a project here has to say about commands for other machines: which these are, and what of it is for each.</summary>
/// <param name="project">Null: there is none, or none that can be read.</param>
/// <param name="isOfProject">Whether the command is about the project.</param>
internal sealed class HostProject(Project? project, bool isOfProject)
{
    /// <summary>The option by which a project is told which of its machines it is on; see <see cref="Project.On"/>.</summary>
    public const string AsHost = "--as-host";

    /// <summary>All machines of all groups, unless there is a group of that name.</summary>
    private const string All = "all";

    private static readonly string[] OfProjects = ["up", "down", "plan", "apply", "ps"];

    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _groups = GroupsOf(project);

    /// <summary>Null, after saying what is wrong, where a command is about a project that cannot be read.</summary>
    public static HostProject? For(ParseResult result, string hosts)
    {
        var isOfProject = OfProjects.Contains(HostOption.VerbIn(result));
        var file = result.CommandResult.Command.Options.OfType<Option<string?>>().FirstOrDefault(option => option.Name == "--file") is { } option ? result.GetValue(option) : null;
        if (isOfProject)
            return ProjectLook.ReadOrTell(file) is { } project ? new HostProject(project, isOfProject) : null;
        if (ProjectLook.Found() is not { } found)
            return new HostProject(null, isOfProject);
        var read = ProjectLook.Read(null)!;
        // A group has no sign of its own.
        if (read.Project is null && !hosts.Contains('@') && !hosts.Contains('.'))
            Output.Tell($"Warning: {Text.Printable(found)} cannot be read, so its [hosts] are not known; 'sentinel check' tells why");
        return new HostProject(read.Project, isOfProject);
    }

    /// <summary>Its name and its file; null: there is none.</summary>
    public (string Name, string File)? Found => project is null ? null : (project.Name, project.File);

    /// <exception cref="FormatException">These cannot be machines.</exception>
    public IReadOnlyList<HostName> Hosts(string named) => HostNames.Parse(named, _groups);

    /// <summary>The command for one machine.</summary>
    /// <param name="arguments">Without what says on which machines.</param>
    public RelayCall CallFor(HostName host, IReadOnlyList<string> arguments) => !isOfProject ? new RelayCall(null, arguments) : new RelayCall(
        null,
        [
            .. Arguments.Without(arguments, ["--file", "-f"], []),
            $"{AsHost}={string.Join(',', _groups.Where(group => group.Key != All && group.Value.Contains(host.Destination)).Select(group => group.Key).Prepend(host.Destination))}",
        ],
        new RelayProject(project!.Name, project.File));

    private static Dictionary<string, IReadOnlyList<string>> GroupsOf(Project? project)
    {
        var groups = new Dictionary<string, IReadOnlyList<string>>(project?.Hosts ?? new Dictionary<string, IReadOnlyList<string>>());
        if (groups.Count > 0)
            groups.TryAdd(All, [.. groups.Values.SelectMany(hosts => hosts).Distinct()]);
        return groups;
    }
}
