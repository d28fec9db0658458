using System.Text;

namespace Sentinel.Rendering;

/// <summary>A column of a <see cref="Table"/>.</summary>
/// <param name="Header">In capitals.</param>
/// <param name="Align">How its values and its header are aligned.</param>
/// <param name="Fair">The width, in columns of the terminal, to which it shrinks first; null: it does not.</param>
/// <param name="Least">The width to which it shrinks when all columns have shrunk to their fair width; null: it does not.</param>
/// <param name="Keep">If even that is too wide, the column with the smallest number is left out first.</param>
/// <param name="IsExtra">Whether it is left out before any other column shrinks below its fair width.</param>
/// <param name="Last">The width to which it shrinks when no column is left that can be left out; null: it does not.</param>
internal sealed record Column(
    string Header, Align Align = Align.Left, int? Fair = null, int? Least = null, int Keep = int.MaxValue, bool IsExtra = false, int? Last = null);

internal enum Align
{
    Left,
    Right,
    Center,
}

internal readonly record struct Cell(string Text, Color Color = Color.None)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>Columns in boxes: ASCII for programs and logs; on a terminal with lines and colours, and cut to its width.</summary>
internal sealed class Table(IReadOnlyList<Column> columns)
{
    private readonly List<IReadOnlyList<Cell>> _rows = [];

    private readonly Dictionary<int, string> _titles = [];

    /// <summary>Begins a part of its own, with a title.</summary>
    public void AddTitle(string title) => _titles[_rows.Count] = Text.Printable(title);

    public void Add(IReadOnlyList<Cell> row) => _rows.Add([.. row.Select(cell => cell with { Text = Text.Printable(cell.Text) })]);

    public IEnumerable<string> Lines(Style style)
    {
        var shown = Enumerable.Range(0, columns.Count).ToList();
        var widths = columns.Select((column, i) =>
            _rows.Aggregate(Text.Width(column.Header), (widest, row) => Math.Max(widest, Text.Width(row[i].Text)))).ToArray();
        if (style.Width is { } width)
            Fit(width, shown, widths);

        var border = style.IsRich ? Border.Rounded : Border.Ascii;
        yield return Rule(border.Top);
        yield return Row(columns.Select(column => new Cell(column.Header, Color.Bold)).ToList());
        yield return Rule(border.Middle);
        for (var i = 0; i < _rows.Count; i++)
        {
            if (_titles.TryGetValue(i, out var title))
                yield return Title(title);
            yield return Row(_rows[i]);
        }

        yield return Rule(border.Bottom);

        string Rule((char Left, char Cross, char Right) corner) => style.Paint(
            corner.Left + string.Join(corner.Cross, shown.Select(i => new string(border.Horizontal, widths[i] + 2))) + corner.Right,
            Color.Dim);

        // In a line of its own, however the columns are.
        string Title(string text)
        {
            var bar = style.Paint(border.Vertical.ToString(), Color.Dim);
            var room = shown.Sum(i => widths[i] + 3) - 3;
            text = Text.Fit(text, room);
            return $"{bar} {style.Paint(text, Color.Bold)}{new string(' ', room - Text.Width(text))} {bar}";
        }

        string Row(IReadOnlyList<Cell> cells)
        {
            var bar = style.Paint(border.Vertical.ToString(), Color.Dim);
            var line = new StringBuilder(bar);
            foreach (var i in shown)
            {
                var text = Text.Fit(cells[i].Text, widths[i]);
                var room = widths[i] - Text.Width(text);
                var left = columns[i].Align switch { Align.Left => 0, Align.Right => room, _ => (room + 1) / 2 };
                line.Append(' ', left + 1).Append(style.Paint(text, cells[i].Color)).Append(' ', room - left + 1).Append(bar);
            }

            return line.ToString();
        }
    }

    private void Fit(int width, List<int> shown, int[] widths)
    {
        var whole = widths.ToArray();
        while (true)
        {
            // The other columns get the room of a column that was left out.
            whole.CopyTo(widths, 0);
            // A column has a space on either side and a bar; one bar more closes the row.
            var excess = shown.Sum(i => widths[i] + 3) + 1 - width;
            Shrink(column => column.Fair);
            if (excess > 0 && shown.Exists(i => columns[i].IsExtra))
            {
                shown.Remove(shown.Where(i => columns[i].IsExtra).MinBy(i => columns[i].Keep));
                continue;
            }

            Shrink(column => column.Least);
            var canLeaveOut = shown.Exists(i => columns[i].Keep < int.MaxValue);
            if (!canLeaveOut)
                Shrink(column => column.Last);
            if (excess <= 0 || shown.Count == 1)
                return;
            shown.Remove(shown.MinBy(i => columns[i].Keep));

            void Shrink(Func<Column, int?> limit)
            {
                // The last column gives way first.
                foreach (var i in Enumerable.Reverse(shown))
                {
                    var given = Math.Clamp(excess, 0, Math.Max(0, widths[i] - (limit(columns[i]) ?? widths[i])));
                    widths[i] -= given;
                    excess -= given;
                }
            }
        }
    }

    private sealed record Border(
        char Horizontal, char Vertical, (char, char, char) Top, (char, char, char) Middle, (char, char, char) Bottom)
    {
        public static readonly Border Ascii = new('-', '|', ('+', '+', '+'), ('+', '+', '+'), ('+', '+', '+'));
        public static readonly Border Rounded = new('─', '│', ('╭', '┬', '╮'), ('├', '┼', '┤'), ('╰', '┴', '╯'));
    }
}
