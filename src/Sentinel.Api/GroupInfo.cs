using Sentinel.Model;

namespace Sentinel.Api;

/// <summary>What is public of a group: not the values of its variables.</summary>
/// <param name="Variables">Their names.</param>
/// <param name="Project">Where it comes from, if it is a project.</param>
public sealed record GroupInfo(
    string Name, DateTimeOffset CreatedAt, IReadOnlyList<string> EnvironmentFiles, IReadOnlyList<string> Variables, IReadOnlyList<ProcessRef> Processes, ProjectMark? Project = null);
