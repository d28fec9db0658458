using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Processes as <c>list</c> shows them, one line each.</summary>
internal static class ProcessList
{
    /// <param name="chosen">The names of the columns to show; null: those that serve the reader best.</param>
    /// <param name="now">Null: the time of this call.</param>
    /// <param name="isOfProject">Whether those columns serve the reader best that show how a project is.</param>
    /// <param name="first">One more column, before all others.</param>
    public static IEnumerable<string> Lines(
        IReadOnlyList<ProcessSummary> processes, Style style, DateTimeOffset? now = null, IReadOnlyList<string>? chosen = null, bool isOfProject = false, ProcessColumn? first = null)
    {
        if (processes.Count == 0)
            return ["No processes"];
        var time = now ?? DateTimeOffset.UtcNow;
        var columns = chosen is not null ? Chosen(chosen, style)
            : style.IsRich ? [.. (isOfProject ? ProcessColumn.ForProject(isRich: true) : ProcessColumn.Rich)
                .Where(column => !column.IsOptional || processes.Any(process => column.Value(process, time).Text != ProcessColumn.None))]
            : isOfProject ? [.. ProcessColumn.ForProject(isRich: false)]
            : ProcessColumn.Plain(processes);
        if (first is not null)
            columns = [first, .. columns];
        var table = new Table([.. columns.Select(column => column.Shape)]);
        foreach (var project in ByProject(processes, style))
        {
            if (project.Key is { } name)
                table.AddTitle($"{name}: {project.Count(process => process.State is "running" or RunState.Done)} of {project.Count()} up or done");
            foreach (var process in project)
                table.Add([.. columns.Select(column => column == ProcessColumn.Named && project.Key is not null ? ProcessName.Short(process.Name) : column.Value(process, time))]);
        }

        return table.Lines(style);
    }

    // On a terminal, what belongs to a project is below its name. What is of none comes first. Programs read one flat list.
    private static IEnumerable<IGrouping<string?, ProcessSummary>> ByProject(IReadOnlyList<ProcessSummary> processes, Style style) => processes
        .GroupBy(process => style.IsRich ? ProcessName.ProjectOf(process.Name) : null)
        .OrderBy(project => project.Key, StringComparer.Ordinal);

    // Where not all have room, the last gives way.
    private static IReadOnlyList<ProcessColumn> Chosen(IReadOnlyList<string> names, Style style) =>
    [
        .. names.Select(name => ProcessColumn.Of(name, style.IsRich))
            .Select((column, i) => column with { Shape = column.Shape with { Keep = names.Count - i, IsExtra = false } }),
    ];
}
