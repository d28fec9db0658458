namespace Sentinel.Screen;

/// <summary>Where on the screen everything is, in rows from 0; a part without rows is not shown.</summary>
internal readonly record struct Frame(int TableTop, int TableRows, int PaneTop, int PaneRows, int Footer)
{
    // With fewer rows, a pane takes all of them.
    private const int FewestForBoth = 14;

    // Above the table: what there is in all, and the names of the columns.
    private const int Above = 2;

    public static Frame Of(Scene scene)
    {
        var footer = Math.Max(0, scene.Size.Rows - 1);
        var room = Math.Max(0, footer - Above);
        if (scene.Pane is null)
            return new Frame(Above, room, footer, 0, footer);
        if (IsWhole(scene))
            return new Frame(1, 0, 2, Math.Max(0, footer - 2), footer);
        // A short table leaves its room to the pane.
        var table = Math.Clamp(scene.Listing.Rows.Count, 3, Math.Max(3, (room - 1) / 2));
        return new Frame(Above, table, Above + table + 1, room - table - 1, footer);
    }

    /// <summary>Whether the pane has all of the screen.</summary>
    public static bool IsWhole(Scene scene) => scene.Pane is { } pane && (scene.IsZoomed || scene.Size.Rows < FewestForBoth || pane.Kind is PaneKind.Help);
}
