using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>A column of <c>list</c>.</summary>
/// <param name="Name">What <c>--columns</c> calls it.</param>
/// <param name="Shape">How it is shown; only a terminal needs to know more of it than the header.</param>
/// <param name="Value">What it shows of a process, at a time; <see cref="None"/>: nothing.</param>
/// <param name="IsOptional">Whether a terminal has no such column when there is nothing to show in it.</param>
internal sealed record ProcessColumn(string Name, Column Shape, Func<ProcessSummary, DateTimeOffset, Cell> Value, bool IsOptional = false)
{
    public const string None = "-";

    public static readonly ProcessColumn Id = new("id", new Column("ID", Align.Right), (process, _) => process.Id.ToString());

    public static readonly ProcessColumn Named = new("name", new Column("NAME", Fair: 16, Least: 8), (process, _) => process.Name);

    public static readonly ProcessColumn Pid = new(
        "pid", new Column("PID", Align.Right, Keep: 5, IsExtra: true), (process, _) => process.Pid?.ToString() ?? None);

    public static readonly ProcessColumn Status = new("status", new Column("STATUS", Last: 8), ProcessStatus.Plain);

    /// <summary>For a terminal: says more.</summary>
    public static readonly ProcessColumn RichStatus = Status with { Value = ProcessStatus.Rich };

    public static readonly ProcessColumn Health = new(
        "health",
        new Column("HEALTH", Keep: 4, IsExtra: true),
        (process, _) => process.Health?.Status is { } status ? new Cell(status, ProcessStatus.ColorOfHealth(status)) : None,
        IsOptional: true);

    public static readonly ProcessColumn Uptime = new(
        "uptime",
        new Column("UPTIME", Align.Right, Keep: 10),
        (process, _) => process.UptimeSeconds is { } uptime ? Text.Duration(TimeSpan.FromSeconds(uptime)) : None);

    public static readonly ProcessColumn Restarts = new(
        "restarts", new Column("RESTARTS", Align.Right, Keep: 9), (process, _) => process.Restarts > 0 ? process.Restarts.ToString() : None, IsOptional: true);

    /// <summary>For a terminal: a word would be wider than most counts.</summary>
    public static readonly ProcessColumn RichRestarts = Restarts with { Shape = Restarts.Shape with { Header = "↺" } };

    public static readonly ProcessColumn Cpu = new(
        "cpu", new Column("CPU", Align.Right, Keep: 8), (process, _) => process.CpuPercent is { } cpu ? Text.Percent(cpu) : None);

    public static readonly ProcessColumn Memory = new(
        "mem", new Column("MEM", Align.Right, Keep: 7), (process, _) => process.MemoryBytes is { } memory ? Text.Memory(memory) : None);

    public static readonly ProcessColumn Ports = new(
        "ports",
        new Column("PORT", Align.Right, Keep: 6, IsExtra: true),
        (process, _) => process.Ports.Count > 0 ? string.Join(", ", process.Ports.Select(port => port.Port)) : None,
        IsOptional: true);

    /// <summary>What it waits for before it is started.</summary>
    public static readonly ProcessColumn WaitsFor = new(
        "waits-for",
        new Column("WAITS FOR", Fair: 30, Least: 12, Keep: 12),
        (process, _) => process.WaitsFor.Count > 0 ? string.Join("; ", process.WaitsFor.Select(needed => $"{ProcessName.Short(needed.Name)} {needed.Until}: {needed.Why}")) : None,
        IsOptional: true);

    public static readonly ProcessColumn Url = new(
        "url", new Column("URL", Fair: 24, Least: 10, Keep: 6, IsExtra: true), (process, _) => process.Url ?? None, IsOptional: true);

    /// <summary>The files for which it was restarted last.</summary>
    public static readonly ProcessColumn Changed = new(
        "changed", new Column("CHANGED", Fair: 20, Least: 8, Keep: 4, IsExtra: true), (process, _) => process.Changed is { } changed ? Text.Printable(changed) : None, IsOptional: true);

    public static readonly ProcessColumn Restart = new(
        "restart",
        new Column("RESTART", Align.Center, Keep: 3, IsExtra: true),
        (process, _) => process.Restart == RestartRule.Never.Word() ? None : "X");

    /// <summary>For a terminal: says which rule it has.</summary>
    public static readonly ProcessColumn RichRestart = Restart with
    {
        Shape = Restart.Shape with { Align = Align.Left },
        Value = (process, _) => process.Restart == RestartRule.Never.Word() ? None : process.Restart,
        IsOptional = true,
    };

    public static readonly ProcessColumn Group = new(
        "group", new Column("GROUP", Align.Center, Keep: 2, IsExtra: true), (process, _) => process.Group ?? None, IsOptional: true);

    public static readonly ProcessColumn Owner = new(
        "owner", new Column("OWNER", Fair: 16, Least: 8, Keep: 1, IsExtra: true), (process, now) => Ownership.Cell(process.Lease, now), IsOptional: true);

    public static readonly ProcessColumn Command = new(
        "command", new Column("COMMAND", Fair: 20, Least: 10, Keep: 11), (process, _) => Text.Printable(process.Command));

    /// <summary>All columns of a terminal, in their order there.</summary>
    public static readonly IReadOnlyList<ProcessColumn> Rich =
        [Id, Named, Pid, RichStatus, Health, Uptime, RichRestarts, Cpu, Memory, Ports, RichRestart, Changed, Group, Owner, Command];

    private static readonly IReadOnlyList<ProcessColumn> PlainOnes =
        [Id, Named, Pid, Status, Health, Uptime, Restarts, Cpu, Memory, Ports, Restart, Changed, Group, Owner, Command];

    /// <summary>Those that are shown only where they are asked for.</summary>
    private static readonly IReadOnlyList<ProcessColumn> Others = [WaitsFor, Url];

    public static IEnumerable<string> Names => Rich.Concat(Others).Select(column => column.Name);

    private static readonly string[] OfProject = ["name", "status", "health", "uptime", "restarts", "cpu", "mem", "ports", "waits-for", "url"];

    /// <summary>The columns of that name for a terminal, or for others.</summary>
    public static ProcessColumn Of(string name, bool isRich) => (isRich ? Rich : PlainOnes).Concat(Others).Single(column => column.Name == name);

    /// <summary>Those that show how a project is.</summary>
    public static IEnumerable<ProcessColumn> ForProject(bool isRich) => OfProject.Select(name => Of(name, isRich));

    /// <summary>The columns for programs: always these ten and, where some process has any, health and owners.</summary>
    public static IReadOnlyList<ProcessColumn> Plain(IReadOnlyList<ProcessSummary> processes) =>
    [
        Id, Named, Pid, Status,
        .. processes.Any(process => process.Health is not null) ? [Health] : Array.Empty<ProcessColumn>(),
        Cpu, Memory, Uptime, Restart, Group,
        .. processes.Any(process => process.Lease is not null) ? [Owner] : Array.Empty<ProcessColumn>(),
        Command,
    ];
}
