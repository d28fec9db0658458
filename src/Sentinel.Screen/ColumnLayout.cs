namespace Sentinel.Screen;

/// <summary>A column with its place.</summary>
internal readonly record struct Placed(ScreenColumn Column, int Start, int Width);

/// <summary>Which columns have room, and where.</summary>
internal sealed record ColumnLayout(IReadOnlyList<Placed> Columns)
{
    /// <summary>Before the first: which line is chosen, and which are marked.</summary>
    public const int Margin = 2;

    // A long name may take this share of the width; what is left when all columns have their room goes to it, too.
    private const int NameShare = 4;

    public static ColumnLayout Of(Scene scene)
    {
        var shown = ScreenColumn.All.Where(column => scene.Columns.Contains(column.Name)).ToList();
        var wanted = Math.Max(scene.Listing.LongestName, ScreenColumn.Named.Width);
        var name = Math.Min(wanted, Math.Max(ScreenColumn.Named.Width, scene.Size.Columns / NameShare));
        var room = scene.Size.Columns - Margin;
        while (shown.Count > 1 && Needed() > room)
            shown.Remove(shown.MinBy(column => column.Keep)!);
        var others = Needed() - name;
        name = shown.Exists(column => column.Stretches) ? name : Math.Min(wanted, room - others);
        var left = Math.Max(0, room - Needed());
        var placed = new List<Placed>();
        var start = Margin;
        foreach (var column in shown)
        {
            var width = WidthOf(column) + (column.Stretches ? left : 0);
            placed.Add(new Placed(column, start, width));
            start += width + 1;
        }

        return new ColumnLayout(placed);

        int Needed() => shown.Sum(column => WidthOf(column) + 1) - 1;

        int WidthOf(ScreenColumn column) => column == ScreenColumn.Named ? name : column.Width;
    }

    /// <summary>The index of the column at a place; null: there is none.</summary>
    public int? At(int place)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (place >= Columns[i].Start && place <= Columns[i].Start + Columns[i].Width)
                return i;
        return null;
    }
}
