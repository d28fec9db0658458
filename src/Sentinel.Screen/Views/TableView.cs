using Sentinel.Screen.Cells;

namespace Sentinel.Screen.Views;

/// <summary>Draws the processes.</summary>
internal static class TableView
{
    // Narrower, it would be in the way.
    private const int RoomForPart = 60;

    public static void Draw(Canvas canvas, Scene scene)
    {
        var frame = scene.Frame;
        if (frame.TableRows == 0)
            return;
        var layout = ColumnLayout.Of(scene);
        Heads(canvas, scene, layout, frame.TableTop - 1);
        var rows = scene.Listing.Rows;
        if (rows.Count == 0)
            canvas.PutCut(frame.TableTop, ColumnLayout.Margin, Empty(scene), Ink.Dim);
        for (var i = 0; i < frame.TableRows && scene.Top + i < rows.Count; i++)
            Row(canvas, scene, layout, frame.TableTop + i, rows[scene.Top + i]);
    }

    private static string Empty(Scene scene) =>
        !scene.IsSeen ? "Looking..."
        : scene.Listing.Processes.Count > 0 ? "Nothing matches; Esc shows all again"
        : "No processes: 'sentinel run COMMAND' starts one, 'sentinel up' a project";

    private static void Heads(Canvas canvas, Scene scene, ColumnLayout layout, int row)
    {
        canvas.Fill(row, 0, ' ', Ink.Reversed);
        var (first, last, all) = (scene.Top + 1, Math.Min(scene.Top + scene.Frame.TableRows, scene.Listing.Rows.Count), scene.Listing.Rows.Count);
        // Where some are out of sight.
        var part = last - first + 1 < all && canvas.Size.Columns >= RoomForPart ? $" {first}-{last} of {all} " : "";
        foreach (var (column, start, width) in layout.Columns)
        {
            var arrow = scene.Listing.Arrangement.By != column.Name ? "" : scene.Listing.Arrangement.IsReversed != column.IsLargestFirst ? "↓" : "↑";
            var text = Rendering.Text.Fit(column.Header + arrow, width);
            canvas.Put(row, column.IsRight ? start + width - Rendering.Text.Width(text) : start, text, Ink.Reversed.With(arrow.Length > 0 ? Strokes.Bold : Strokes.None), start + width);
        }

        canvas.Put(row, Math.Max(0, canvas.Size.Columns - part.Length), part, Ink.Reversed);
    }

    private static void Row(Canvas canvas, Scene scene, ColumnLayout layout, int at, Row row)
    {
        var isChosen = row.Key == scene.At;
        var marked = row.Members.Count(process => scene.Marked.Contains(process.Key));
        canvas.Put(at, 0, isChosen ? ">" : " ", Ink.Bold);
        canvas.Put(at, 1, marked == 0 ? " " : "*", Ink.Yellow.With(Strokes.Bold));
        switch (row)
        {
            case Row.Heading heading:
                var up = heading.All.Count(StateWords.IsUpOrDone);
                var end = canvas.PutCut(at, ColumnLayout.Margin, $"{(heading.IsFolded ? "▸" : "▾")} {Rendering.Text.Printable(heading.Name)}", Ink.Bold);
                canvas.PutCut(at, end + 2, $"{up} of {heading.All.Count} up or done", up == heading.All.Count ? Ink.Dim : Ink.Yellow);
                break;
            case Row.Single single:
                foreach (var (column, start, width) in layout.Columns)
                {
                    var shown = column.Show(single.Process, new Glance(scene.Now, scene.Trends, single.IsInGroup));
                    var text = Rendering.Text.Fit(Rendering.Text.Printable(shown.Text), width);
                    // Bars grow from the right, where the newest is.
                    var isRight = column.IsRight || column.Name.EndsWith("-trend", StringComparison.Ordinal);
                    canvas.Put(at, isRight ? start + width - Rendering.Text.Width(text) : start, text, shown.Ink, start + width);
                }

                break;
        }

        if (isChosen)
            canvas.Stroke(at, scene.IsInPane ? Strokes.Bold : Strokes.Reversed);
    }
}
