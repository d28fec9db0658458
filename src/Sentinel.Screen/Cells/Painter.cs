using System.Text;

namespace Sentinel.Screen.Cells;

/// <summary>Turns one screen into the next with as few bytes as are needed.</summary>
/// <param name="hasUnicode">Whether the terminal shows more than ASCII.</param>
internal sealed class Painter(ColorDepth depth, bool hasUnicode = true)
{
    // Cells that stay may be written again rather than jumped over.
    private const int Bridge = 4;

    // A terminal that knows these shows all of a change at once; others ignore them.
    private const string Begin = "\e[?2026h", End = "\e[?2026l";

    /// <param name="before">What the terminal shows; null: not known.</param>
    /// <returns>What to write; empty: nothing changes.</returns>
    public string Paint(Canvas? before, Canvas after)
    {
        var isKnown = before?.Size == after.Size;
        var text = new StringBuilder();
        var ink = (Ink?)null;
        (int Row, int Column)? at = null;
        if (!isKnown)
        {
            text.Append("\e[0m\e[2J");
            ink = Ink.Plain;
        }

        for (var row = 0; row < after.Size.Rows; row++)
        {
            var next = after.Row(row);
            var old = isKnown ? before!.Row(row) : default;
            if (isKnown ? next.SequenceEqual(old) : IsBlank(next))
                continue;
            Row(row, next, old);
        }

        var cursor = after.Cursor == before?.Cursor && isKnown ? "" : after.Cursor is null ? "\e[?25l" : "\e[?25h";
        if (text.Length == 0 && cursor.Length == 0)
            return "";
        if (after.Cursor is { } shown)
            text.Append(Move(shown));
        return $"{Begin}{text}\e[0m{cursor}{End}";

        void Row(int row, ReadOnlySpan<ScreenCell> next, ReadOnlySpan<ScreenCell> old)
        {
            var end = next.Length;
            while (end > 0 && next[end - 1] == ScreenCell.Blank)
                end--;
            for (var column = 0; column < end; column++)
            {
                if (!IsChanged(next, old, column) || next[column].Text.Length == 0)
                    continue;
                GoTo(row, column, next);
                // Where it takes one place, nothing is left of what was in the other.
                if (next[column].Text.Contains(Canvas.AsPicture))
                    text.Append("  ").Append(Move((row, column)));
                Write(next[column]);
                var width = column + 1 < next.Length && next[column + 1].Text.Length == 0 ? 2 : 1;
                // Terminals are not of one mind about how wide such characters are.
                at = width == 1 && next[column].Text is [< '\u0300'] ? (row, column + 1) : null;
                column += width - 1;
            }

            for (var column = end; column < next.Length; column++)
                if (IsChanged(next, old, column))
                {
                    GoTo(row, end, next);
                    Choose(Ink.Plain);
                    text.Append("\e[K");
                    return;
                }
        }

        void GoTo(int row, int column, ReadOnlySpan<ScreenCell> next)
        {
            if (at == (row, column))
                return;
            if (at is { } near && near.Row == row && column - near.Column is > 0 and <= Bridge && IsPlain(next[near.Column..column]))
                for (var between = near.Column; between < column; between++)
                    Write(next[between]);
            else
                text.Append(Move((row, column)));
            at = (row, column);
        }

        bool IsPlain(ReadOnlySpan<ScreenCell> cells)
        {
            foreach (var cell in cells)
                if (cell.Text is not [< '\u0300'] || cell.Ink != ink)
                    return false;
            return true;
        }

        void Write(ScreenCell cell)
        {
            Choose(cell.Ink);
            text.Append(hasUnicode ? cell.Text : InAscii(cell.Text));
        }

        void Choose(Ink chosen)
        {
            if (ink == chosen)
                return;
            text.Append(chosen.Sgr(depth));
            ink = chosen;
        }
    }

    private static bool IsChanged(ReadOnlySpan<ScreenCell> next, ReadOnlySpan<ScreenCell> old, int column) =>
        old.IsEmpty ? next[column] != ScreenCell.Blank
        // Of a wide character both halves are written, or none.
        : next[column] != old[column] || (column + 1 < next.Length && next[column + 1].Text.Length == 0 && next[column + 1] != old[column + 1]);

    private static bool IsBlank(ReadOnlySpan<ScreenCell> row)
    {
        foreach (var cell in row)
            if (cell != ScreenCell.Blank)
                return false;
        return true;
    }

    private static string Move((int Row, int Column) to) => $"\e[{to.Row + 1};{to.Column + 1}H";

    // The same number of columns.
    private static string InAscii(string text) => text switch
    {
        [< '\u0080'] => text,
        "─" => "-",
        "│" => "|",
        "├" or "└" or "┌" or "╭" or "╰" => "+",
        "…" => "~",
        "▁" or "▂" => "_",
        "▃" or "▄" or "▅" => "-",
        "▆" or "▇" or "█" => "#",
        "●" or "•" => "*",
        "▸" => ">",
        "▾" => "v",
        "↑" => "^",
        "↓" => "v",
        "↺" => "r",
        _ => new string('?', Math.Max(1, Rendering.Text.Width(text))),
    };
}
