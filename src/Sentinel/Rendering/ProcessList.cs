using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
using Sentinel.Core.Supervision;

namespace Sentinel.Rendering;

/// <summary>Processes as <c>list</c> shows them, a line each.</summary>
internal static class ProcessList
{
    private static readonly Column[] Columns =
    [
        new("ID", Align.Right),
        new("NAME", Fair: 16, Least: 8),
        new("PID", Align.Right, Keep: 6),
        new("STATUS"),
        new("CPU", Align.Right, Keep: 5),
        new("MEM", Align.Right, Keep: 4),
        new("UPTIME", Align.Right, Keep: 3),
        new("RESTART", Align.Center, Keep: 2),
        new("GROUP", Align.Center, Keep: 1),
        new("COMMAND", Fair: 20, Least: 10, Keep: 7),
    ];

    // Only where somebody has a lease.
    private static readonly Column Owner = new("OWNER", Fair: 16, Least: 8, Keep: 2);

    /// <param name="now">Null: the time of this call.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<ProcessView> processes, Style style, DateTimeOffset? now = null)
    {
        if (processes.Count == 0)
            return ["No processes"];
        var hasOwners = processes.Any(process => process.Record.Spec.Lease is not null);
        var table = new Table(hasOwners ? [.. Columns[..^1], Owner, Columns[^1]] : Columns);
        foreach (var process in processes)
        {
            var (record, usage) = process;
            table.Add([
                record.Id.ToString(),
                record.Spec.Name,
                record.State.Main is { } main ? main.Pid.ToString() : "-",
                new Cell(record.State.Word, ColorOf(record.State)),
                usage is null ? "-" : Text.Percent(usage.CpuPercent),
                usage is null ? "-" : Text.Memory(usage.MemoryBytes),
                usage is null ? "-" : Text.Duration(usage.Uptime),
                record.Spec.Restart == RestartRule.Never ? "-" : "X",
                record.Spec.Group ?? "-",
                .. hasOwners ? [Ownership.Cell(process, now ?? DateTimeOffset.UtcNow)] : Array.Empty<Cell>(),
                Text.Printable(record.Spec.Command.Text),
            ]);
        }

        return table.Lines(style);
    }

    public static Color ColorOf(RunState state) => state switch
    {
        RunState.Running => Color.Green,
        RunState.Starting or RunState.Stopping or RunState.Backoff => Color.Yellow,
        RunState.Crashed or RunState.Failed => Color.Red,
        _ => Color.Dim,
    };
}
