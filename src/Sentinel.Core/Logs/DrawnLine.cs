using System.Runtime.InteropServices;
using System.Text;
using Wcwidth;

namespace Sentinel.Core.Logs;

/// <summary>
/// Draws a line as a terminal does: a carriage return goes back to its beginning, text takes the place of the text below it, and
/// EL (<c>ESC [ K</c>) erases. Colours stay with their text; other escape sequences are left out.
/// </summary>
internal sealed class DrawnLine
{
    // What is longer was not drawn for a terminal, and memory is finite.
    private const int MostColumns = 16 * 1024;

    private const int TabColumns = 8;

    // Who never resets the colour is not given all the colours before it.
    private const int LongestColor = 256;

    // A character that takes two columns leaves the second one empty.
    private static readonly Cell Blank = new(" "u8.ToArray(), ""), Second = new(default, "");

    private readonly List<Cell> _cells = [];
    private int _column;
    private string _color = "";

    private DrawnLine()
    {
    }

    /// <param name="keepsColors">Whether to keep the sequences that choose colours.</param>
    /// <returns>Null if it is too long to be drawn.</returns>
    public static byte[]? Of(ReadOnlySpan<byte> line, bool keepsColors)
    {
        var drawn = new DrawnLine();
        var cutter = new EscapeCutter();
        for (var (from, at) = (0, 0); from < line.Length; at = from)
        {
            var length = 0;
            while (at < line.Length && (length = ControlAt(line[at..])) == 0)
                at += line[(at + 1)..].IndexOfAny((byte)'\r', EscapeCutter.Escape) is >= 0 and var next ? next + 1 : line.Length - at;
            if (!drawn.Put(cutter.Cut(line[from..at].ToArray(), isWhole: at == line.Length).Span))
                return null;
            if (length > 0)
                drawn.Obey(line.Slice(at, length));
            from = at + length;
        }

        return drawn.Text(keepsColors);
    }

    // How long the control is that begins here, if it is one that is obeyed: a carriage return, EL or SGR.
    private static int ControlAt(ReadOnlySpan<byte> text)
    {
        if (text[0] == '\r')
            return 1;
        if (!text.StartsWith("\e["u8))
            return 0;
        var end = 2 + text[2..].IndexOfAnyExcept("0123456789;:"u8);
        return end >= 2 && text[end] is (byte)'K' or (byte)'m' ? end + 1 : 0;
    }

    private void Obey(ReadOnlySpan<byte> control)
    {
        if (control[0] == '\r')
            _column = 0;
        else if (control[^1] == 'm')
            _color = control[2..^1] is [] or [(byte)'0'] ? "" : (_color.Length < LongestColor ? _color : "") + Encoding.ASCII.GetString(control);
        else if (control[2..^1] is [(byte)'2'])
            _cells.Clear();
        else if (control[2..^1] is [(byte)'1'])
            CollectionsMarshal.AsSpan(_cells)[..Math.Min(_cells.Count, _column + 1)].Fill(Blank);
        else if (_column < _cells.Count)
            _cells.RemoveRange(_column, _cells.Count - _column);
    }

    private bool Put(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out var length);
            if (rune.Value == '\t')
                _column = (_column / TabColumns * TabColumns) + TabColumns;
            else
                Put(text[..length].ToArray(), rune.IsAscii && !Rune.IsControl(rune) ? 1 : Math.Max(0, UnicodeCalculator.GetWidth(rune)));
            if (_column > MostColumns)
                return false;
            text = text[length..];
        }

        return true;
    }

    private void Put(byte[] character, int width)
    {
        if (width == 0)
        {
            // It belongs to the character before it.
            var before = _column - 1;
            while (before >= 0 && before < _cells.Count && _cells[before].Text.IsEmpty)
                before--;
            if (before >= 0 && before < _cells.Count)
                _cells[before] = _cells[before] with { Text = (byte[])[.. _cells[before].Text.Span, .. character] };
            return;
        }

        while (_cells.Count < _column + width)
            _cells.Add(Blank);
        // Of a wide character of which one half is drawn over, nothing is left.
        if (_cells[_column].Text.IsEmpty)
            _cells[_column - 1] = Blank;
        if (_column + width < _cells.Count && _cells[_column + width].Text.IsEmpty)
            _cells[_column + width] = Blank;
        _cells[_column++] = new Cell(character, _color);
        if (width > 1)
            _cells[_column++] = Second;
    }

    private byte[] Text(bool keepsColors)
    {
        var text = new MemoryStream();
        var color = "";
        foreach (var cell in _cells.Where(cell => !cell.Text.IsEmpty))
        {
            if (keepsColors && cell.Color != color)
            {
                color = cell.Color;
                text.Write(Encoding.ASCII.GetBytes($"\e[0m{color}"));
            }

            text.Write(cell.Text.Span);
        }

        if (color.Length > 0)
            text.Write("\e[0m"u8);
        return text.ToArray();
    }

    /// <summary>A column.</summary>
    /// <param name="Color">The sequences that choose how the text looks.</param>
    private readonly record struct Cell(ReadOnlyMemory<byte> Text, string Color);
}
