using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Logs;

/// <summary>A regular expression that lines are matched against, as UTF-8; in time that grows with their length and no faster.</summary>
public sealed class LogPattern
{
    private const string SimpleEscapes = "dDwWsSbBtnr";

    // By these an expression can mean what a terminal does not show.
    private static readonly string[] Unshown = ["\\e", "\\x", "\\u", "\\0", "\\c", "\\r", "\\p", "\\P"];

    private readonly Regex? _expression;
    private readonly byte[] _literal;
    private readonly bool _isShown, _isRaw;
    private char[] _characters = new char[4096];

    /// <param name="isRaw">Whether lines are matched as they were written; otherwise, as a terminal would show them.</param>
    /// <exception cref="FormatException">It is no regular expression.</exception>
    public LogPattern(string expression, bool isRaw = false)
    {
        _isShown = !isRaw;
        _isRaw = isRaw || expression.Any(char.IsControl) || Unshown.Any(escape => expression.Contains(escape, StringComparison.Ordinal));
        _literal = Encoding.UTF8.GetBytes(LiteralIn(expression, out var isAll));
        if (!isAll)
            _expression = LineExpression.Parse(expression);
    }

    /// <summary>Where the first line begins, from a line's beginning on, that may match; -1 when there is none.</summary>
    public int Candidate(ReadOnlySpan<byte> text, int from)
    {
        if (_literal.Length == 0)
            return from;
        var rest = text[from..];
        var found = rest.IndexOf(_literal);
        // Escape sequences may stand in the midst of it.
        if (_isShown && (found < 0 ? rest : rest[..found]).IndexOfAny(EscapeCutter.Introducers) is >= 0 and var escape)
            found = escape;
        return found < 0 ? -1 : from + rest[..found].LastIndexOf((byte)'\n') + 1;
    }

    /// <summary>Whether a line matches; one that a terminal shows differently also as it was written, if the expression asks for such things.</summary>
    /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
    public bool IsMatch(ReadOnlyMemory<byte> line)
    {
        var shown = _isShown ? ShownText.Of(line) : line;
        return (_isShown && Matches(shown.Span)) || (_isRaw && (!_isShown || shown.Length != line.Length) && Matches(line.Span));
    }

    /// <summary>Whether it matches a line as it was written, or as it was shown at any time while it was drawn.</summary>
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

    // The longest text that must stand in whatever matches; empty where the expression is not understood so well: it has branches,
    // options, or escapes that are more than a letter.
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
            // Half a character is none in UTF-8.
            if (depth == 0 && !@"\^$.?*+()[]{}".Contains(c) && !char.IsSurrogate(c))
            {
                current.Append(c);
                continue;
            }

            // What may be absent is the last character alone.
            if (c is '*' or '?' or '{' && current.Length > 0)
                current.Length--;
            Keep();
            // Of what is in brackets nothing is certain; what is escaped is left out.
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

    // A ] that comes first is one of the class. Null where it is more than characters and ranges.
    private static int? EndOfClass(string expression, int begin)
    {
        var first = begin + (expression.AsSpan(begin).StartsWith("[^") ? 2 : 1);
        var end = first + 1 < expression.Length ? expression.IndexOf(']', first + 1) : -1;
        return end >= 0 && expression.AsSpan(first, end - first).IndexOfAny('\\', '[') < 0 ? end : null;
    }
}
