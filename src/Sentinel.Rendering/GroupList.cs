using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>Groups as <c>group list</c> shows them, one line each.</summary>
internal static class GroupList
{
    private static readonly Column[] Columns =
    [
        new("NAME", Fair: 16, Least: 8),
        new("PROCESSES", Align.Right),
        new("RUNNING", Align.Right),
        new("VARIABLES", Fair: 20, Least: 10, Keep: 2),
        new("ENV FILES", Fair: 20, Least: 10, Keep: 1),
    ];

    public static IEnumerable<string> Lines(IReadOnlyList<GroupInfo> groups, Style style)
    {
        if (groups.Count == 0)
            return ["No groups"];
        var table = new Table(Columns);
        foreach (var group in groups)
            table.Add([
                group.Name,
                group.Processes.Count.ToString(),
                group.Processes.Count(member => member.IsUp).ToString(),
                OrNone(group.Variables),
                OrNone(group.EnvironmentFiles.Select(Text.Printable)),
            ]);
        return table.Lines(style);
    }

    /// <summary>What its members get from it, without values.</summary>
    public static IEnumerable<string> EnvironmentOf(GroupInfo group)
    {
        if (group.Variables.Count > 0)
            yield return $"Variables: {string.Join(", ", group.Variables)}";
        foreach (var file in group.EnvironmentFiles)
            yield return $"Env file:  {Text.Printable(file)}";
    }

    private static string OrNone(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } text ? text : "-";
}
