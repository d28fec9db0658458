using Sentinel.Api;
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
    public static IEnumerable<string> Lines(IReadOnlyList<ProcessSummary> processes, Style style, DateTimeOffset? now = null)
    {
        if (processes.Count == 0)
            return ["No processes"];
        var time = now ?? DateTimeOffset.UtcNow;
        // No column for health or owners when no process has any.
        var hasHealth = processes.Any(process => process.Health is not null);
        var hasOwners = processes.Any(process => process.Lease is not null);
        var table = new Table([
            .. Columns[..StatusColumns],
            .. hasHealth ? [Health] : Array.Empty<Column>(),
            .. Columns[StatusColumns..^1],
            .. hasOwners ? [Owner] : Array.Empty<Column>(),
            Columns[^1],
        ]);
        foreach (var process in processes)
        {
            table.Add([
                process.Id.ToString(),
                process.Name,
                process.Pid?.ToString() ?? "-",
                new Cell(
                    process.State + (process.IsUnasked ? " (no daemon)" : Wait(process, time)) + LeftOvers.Word(process.LeftOver),
                    ColorOf(process.State)),
                .. hasHealth ? [HealthOf(process)] : Array.Empty<Cell>(),
                process.CpuPercent is { } cpu ? Text.Percent(cpu) : "-",
                process.MemoryBytes is { } memory ? Text.Memory(memory) : "-",
                process.UptimeSeconds is { } uptime ? Text.Duration(TimeSpan.FromSeconds(uptime)) : "-",
                process.Restart == RestartRule.Never.Word() ? "-" : "X",
                process.Group ?? "-",
                .. hasOwners ? [Ownership.Cell(process.Lease, time)] : Array.Empty<Cell>(),
                Text.Printable(process.Command),
            ]);
        }

        return table.Lines(style);
    }

    // What is due by now is being restarted by the daemon, or could not be restarted just before this was drawn.
    private static string Wait(ProcessSummary process, DateTimeOffset now) =>
        process.RestartDue is { } due && due > now ? $" ({Text.Duration(due - now)})" : "";

    private static Cell HealthOf(ProcessSummary process) => process.Health?.Status is { } status
        ? new Cell(status, ColorOfHealth(status))
        : "-";

    public static Color ColorOf(string state) => state switch
    {
        "running" => Color.Green,
        "starting" or "stopping" or "backoff" or "elsewhere" => Color.Yellow,
        "crashed" or "failed" => Color.Red,
        _ => Color.Dim,
    };

    public static Color ColorOfHealth(string status) => status == "healthy" ? Color.Green : Color.Red;
}
