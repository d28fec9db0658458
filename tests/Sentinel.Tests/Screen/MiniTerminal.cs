using System.Text;
using Sentinel.Screen.Cells;

namespace Sentinel.Tests.Screen;

/// <summary>As much of a terminal as the painter uses, to see what is on it in the end. Whatever else comes is an error.</summary>
internal sealed class MiniTerminal(Size size)
{
    private readonly (string Text, string Ink)[] _cells = Enumerable.Repeat((" ", ""), size.Columns * size.Rows).ToArray();
    private int _row, _column;
    private string _ink = "";

    /// <summary>How many bytes it got.</summary>
    public int Bytes { get; private set; }

    public bool IsCursorShown { get; private set; } = true;

    public void Write(string text)
    {
        Bytes += Encoding.UTF8.GetByteCount(text);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '\e')
            {
                Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
                Put(rune);
                at += length;
                continue;
            }

            var end = at + 2;
            while (text[end] is not (>= '@' and <= '~'))
                end++;
            Obey(text[(at + 2)..end], text[end]);
            at = end + 1;
        }
    }

    /// <summary>What differs from a canvas; null: nothing.</summary>
    public string? DifferenceFrom(Canvas canvas, ColorDepth depth)
    {
        for (var row = 0; row < size.Rows; row++)
            for (var column = 0; column < size.Columns; column++)
            {
                var (cell, shown) = (canvas[row, column], _cells[(row * size.Columns) + column]);
                var ink = cell.Ink.Sgr(depth) is var sgr && sgr == "\e[0m" ? "" : sgr;
                // This one takes a picture that is made of a letter for narrow, as some do.
                if (cell.Text.Length == 0 && shown.Text == " " && canvas[row, column - 1].Text.Contains('\ufe0f'))
                    continue;
                if (cell.Text != shown.Text || (ink != shown.Ink && cell.Text.Length > 0))
                    return $"row {row}, column {column}: '{shown.Text}' {shown.Ink[Math.Min(1, shown.Ink.Length)..]} in place of '{cell.Text}' {ink[Math.Min(1, ink.Length)..]}";
            }

        return null;
    }

    private void Put(Rune rune)
    {
        Assert.False(Rune.IsControl(rune), $"a control character: {rune.Value:x}");
        var width = Sentinel.Rendering.Text.Width(rune);
        if (width == 0)
        {
            var last = (_row * size.Columns) + _column - 1;
            if (_cells[last].Text.Length == 0)
                last--;
            _cells[last].Text += rune;
            return;
        }

        Assert.True(_column + width <= size.Columns, "it wrote beyond the edge");
        Set(_row, _column, rune.ToString());
        if (width == 2)
            Set(_row, _column + 1, "");
        _column += width;
    }

    private void Set(int row, int column, string text)
    {
        var at = (row * size.Columns) + column;
        if (_cells[at].Text.Length == 0 && text.Length > 0)
            _cells[at - 1].Text = " ";
        if (_cells[at].Text.Length + text.Length > 0 && column + 1 < size.Columns && _cells[at + 1].Text.Length == 0)
            _cells[at + 1].Text = " ";
        _cells[at] = (text, _ink);
    }

    private void Obey(string parameters, char final)
    {
        switch (final)
        {
            case 'H':
                var place = parameters.Split(';').Select(int.Parse).ToArray();
                (_row, _column) = (place[0] - 1, place[1] - 1);
                break;
            case 'm':
                _ink = parameters == "0" ? "" : $"\e[{parameters}m";
                break;
            case 'J':
                Assert.Equal("2", parameters);
                Array.Fill(_cells, (" ", _ink));
                break;
            case 'K':
                for (var column = _column; column < size.Columns; column++)
                    Set(_row, column, " ");
                break;
            case 'h' or 'l' when parameters == "?25":
                IsCursorShown = final == 'h';
                break;
            default:
                Assert.Equal("?2026", parameters);
                break;
        }
    }
}
