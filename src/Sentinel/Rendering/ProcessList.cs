using Sentinel.Core.Queries;
using Sentinel.Core.Supervision;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Processes as <c>list</c> shows them, one line each.</summary>
internal static class ProcessList
{
    // From ID to STATUS.
    private const int StatusColumns = 4;

    private static readonly Column Health = new("HEALTH", Keep: 8);

    private static readonly Column Owner = new("OWNER", Fair: 16, Least: 8, Keep: 2);

    private static readonly Column[] Columns =
    [
        new("ID", Align.Right),
        new("NAME", Fair: 16, Least: 8),
        new("PID", Align.Right, Keep: 6),
        new("STATUS", Fair: 8, Least: 8),
        new("CPU", Align.Right, Keep: 5),
        new("MEM", Align.Right, Keep: 4),
        new("UPTIME", Align.Right, Keep: 3),
        new("RESTART", Align.Center, Keep: 2),
        new("GROUP", Align.Center, Keep: 1),
        new("COMMAND", Fair: 20, Least: 10, Keep: 7),
    ];

    /// <param name="now">Null: the time of this call.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<ProcessView> processes, Style style, DateTimeOffset? now = null)
    {
        if (processes.Count == 0)
            return ["No processes"];
        var time = now ?? DateTimeOffset.UtcNow;
        // No column for health or owners when no process has any.
        var hasHealth = processes.Any(process => process.Record.Spec.Health is not null);
        var hasOwners = processes.Any(process => process.Record.Spec.Lease is not null);
        var table = new Table([
            .. Columns[..StatusColumns],
            .. hasHealth ? [Health] : Array.Empty<Column>(),
            .. Columns[StatusColumns..^1],
            .. hasOwners ? [Owner] : Array.Empty<Column>(),
            Columns[^1],
        ]);
        foreach (var process in processes)
        {
            var (record, usage) = process;
            table.Add([
                record.Id.ToString(),
                record.Spec.Name,
                PidOf(record.State)?.ToString() ?? "-",
                new Cell(
                    record.State.Word + (process.IsUnasked ? " (no daemon)" : Wait(record.State, time)) + LeftOvers.Word(process.Left),
                    ColorOf(record.State)),
                .. hasHealth ? [HealthOf(record)] : Array.Empty<Cell>(),
                usage is null ? "-" : Text.Percent(usage.CpuPercent),
                usage is null ? "-" : Text.Memory(usage.MemoryBytes),
                usage is null ? "-" : Text.Duration(usage.Uptime),
                record.Spec.Restart == RestartRule.Never ? "-" : "X",
                record.Spec.Group ?? "-",
                .. hasOwners ? [Ownership.Cell(process, time)] : Array.Empty<Cell>(),
                Text.Printable(record.Spec.Command.Text),
            ]);
        }

        return table.Lines(style);
    }

    // What is due by now is being restarted by the daemon, or could not be restarted just before this was drawn.
    private static string Wait(RunState state, DateTimeOffset now) =>
        state is RunState.Backoff { Due: var due } && due > now ? $" ({Text.Duration(due - now)})" : "";

    /// <summary>The pid of the main process; null while there is none.</summary>
    public static int? PidOf(RunState state) => state is RunState.Running { Handover: not null } ? null : state.Main?.Pid;

    private static Cell HealthOf(ProcessRecord record) => record.State.CurrentRun?.Health is { } health
        ? new Cell(health.Word, health.IsHealthy ? Color.Green : Color.Red)
        : "-";

    public static Color ColorOf(RunState state) => state switch
    {
        RunState.Running { IsReady: true } => Color.Green,
        RunState.Starting or RunState.Running or RunState.Stopping or RunState.Backoff or RunState.Elsewhere => Color.Yellow,
        RunState.Crashed or RunState.Failed => Color.Red,
        _ => Color.Dim,
    };
}
