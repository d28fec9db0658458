using System.Globalization;
using System.Text;
using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Screen.Cells;

namespace Sentinel.Screen;

/// <summary>What a column shows of a process.</summary>
internal readonly record struct Shown(string Text, Ink Ink = default)
{
    public static readonly Shown Nothing = new("-", Ink.Dim);

    public static implicit operator Shown(string text) => new(text);
}

/// <summary>What a column may look at besides the process.</summary>
/// <param name="IsInGroup">Whether it stands below the name of its group.</param>
internal readonly record struct Glance(DateTimeOffset Now, Trends Trends, bool IsInGroup);

/// <summary>A column of the table.</summary>
/// <param name="Name">What the chooser calls it.</param>
/// <param name="Width">How many columns of the terminal it takes; of one that stretches, the fewest.</param>
/// <param name="Keep">Where there is no room for all, the column with the smallest number is left out first.</param>
/// <param name="Order">By what it sorts: ascending for texts, so that the largest come first for numbers.</param>
internal sealed record ScreenColumn(string Name, string Header, int Width, int Keep, Func<ProcessSummary, Glance, Shown> Show, Func<ProcessSummary, IComparable?> Order)
{
    public bool IsRight { get; init; }

    /// <summary>Whether the largest comes first.</summary>
    public bool IsLargestFirst { get; init; }

    /// <summary>Whether it gets what room is left.</summary>
    public bool Stretches { get; init; }

    /// <summary>Whether it is shown unless somebody chooses otherwise.</summary>
    public bool IsUsual { get; init; } = true;

    private const int TrendColumns = 12;

    public static readonly ScreenColumn Named = new(
        "name", "NAME", 12, int.MaxValue, (process, glance) => glance.IsInGroup ? $"  {ProcessName.Short(process.Name)}" : process.Name, process => InOrder(process.Name));

    public static readonly ScreenColumn State = new("state", "STATE", 10, 100, (process, _) => StateOf(process), process => StateWords.Urgency(process));

    /// <summary>The machine, where several are shown.</summary>
    public static readonly ScreenColumn Host = Words("host", "HOST", 10, 98, process => process.Host);

    /// <summary>All columns, in their order.</summary>
    public static readonly IReadOnlyList<ScreenColumn> All =
    [
        Named,
        Host,
        State,
        Number("for", "FOR", 7, 95, process => process.UptimeSeconds, seconds => Text.Duration(TimeSpan.FromSeconds(seconds))),
        Number("cpu", "CPU%", 5, 70, process => process.CpuPercent, percent => percent.ToString(percent < 100 ? "0.0" : "0", CultureInfo.InvariantCulture)),
        new("cpu-trend", "CPU, 2 MIN", TrendColumns, 20, (process, glance) => new Shown(glance.Trends.Cpu(process.Key, TrendColumns), Ink.Cyan), process => -process.CpuPercent) { IsLargestFirst = true },
        Number("mem", "MEM", 7, 60, process => process.MemoryBytes, bytes => Text.Memory((long)bytes)),
        new("mem-trend", "MEM, 2 MIN", TrendColumns, 10, (process, glance) => new Shown(glance.Trends.Memory(process.Key, TrendColumns), Ink.Cyan), process => -process.MemoryBytes) { IsLargestFirst = true },
        Number("restarts", "↺", 3, 50, process => process.Restarts > 0 ? process.Restarts : null, count => count.ToString("0", CultureInfo.InvariantCulture)),
        new("port", "PORT", 6, 40, (process, _) => PortsOf(process), process => process.Ports.Count > 0 ? process.Ports[0].Port : int.MaxValue) { IsRight = true },
        new("says", "WAITS FOR / SAYS", 14, 90, (process, glance) => Says.Of(process, glance.Now), process => Says.Of(process, DateTimeOffset.UtcNow).Text) { Stretches = true },
        Number("pid", "PID", 7, 35, process => process.Pid, pid => pid.ToString("0", CultureInfo.InvariantCulture)) with { IsUsual = false, IsLargestFirst = false, Order = process => process.Pid ?? int.MaxValue },
        Number("id", "ID", 5, 34, process => process.Id, id => id.ToString("0", CultureInfo.InvariantCulture)) with { IsUsual = false, IsLargestFirst = false, Order = process => process.Id },
        Words("group", "GROUP", 10, 32, process => process.Group),
        Words("url", "URL", 22, 31, process => process.Url),
        new("owner", "OWNER", 16, 30, (process, glance) => process.Lease is null ? Shown.Nothing : Ownership.Cell(process.Lease, glance.Now), process => process.Lease is null ? "~" : "") { IsUsual = false },
        Words("command", "COMMAND", 30, 5, process => process.Command),
    ];

    /// <summary>Those that are shown unless somebody chooses otherwise.</summary>
    public static readonly IReadOnlyList<string> Usual = [.. All.Where(column => column.IsUsual).Select(column => column.Name)];

    /// <summary>Those that have something to show.</summary>
    public static IReadOnlyList<ScreenColumn> In(Scene scene) => scene.Hosts.Count > 0 ? All : [.. All.Where(column => column != Host)];

    private static ScreenColumn Number(string name, string header, int width, int keep, Func<ProcessSummary, double?> value, Func<double, string> text) => new(
        name, header, width, keep, (process, _) => value(process) is { } known ? new Shown(text(known)) : Shown.Nothing, process => -value(process) ?? double.MaxValue)
    { IsRight = true, IsLargestFirst = true };

    private static ScreenColumn Words(string name, string header, int width, int keep, Func<ProcessSummary, string?> value) => new(
        name, header, width, keep, (process, _) => value(process) is { Length: > 0 } text ? new Shown(text) : Shown.Nothing, process => value(process) ?? "\uffff")
    { IsUsual = false };

    // The second of a set comes before the tenth.
    private static string InOrder(string name)
    {
        var (text, digits) = (new StringBuilder(), 0);
        foreach (var letter in name.ToLowerInvariant().Append('\0'))
        {
            if (char.IsAsciiDigit(letter))
            {
                digits++;
            }
            else if (digits > 0)
            {
                text.Insert(text.Length - digits, "0", Math.Max(0, 10 - digits));
                digits = 0;
            }

            text.Append(letter);
        }

        return text.ToString();
    }

    // What has to be seen is in capitals, also where there are no colours.
    private static Shown StateOf(ProcessSummary process)
    {
        var word = StateWords.Of(process);
        return StateWords.IsBad(word) ? new Shown(word.ToUpperInvariant(), Ink.Red.With(Strokes.Bold)) : new Shown(word, word switch
        {
            "running" or "healthy" or RunState.Done => Ink.Green,
            "starting" or "stopping" or "backoff" or "waiting" or "scheduled" or "listening" or "elsewhere" or StateWords.Unknown => Ink.Yellow,
            _ => Ink.Dim,
        });
    }

    private static Shown PortsOf(ProcessSummary process) => process.Ports.Count switch
    {
        0 => Shown.Nothing,
        1 => process.Ports[0].Port.ToString(CultureInfo.InvariantCulture),
        _ => $"{process.Ports[0].Port}+",
    };
}
