using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Logs;

/// <summary>A regular expression to match lines against, as UTF-8, in time that grows no faster than their length.</summary>
public sealed class LogPattern
{
    private const string SimpleEscapes = "dDwWsSbBtnr";

    // With these, an expression can mean what a terminal does not show.
    private static readonly string[] Unshown = ["\\e", "\\x", "\\u", "\\0", "\\c", "\\r", "\\p", "\\P"];

    private readonly Regex? _expression;
    private readonly byte[] _literal;
    private readonly bool _isShown, _isRaw;
    private char[] _characters = new char[4096];

    /// <param name="isRaw">Whether lines are matched as they were written; otherwise, as a terminal would show them.</param>
    /// <exception cref="FormatException">The text is not a regular expression.</exception>
    public LogPattern(string expression, bool isRaw = false)
    {
        _isShown = !isRaw;
        _isRaw = isRaw || expression.Any(char.IsControl) || Unshown.Any(escape => expression.Contains(escape, StringComparison.Ordinal));
        _literal = Encoding.UTF8.GetBytes(LiteralIn(expression, out var isAll));
        if (!isAll)
            _expression = LineExpression.Parse(expression);
    }

    /// <summary>Where the first line that may match begins, from the beginning of a line on; -1 when there is none.</summary>
    public int Candidate(ReadOnlySpan<byte> text, int from)
    {
        if (_literal.Length == 0)
            return from;
        var rest = text[from..];
        var found = rest.IndexOf(_literal);
        // Escape sequences may be in the middle of it, and it may be what is left of several texts.
        if (_isShown && IndexOfDrawn(found < 0 ? rest : rest[..found]) is >= 0 and var drawn)
            found = drawn;
        return found < 0 ? -1 : from + rest[..found].LastIndexOf((byte)'\n') + 1;
    }

    /// <summary>Whether a line matches as it is shown or, if the expression asks for what is not shown, as it was written.</summary>
    /// <exception cref="RegexMatchTimeoutException">Matching takes too long.</exception>
    public bool IsMatch(ReadOnlyMemory<byte> line)
    {
        var shown = _isShown ? ShownText.Of(line) : line;
        return (_isShown && Matches(shown.Span)) || (_isRaw && (!_isShown || shown.Length != line.Length) && Matches(line.Span));
    }

    /// <summary>Whether it matches a line as it was written, or as it looked at any time while it was drawn.</summary>
    public bool EverMatches(ReadOnlyMemory<byte> line)
    {
        if (Matches(line.Span))
            return true;
        var text = new EscapeCutter().Cut(line, isWhole: true);
        foreach (var drawn in text.Span.Split((byte)'\r'))
            if (Matches(text.Span[drawn]))
                return true;
        return false;
    }

    // Where text begins that may be shown other than it was written; a carriage return that ends a line draws over nothing.
    private static int IndexOfDrawn(ReadOnlySpan<byte> text)
    {
        for (var from = 0; ;)
        {
            var at = text[from..].IndexOfAny(EscapeCutter.Escape, EscapeCutter.Lead, (byte)'\r');
            if (at < 0)
                return -1;
            at += from;
            if (text[at] != '\r' || (at + 1 < text.Length && text[at + 1] != '\n'))
                return at;
            from = at + 1;
        }
    }

    private bool Matches(ReadOnlySpan<byte> line)
    {
        if (_literal.Length > 0 && line.IndexOf(_literal) < 0)
            return false;
        if (_expression is null)
            return true;
        if (_characters.Length < line.Length)
            _characters = new char[line.Length];
        return _expression.IsMatch(_characters.AsSpan(0, Encoding.UTF8.GetChars(line, _characters)));
    }

    // The longest text that every match must contain; empty if the expression is too complex: it has branches, options, or escapes
    // that are more than a letter.
    private static string LiteralIn(string expression, out bool isAll)
    {
        isAll = expression.Length > 0 && expression.IndexOfAny([.. @"\^$.|?*+()[]{}"]) < 0;
        if (isAll)
            return expression;
        if (expression.Contains('|') || expression.Contains("(?", StringComparison.Ordinal))
            return "";
        var longest = "";
        var current = new StringBuilder();
        var depth = 0;
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            // Half a character does not exist in UTF-8.
            if (depth == 0 && !@"\^$.?*+()[]{}".Contains(c) && !char.IsSurrogate(c))
            {
                current.Append(c);
                continue;
            }

            // Only the last character may be absent.
            if (c is '*' or '?' or '{' && current.Length > 0)
                current.Length--;
            Keep();
            // Nothing in brackets is certain; what is escaped is left out.
            if (c == '\\' && i + 1 < expression.Length && (!char.IsAsciiLetterOrDigit(expression[i + 1]) || SimpleEscapes.Contains(expression[i + 1])))
                i++;
            else if (c == '[' && EndOfClass(expression, i) is { } end)
                i = end;
            else if (c is '\\' or '[')
                return "";
            else if (c == '{')
                i = expression.IndexOf('}', i) is >= 0 and var close ? close : expression.Length;
            else if (c is '(' or ')')
                depth += c == '(' ? 1 : -1;
        }

        Keep();
        return longest;

        void Keep()
        {
            if (current.Length > longest.Length)
                longest = current.ToString();
            current.Clear();
        }
    }

    // A ] that comes first belongs to the class. Null if the class is more than characters and ranges.
    private static int? EndOfClass(string expression, int begin)
    {
        var first = begin + (expression.AsSpan(begin).StartsWith("[^") ? 2 : 1);
        var end = first + 1 < expression.Length ? expression.IndexOf(']', first + 1) : -1;
        return end >= 0 && expression.AsSpan(first, end - first).IndexOfAny('\\', '[') < 0 ? end : null;
    }
}
