using System.Globalization;
using Sentinel.Screen.Cells;

namespace Sentinel.Screen.Views;

/// <summary>Draws what is below the table.</summary>
internal static class PaneView
{
    private const string TimeFormat = "HH:mm:ss.f";

    // Red is for stderr.
    private static readonly Ink[] Inks = [Ink.Green, Ink.Yellow, new(Hue.Indexed(4)), new(Hue.Indexed(5)), Ink.Cyan];

    public static void Draw(Canvas canvas, Scene scene)
    {
        if (scene.Pane is not { } pane)
            return;
        var frame = scene.Frame;
        Title(canvas, scene, pane, frame.PaneTop - 1);
        if (pane.Logs is { } logs)
            Logs(canvas, scene, pane, logs, frame);
        else
            Lines(canvas, scene, pane, frame);
    }

    private static void Title(Canvas canvas, Scene scene, Pane pane, int row)
    {
        var ink = scene.IsInPane || Frame.IsWhole(scene) ? Ink.Bold : Ink.Dim;
        canvas.Fill(row, 0, '─', ink);
        var end = canvas.PutCut(row, 2, $" {Pane.NameOf(pane.Kind)}{(pane.Title.Length > 0 ? $" {Rendering.Text.Printable(pane.Title)}" : "")} ", ink.With(Strokes.Bold));
        var notes = string.Join(", ", Notes(pane));
        var start = canvas.Size.Columns - Rendering.Text.Width(notes) - 4;
        if (notes.Length > 0 && start > end)
            canvas.Put(row, start, $" {notes} ", ink);
    }

    private static IEnumerable<string> Notes(Pane pane)
    {
        if (pane.Find.Length > 0)
            yield return pane.Logs is { IsFiltered: true } ? $"only /{Rendering.Text.Printable(pane.Find)}" : $"/{Rendering.Text.Printable(pane.Find)}";
        if (pane.Logs is { } logs)
        {
            if (logs.IsWrapped)
                yield return "wrapped";
            yield return logs is { IsFollowing: false, Share: { } share } ? $"at {share.ToString("0%", CultureInfo.InvariantCulture)}" : logs.IsFollowing ? "following" : "not following";
        }
        else if (pane.Lines.Count > 0)
        {
            yield return $"{pane.At + 1} of {pane.Lines.Count}";
        }
    }

    private static void Lines(Canvas canvas, Scene scene, Pane pane, Frame frame)
    {
        if (pane.IsLoading)
            canvas.Put(frame.PaneTop, 1, "...", Ink.Dim);
        for (var i = 0; i < frame.PaneRows && pane.Top + i < pane.Lines.Count; i++)
        {
            canvas.PutColored(frame.PaneTop + i, 1, pane.Lines[pane.Top + i], skip: pane.Left);
            Emphasize(canvas, frame.PaneTop + i, pane.Find);
            if (pane.Top + i == pane.At && scene.IsInPane && pane.Kind != PaneKind.Help)
                canvas.Stroke(frame.PaneTop + i, Strokes.Reversed);
        }
    }

    private static void Logs(Canvas canvas, Scene scene, Pane pane, LogSight logs, Frame frame)
    {
        if (logs.Rows.Count == 0)
        {
            canvas.PutCut(frame.PaneTop, 1, logs.Note ?? (pane.IsLoading ? "..." : logs.IsFiltered ? "No line matches" : "Nothing is written yet"), Ink.Dim);
            return;
        }

        var names = logs.Rows.Select(row => row.Process).OfType<string>().Distinct().ToList();
        var width = names.Count == 0 ? 0 : Math.Min(names.Max(Rendering.Text.Width), canvas.Size.Columns / 4);
        // While it follows, the newest line is the last: from the bottom up.
        var heights = logs.Rows.Select(row => logs.IsWrapped ? Height(row, canvas.Size.Columns - Prefix(logs, width) - 1) : 1).ToArray();
        var (first, row) = (0, frame.PaneTop);
        if (logs.IsFollowing)
            for (var room = frame.PaneRows - heights.Sum(); room < 0 && first < heights.Length - 1; first++)
                room += heights[first];
        for (var i = first; i < logs.Rows.Count && row < frame.PaneTop + frame.PaneRows; i++)
        {
            var begun = row;
            row = Line(canvas, pane, logs, logs.Rows[i], row, frame, names, width);
            for (var line = begun; line < row; line++)
            {
                Emphasize(canvas, line, pane.Find);
                if (i == pane.At && scene.IsInPane && !logs.IsFollowing)
                    canvas.Stroke(line, Strokes.Reversed);
            }
        }
    }

    /// <summary>How many columns are taken by the time and the name.</summary>
    private static int Prefix(LogSight logs, int nameWidth) => (logs.HasTimes ? TimeFormat.Length + 1 : 0) + (nameWidth > 0 ? nameWidth + 1 : 0);

    private static int Height(LogRow row, int columns) => Math.Max(1, (Rendering.Text.Width(Pane.Bare(row.Text)) + Math.Max(1, columns) - 1) / Math.Max(1, columns));

    private static int Line(Canvas canvas, Pane pane, LogSight logs, LogRow line, int row, Frame frame, List<string> names, int width)
    {
        if (line.IsMark)
        {
            canvas.Fill(row, 0, '─', Ink.Yellow);
            canvas.Put(row, 2, $" {line.Text} ", Ink.Yellow);
            return row + 1;
        }

        var column = 1;
        if (logs.HasTimes)
        {
            canvas.Put(row, column, line.Time?.ToLocalTime().ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-", Ink.Dim);
            column += TimeFormat.Length + 1;
        }

        if (width > 0 && line.Process is { } name)
        {
            canvas.PutCut(row, column, Rendering.Text.Printable(name), Inks[names.IndexOf(name) % Inks.Length], column + width);
            column += width + 1;
        }

        var ink = line.IsError ? Ink.Red : Ink.Plain;
        var room = canvas.Size.Columns - column;
        if (!logs.IsWrapped)
        {
            canvas.PutColored(row, column, line.Text, ink, skip: pane.Left);
            return row + 1;
        }

        for (var part = 0; part < Height(line, room) && row < frame.PaneTop + frame.PaneRows; part++)
            canvas.PutColored(row++, column, line.Text, ink, skip: part * room);
        return row;
    }

    // Where what is looked for is to be seen.
    private static void Emphasize(Canvas canvas, int row, string find)
    {
        if (find.Length == 0)
            return;
        var text = string.Concat(canvas.Row(row).ToArray().Select(cell => cell.Text.Length == 1 ? cell.Text : "\uffff"));
        for (var at = 0; (at = text.IndexOf(find, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += find.Length)
            canvas.Stroke(row, Strokes.Bold | Strokes.Underlined, at, at + find.Length);
    }
}
