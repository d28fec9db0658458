using System.Text;
using System.Text.RegularExpressions;

namespace Sentinel.Core.Logs;

/// <summary>A regular expression that lines are matched against, as UTF-8; in time that grows with their length and no faster.</summary>
public sealed class LogPattern
{
    // Where an expression needs what only the other engine can, this ends what would not.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Regex? _expression;
    private readonly byte[] _literal;
    private char[] _characters = new char[4096];

    /// <exception cref="FormatException">It is no regular expression.</exception>
    public LogPattern(string expression)
    {
        _literal = Encoding.UTF8.GetBytes(LiteralIn(expression, out var isAll));
        if (isAll)
            return;
        try
        {
            _expression = New(expression);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"'{expression}' is no regular expression: {e.Message}");
        }
    }

    /// <summary>Where the first line begins, from a line's beginning on, that may match; -1 when there is none.</summary>
    public int Candidate(ReadOnlySpan<byte> text, int from)
    {
        if (_literal.Length == 0)
            return from;
        var found = text[from..].IndexOf(_literal);
        return found < 0 ? -1 : from + text.Slice(from, found).LastIndexOf((byte)'\n') + 1;
    }

    /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
    public bool IsMatch(ReadOnlySpan<byte> line)
    {
        if (_literal.Length > 0 && line.IndexOf(_literal) < 0)
            return false;
        if (_expression is null)
            return true;
        if (_characters.Length < line.Length)
            _characters = new char[line.Length];
        return _expression.IsMatch(_characters.AsSpan(0, Encoding.UTF8.GetChars(line, _characters)));
    }

    private static Regex New(string expression)
    {
        try
        {
            return new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            return new Regex(expression, RegexOptions.CultureInvariant, Timeout);
        }
    }

    // The longest text that must stand in whatever matches. An expression with branches, options or what may be absent is not
    // understood so well.
    private static string LiteralIn(string expression, out bool isAll)
    {
        isAll = expression.Length > 0 && expression.IndexOfAny([.. @"\^$.|?*+()[]{}"]) < 0;
        if (isAll)
            return expression;
        var longest = "";
        if (expression.IndexOfAny(['|', '(', '?', '{', '\\', '[']) >= 0)
            return longest;
        var current = new StringBuilder();
        foreach (var c in expression + "$")
        {
            if (c is not ('^' or '$' or '.' or '*' or '+' or ')' or ']' or '}'))
            {
                current.Append(c);
                continue;
            }

            // What is repeated, or may be absent, is the last character alone.
            if (c == '*' && current.Length > 0)
                current.Length--;
            if (current.Length > longest.Length)
                longest = current.ToString();
            current.Clear();
        }

        return longest;
    }
}
