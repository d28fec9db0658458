using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>Processes as <c>list</c> shows them, one line each.</summary>
internal static class ProcessList
{
    /// <param name="chosen">The names of the columns to show; null: those that serve the reader best.</param>
    /// <param name="now">Null: the time of this call.</param>
    public static IEnumerable<string> Lines(
        IReadOnlyList<ProcessSummary> processes, Style style, DateTimeOffset? now = null, IReadOnlyList<string>? chosen = null)
    {
        if (processes.Count == 0)
            return ["No processes"];
        var time = now ?? DateTimeOffset.UtcNow;
        var columns = chosen is not null ? Chosen(chosen, style)
            : style.IsRich ? [.. ProcessColumn.Rich.Where(column => !column.IsOptional || processes.Any(process => column.Value(process, time).Text != ProcessColumn.None))]
            : ProcessColumn.Plain(processes);
        var table = new Table([.. columns.Select(column => column.Shape)]);
        foreach (var process in processes)
            table.Add([.. columns.Select(column => column.Value(process, time))]);
        return table.Lines(style);
    }

    // Where not all have room, the last gives way.
    private static IReadOnlyList<ProcessColumn> Chosen(IReadOnlyList<string> names, Style style) =>
    [
        .. names.Select(name => ProcessColumn.Of(name, style.IsRich))
            .Select((column, i) => column with { Shape = column.Shape with { Keep = names.Count - i, IsExtra = false } }),
    ];
}
