using System.Collections.Immutable;
using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Screen;

/// <summary>A line of the table.</summary>
internal abstract record Row
{
    private Row()
    {
    }

    /// <summary>By which it is found again when all of it changes.</summary>
    public abstract string Key { get; }

    /// <summary>The processes that it stands for.</summary>
    public abstract IReadOnlyList<ProcessSummary> Members { get; }

    /// <summary>The name of a group or project, over its processes.</summary>
    public sealed record Heading(string Name, IReadOnlyList<ProcessSummary> All, bool IsFolded) : Row
    {
        public override string Key => $"group {Name}";

        public override IReadOnlyList<ProcessSummary> Members => All;
    }

    /// <param name="IsInGroup">Whether it stands below the name of its group.</param>
    public sealed record Single(ProcessSummary Process, bool IsInGroup) : Row
    {
        public override string Key => $"process {Process.Id} {Process.Host}";

        public override IReadOnlyList<ProcessSummary> Members => [Process];
    }
}

/// <summary>How the table is arranged.</summary>
/// <param name="By">The name of the column by which it is sorted.</param>
/// <param name="IsFlat">Whether groups have no headings, and all processes are sorted together.</param>
/// <param name="Folded">The groups of which only the heading is shown.</param>
internal sealed record Arrangement(string By = "name", bool IsReversed = false, string Filter = "", bool IsFlat = false)
{
    public ImmutableHashSet<string> Folded { get; init; } = [];
}

/// <summary>The processes that are shown, in order, with the headings of their groups.</summary>
internal sealed class Listing
{
    private readonly Dictionary<string, int> _places = [];

    public static readonly Listing Empty = new([], new Arrangement());

    public Listing(IReadOnlyList<ProcessSummary> processes, Arrangement arrangement)
    {
        (Processes, Arrangement) = (processes, arrangement);
        Passing = [.. processes.Where(ProcessMatch.Of(arrangement.Filter))];
        Rows = [.. arrangement.IsFlat ? Sorted(Passing, isInGroup: false) : Passing.GroupBy(GroupOf).OrderBy(group => group.Key, StringComparer.OrdinalIgnoreCase).SelectMany(Grouped)];
        for (var i = 0; i < Rows.Count; i++)
            _places[Rows[i].Key] = i;
        LongestName = Rows.Count == 0 ? 0 : Rows.Max(row => row is Row.Single single ? Rendering.Text.Width(single.IsInGroup ? $"  {ProcessName.Short(single.Process.Name)}" : single.Process.Name) : 0);
    }

    /// <summary>All that there are.</summary>
    public IReadOnlyList<ProcessSummary> Processes { get; }

    public Arrangement Arrangement { get; }

    /// <summary>Those that the filter lets through.</summary>
    public IReadOnlyList<ProcessSummary> Passing { get; }

    public IReadOnlyList<Row> Rows { get; }

    public int LongestName { get; }

    /// <summary>Where a row is; null: nowhere.</summary>
    public int? PlaceOf(string? key) => key is not null && _places.TryGetValue(key, out var place) ? place : null;

    /// <summary>The project of a process, or else its group; null: it is of none.</summary>
    public static string? GroupOf(ProcessSummary process) => ProcessName.ProjectOf(process.Name) ?? process.Group;

    private IEnumerable<Row> Grouped(IGrouping<string?, ProcessSummary> group)
    {
        if (group.Key is not { } name)
            return Sorted(group, isInGroup: false);
        var isFolded = Arrangement.Folded.Contains(name);
        var heading = new Row.Heading(name, [.. group], isFolded);
        return isFolded ? [heading] : Sorted(group, isInGroup: true).Prepend(heading);
    }

    private IEnumerable<Row> Sorted(IEnumerable<ProcessSummary> processes, bool isInGroup)
    {
        var order = (ScreenColumn.All.FirstOrDefault(column => column.Name == Arrangement.By) ?? ScreenColumn.Named).Order;
        var comparer = Comparer<IComparable?>.Create((one, other) => Arrangement.IsReversed ? Compare(other, one) : Compare(one, other));
        return processes.OrderBy(order, comparer).ThenBy(process => ScreenColumn.Named.Order(process)).ThenBy(process => process.Host).ThenBy(process => process.Id)
            .Select(process => new Row.Single(process, isInGroup));
    }

    private static int Compare(IComparable? one, IComparable? other) => (one, other) switch
    {
        (string text, string next) => string.CompareOrdinal(text, next),
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        _ => one.CompareTo(other),
    };
}
