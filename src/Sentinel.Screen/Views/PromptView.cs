using Sentinel.Screen.Cells;

namespace Sentinel.Screen.Views;

/// <summary>Draws what the screen waits for, over all else.</summary>
internal static class PromptView
{
    private const int Widest = 76;

    public static void Draw(Canvas canvas, Scene scene)
    {
        switch (scene.Prompt)
        {
            case Prompt.Question question:
                Question(canvas, question);
                break;
            case Prompt.Columns columns:
                Columns(canvas, scene, columns);
                break;
            case Prompt.Palette palette:
                Palette(canvas, palette);
                break;
        }
    }

    /// <summary>A text that is typed, with the cursor after it: its end, where it is too long.</summary>
    public static void Input(Canvas canvas, int row, int column, int end, string label, string text)
    {
        canvas.Fill(row, column, ' ', end: end);
        var at = canvas.PutCut(row, column, label, Ink.Bold, end - 1);
        var shown = Rendering.Text.Printable(text);
        while (Rendering.Text.Width(shown) >= end - at && shown.Length > 0)
            shown = shown[(char.IsHighSurrogate(shown[0]) && shown.Length > 1 ? 2 : 1)..];
        at = canvas.Put(row, at, shown, end: end);
        canvas.Cursor = (row, Math.Min(at, canvas.Size.Columns - 1));
    }

    private static void Question(Canvas canvas, Prompt.Question question)
    {
        var width = Math.Min(Widest, canvas.Size.Columns - 4);
        string[] lines = [.. question.Lines.SelectMany(line => Rendering.Text.Wrap(Rendering.Text.Printable(line), width))];
        string[] choices = [.. question.Choices.Select(choice => $"{choice.Key}  {choice.Label}"), "n  no (Esc)"];
        var box = Box(canvas, "", Math.Max(lines.Max(Rendering.Text.Width), choices.Max(Rendering.Text.Width)), lines.Length + 1 + choices.Length);
        var row = box.Row;
        // Where there is no room for all, the choices are shown: without them nobody can answer.
        foreach (var line in lines.Take(Math.Max(1, box.Rows - choices.Length)))
            canvas.PutCut(row++, box.Column, line, Ink.Bold, box.End);
        row = Math.Max(row, box.Row + box.Rows - choices.Length);
        foreach (var choice in choices)
            canvas.PutCut(row++, box.Column, choice, Ink.Plain, box.End);
    }

    private static void Columns(Canvas canvas, Scene scene, Prompt.Columns columns)
    {
        var all = ScreenColumn.In(scene);
        var box = Box(canvas, "Columns: Space shows or hides", 30, all.Count);
        var top = Math.Clamp(columns.At - (box.Rows / 2), 0, Math.Max(0, all.Count - box.Rows));
        for (var i = 0; i < box.Rows && top + i < all.Count; i++)
        {
            canvas.PutCut(box.Row + i, box.Column, $"[{(scene.Columns.Contains(all[top + i].Name) ? "x" : " ")}] {all[top + i].Name}", Ink.Plain, box.End);
            if (top + i == columns.At)
                canvas.Stroke(box.Row + i, Strokes.Reversed, box.Column, box.End);
        }
    }

    private static void Palette(Canvas canvas, Prompt.Palette palette)
    {
        var verbs = Verbs.Matching(palette.Text);
        var box = Box(canvas, "", Widest, Math.Max(2, Verbs.All.Count + 1));
        Input(canvas, box.Row, box.Column, box.End, ": ", palette.Text);
        var room = box.Rows - 1;
        var top = Math.Clamp(palette.At - (room / 2), 0, Math.Max(0, verbs.Count - room));
        if (verbs.Count == 0)
            canvas.PutCut(box.Row + 1, box.Column, $"Enter runs: sentinel {Rendering.Text.Printable(palette.Text)}", Ink.Dim, box.End);
        for (var i = 0; i < room && top + i < verbs.Count; i++)
        {
            var (row, verb) = (box.Row + 1 + i, verbs[top + i]);
            canvas.Put(row, box.Column, verb.Key?.ToString() ?? " ", Ink.Bold, box.End);
            canvas.PutCut(row, box.Column + 3, verb.Name, Ink.Plain, box.End);
            canvas.PutCut(row, box.Column + 20, verb.Summary, Ink.Dim, box.End);
            if (top + i == palette.At)
                canvas.Stroke(row, Strokes.Reversed, box.Column, box.End);
        }
    }

    // A frame in the middle, with nothing in it.
    private static (int Row, int Rows, int Column, int End) Box(Canvas canvas, string title, int width, int rows)
    {
        width = Math.Min(Math.Max(width, Rendering.Text.Width(title)), canvas.Size.Columns - 4);
        rows = Math.Min(rows, canvas.Size.Rows - 2);
        var (top, left) = ((canvas.Size.Rows - rows - 2) / 2, (canvas.Size.Columns - width - 4) / 2);
        var right = left + width + 3;
        for (var row = top; row <= top + rows + 1; row++)
        {
            canvas.Fill(row, left, ' ', end: right + 1);
            var isEdge = row == top || row == top + rows + 1;
            if (isEdge)
                canvas.Fill(row, left + 1, '─', Ink.Dim, right);
            canvas.Put(row, left, row == top ? "╭" : isEdge ? "╰" : "│", Ink.Dim);
            canvas.Put(row, right, row == top ? "╮" : isEdge ? "╯" : "│", Ink.Dim);
        }

        canvas.PutCut(top, left + 2, title, Ink.Bold, right - 1);
        return (top + 1, rows, left + 2, right - 1);
    }
}
