using System.Text;

namespace Sentinel.Screen.Cells;

/// <summary>What one place of the screen shows.</summary>
/// <param name="Text">A character with what is combined with it; empty: the wide one before it reaches into this place.</param>
internal readonly record struct ScreenCell(string Text, Ink Ink)
{
    public static readonly ScreenCell Blank = new(" ", Ink.Plain);
}

/// <summary>In columns and rows.</summary>
internal readonly record struct Size(int Columns, int Rows);

/// <summary>A screen that is being drawn. What does not fit is cut; nothing on it is a control character.</summary>
internal sealed class Canvas
{
    private const string Unknown = "\ufffd";

    /// <summary>VARIATION SELECTOR-16: the letter before it is a picture, which is wide in some terminals.</summary>
    public const char AsPicture = '\ufe0f';

    // Each a string once: nearly every cell is one of these.
    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];

    private readonly ScreenCell[] _cells;

    public Canvas(Size size)
    {
        Size = size;
        _cells = new ScreenCell[size.Columns * size.Rows];
        Array.Fill(_cells, ScreenCell.Blank);
    }

    public Size Size { get; }

    /// <summary>Where the cursor is to be seen; null: nowhere.</summary>
    public (int Row, int Column)? Cursor { get; set; }

    public ScreenCell this[int row, int column] => _cells[(row * Size.Columns) + column];

    public ReadOnlySpan<ScreenCell> Row(int row) => _cells.AsSpan(row * Size.Columns, Size.Columns);

    /// <summary>Draws text from a place on, up to a column.</summary>
    /// <param name="end">The column before which it ends; null: that of the screen.</param>
    /// <returns>The column after it.</returns>
    public int Put(int row, int column, string text, Ink ink = default, int? end = null)
    {
        foreach (var rune in text.EnumerateRunes())
            if (Put(row, ref column, rune, ink, end ?? Size.Columns))
                break;
        return column;
    }

    /// <summary>The same, with what is too long shown by an ellipsis.</summary>
    public int PutCut(int row, int column, string text, Ink ink = default, int? end = null) =>
        Put(row, column, Rendering.Text.Fit(text, Math.Max(0, (end ?? Size.Columns) - column)), ink, end);

    /// <summary>Draws text that has colours in it as terminals take them (SGR); other sequences are left out.</summary>
    /// <param name="skip">How many columns of it are to the left of what is shown.</param>
    /// <inheritdoc cref="Put(int, int, string, Ink, int?)"/>
    public int PutColored(int row, int column, string text, Ink ink = default, int? end = null, int skip = 0)
    {
        var (start, at) = (column, column - skip);
        var edge = end ?? Size.Columns;
        foreach (var part in ColoredText.Parts(text, ink))
            foreach (var rune in part.Text.EnumerateRunes())
            {
                if (at >= start)
                {
                    if (Put(row, ref at, rune, part.Ink, edge))
                        return at;
                    continue;
                }

                // Half of a wide character that is cut at the left.
                at += Rendering.Text.Width(rune);
                for (var blank = start; blank < at && blank < edge; blank++)
                    Set(row, blank, ScreenCell.Blank);
            }

        return Math.Max(start, at);
    }

    /// <summary>Fills what is left of a row.</summary>
    public void Fill(int row, int column, char with, Ink ink = default, int? end = null)
    {
        for (; column < (end ?? Size.Columns); column++)
            Set(row, column, new ScreenCell(Ascii.ElementAtOrDefault(with) ?? with.ToString(), ink));
    }

    /// <summary>Draws a row again with more strokes, such as a line that is chosen.</summary>
    public void Stroke(int row, Strokes strokes, int from = 0, int? end = null)
    {
        for (var column = from; column < (end ?? Size.Columns); column++)
            Change(row, column, cell => cell with { Ink = cell.Ink.With(strokes) });
    }

    /// <summary>What people see of it, a line for each row, without colours.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var row = 0; row < Size.Rows; row++)
            text.Append(string.Concat(Row(row).ToArray().Select(cell => cell.Text)).TrimEnd()).Append('\n');
        return text.ToString();
    }

    // True: there is no more room.
    private bool Put(int row, ref int column, Rune rune, Ink ink, int end)
    {
        if (row < 0 || row >= Size.Rows)
            return true;
        var text = rune.IsAscii && rune.Value is >= 32 and < 127 ? Ascii[rune.Value] : IsObeyed(rune) ? Unknown : rune.ToString();
        var width = ReferenceEquals(text, Unknown) ? 1 : Rendering.Text.Width(rune);
        if (width == 0)
        {
            // As a picture, it is as wide as one in some terminals: nothing else is to be drawn on its second half.
            if (rune.Value == AsPicture && column > 0 && this[row, column - 1].Text.Length > 0)
            {
                if (column >= Math.Min(end, Size.Columns))
                    return true;
                Set(row, column++, new ScreenCell("", ink));
            }

            Combine(row, column - 1, text);
            return false;
        }

        if (column + width > Math.Min(end, Size.Columns))
            return true;
        Set(row, column, new ScreenCell(text, ink));
        if (width == 2)
            Set(row, column + 1, new ScreenCell("", ink));
        column += width;
        return false;
    }

    // Bounded: a terminal need not show a hundred accents.
    private void Combine(int row, int column, string text)
    {
        while (column > 0 && this[row, column].Text.Length == 0)
            column--;
        if (column >= 0 && this[row, column].Text is { Length: > 0 and < 16 } and not " ")
            Change(row, column, cell => cell with { Text = cell.Text + text });
    }

    // What is there stays as wide as it is.
    private void Change(int row, int column, Func<ScreenCell, ScreenCell> change)
    {
        if (row >= 0 && row < Size.Rows && column >= 0 && column < Size.Columns)
            _cells[(row * Size.Columns) + column] = change(this[row, column]);
    }

    private void Set(int row, int column, ScreenCell cell)
    {
        if (row < 0 || row >= Size.Rows || column < 0 || column >= Size.Columns)
            return;
        var at = (row * Size.Columns) + column;
        // No half of a wide character is left.
        if (_cells[at].Text.Length == 0 && cell.Text.Length > 0 && column > 0)
            _cells[at - 1] = _cells[at - 1] with { Text = " " };
        if (_cells[at].Text.Length + cell.Text.Length > 0 && column + 1 < Size.Columns && _cells[at + 1].Text.Length == 0)
            _cells[at + 1] = _cells[at + 1] with { Text = " " };
        _cells[at] = cell;
    }

    private static bool IsObeyed(Rune rune) => rune.IsBmp && Rendering.Text.IsObeyed((char)rune.Value);
}
