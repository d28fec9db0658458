using System.Globalization;
using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>Leased ports as <c>port list</c> shows them, one line each.</summary>
internal static class PortList
{
    private static readonly Column[] Columns =
    [
        new("PORT", Align.Right),
        new("NAME", Fair: 16, Least: 8),
        new("ALLOCATED", Keep: 1),
        new("PROCESS", Fair: 16, Least: 8, Keep: 2),
        new("LISTENER", Fair: 20, Least: 10, Keep: 3),
    ];

    public static IEnumerable<string> Lines(IReadOnlyCollection<PortInfo> ports, Style style)
    {
        if (ports.Count == 0)
            return ["No ports"];
        var table = new Table(Columns);
        foreach (var port in ports)
            table.Add([
                port.Port.ToString(CultureInfo.InvariantCulture),
                port.Name,
                port.AllocatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                port.Process ?? "-",
                Listening([.. port.Listeners.DistinctBy(listener => listener.Pid)]),
            ]);
        return table.Lines(style);
    }

    private static string Listening(Listener[] listeners) => listeners switch
    {
        [] => "-",
        [var one] => Text.Printable(one.ToString()),
        [var first, ..] => $"{Text.Printable(first.ToString())} and {listeners.Length - 1} more",
    };
}
