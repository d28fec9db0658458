using System.Globalization;
using Sentinel.Core.Host;
using Sentinel.Model;

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

    public static IEnumerable<string> Lines(
        IReadOnlyCollection<PortLease> leases, State state, ILookup<int, Listener> listeners, Style style)
    {
        if (leases.Count == 0)
            return ["No ports"];
        var table = new Table(Columns);
        foreach (var lease in leases)
            table.Add([
                lease.Port.ToString(CultureInfo.InvariantCulture),
                lease.Name,
                lease.AllocatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                lease.ProcessId is { } owner ? state.Processes[owner].Spec.Name : "-",
                Listening([.. listeners[lease.Port].DistinctBy(listener => listener.Pid)]),
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
