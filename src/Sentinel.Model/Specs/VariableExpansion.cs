using System.Text;

namespace Sentinel.Model.Specs;

/// <summary>
/// Expands <c>${NAME}</c> and, as in the POSIX shell (Shell Command Language, section 2.6.2),
/// <c>${NAME-default}</c>, <c>${NAME+alternative}</c>, <c>${NAME?message}</c>, which with a colon treat an empty value as not set.
/// Their words may contain expansions. <c>$(command)</c> stays as written, and so does a $ before anything else: in passwords it is
/// a character like any other, and python-dotenv and systemd leave <c>$NAME</c> alone as well.
/// </summary>
/// <param name="takesBareNames">Whether <c>$NAME</c> is expanded as well, for texts in which nobody writes passwords.</param>
public sealed class VariableExpansion(Func<string, string?> lookup, bool takesBareNames = false)
{
    private const int DeepestNesting = 16;

    // A few lines that each repeat the one before can fill any memory. Linux passes a program less than this.
    private const int MostCharacters = 8 * 1024 * 1024;

    private const string Unclosed = "a ${ is not closed";
    private const string Unknown = "a ${ must hold a name, alone or followed by one of - + ? :- :+ :?";
    private static readonly string TooDeep = $"more than {DeepestNesting} ${{ are nested";
    private static readonly string TooMuch = $"with this line, the file's variables come to more than {MostCharacters} characters";

    private readonly Dictionary<string, string?> _values = [];
    private int _characters;

    public void Set(string name, string value) => _values[name] = value;

    /// <param name="why">Why it cannot be expanded; null if it is.</param>
    public string Expand(ReadOnlySpan<char> text, bool isQuoted, out string? why)
    {
        var expanded = new StringBuilder(text.Length);
        var at = 0;
        why = Word(text, ref at, 0, isQuoted, expanded);
        return expanded.ToString();
    }

    /// <summary>Why it cannot be expanded, or null.</summary>
    /// <param name="at">Moved to the end of the text or, inside ${…}, to the } that closes it.</param>
    /// <param name="into">Null for a word that does not count, in which nothing is looked up.</param>
    private string? Word(ReadOnlySpan<char> text, ref int at, int depth, bool isQuoted, StringBuilder? into)
    {
        for (; at < text.Length; at++)
        {
            var next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (text[at] == '}' && depth > 0)
                return null;
            if (text[at] == '\\' && Escape(next, depth, isQuoted) is { } meant)
            {
                into?.Append(meant);
                at++;
            }
            else if (text[at] == '$' && next == '(')
            {
                var length = LengthOfCommand(text[at..]);
                into?.Append(text.Slice(at, length));
                at += length - 1;
            }
            else if (text[at] == '$' && next == '{')
            {
                if (Variable(text, ref at, depth, isQuoted, into) is { } why)
                    return why;
            }
            else if (takesBareNames && text[at] == '$' && IsNameCharacter(next, isFirst: true))
            {
                var begin = at + 1;
                while (at + 1 < text.Length && IsNameCharacter(text[at + 1], isFirst: false))
                    at++;
                if (Append(into is null ? null : ValueOf(text[begin..(at + 1)].ToString()), into) is { } why)
                    return why;
            }
            else
            {
                into?.Append(text[at]);
            }
        }

        return depth > 0 ? Unclosed : null;
    }

    /// <param name="at">The $, moved to the last character of the expansion.</param>
    private string? Variable(ReadOnlySpan<char> text, ref int at, int depth, bool isQuoted, StringBuilder? into)
    {
        var begin = at += 2;
        while (at < text.Length && (IsNameCharacter(text[at], at == begin) || (at > begin && text[at] == '.')))
            at++;
        var name = text[begin..at].ToString();
        var value = into is null ? null : ValueOf(name);
        if (at == text.Length)
            return Unclosed;
        if (name.Length == 0)
            return Unknown;
        if (text[at] == '}')
            return Append(value, into);

        var emptyIsUnset = text[at] == ':';
        if (emptyIsUnset && ++at == text.Length)
            return Unclosed;
        var what = text[at++];
        if (what is not ('-' or '+' or '?'))
            return Unknown;
        if (depth == DeepestNesting)
            return TooDeep;

        var isSet = emptyIsUnset ? !string.IsNullOrEmpty(value) : value is not null;
        var wordBegin = at;
        if (Word(text, ref at, depth + 1, isQuoted, what == (isSet ? '+' : '-') ? into : null) is { } why)
            return why;
        if (what == '?' && !isSet && into is not null)
            return $"{name} is {(value is null ? "not set" : "empty")}{(at > wordBegin ? ": " : "")}{text[wordBegin..at]}";
        return isSet && what != '+' ? Append(value, into) : null;
    }

    private string? ValueOf(string name) =>
        _values.TryGetValue(name, out var value) ? value : _values[name] = lookup(name);

    private string? Append(string? value, StringBuilder? into)
    {
        if (value is null || into is null)
            return null;
        if (value.Length > MostCharacters - _characters)
            return TooMuch;
        _characters += value.Length;
        into.Append(value);
        return null;
    }

    private static char? Escape(char c, int depth, bool isQuoted) => c switch
    {
        '$' => '$',
        '}' when depth > 0 => '}',
        '#' when !isQuoted => '#',
        'n' when isQuoted => '\n',
        'r' when isQuoted => '\r',
        't' when isQuoted => '\t',
        '"' or '\\' when isQuoted => c,
        _ => null,
    };

    /// <summary>The length of <c>$(…)</c> at the start of the text: to the ) that closes it, or else to the end.</summary>
    private static int LengthOfCommand(ReadOnlySpan<char> text)
    {
        var open = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '(')
                open++;
            else if (text[i] == ')' && --open == 0)
                return i + 1;
        }

        return text.Length;
    }

    private static bool IsNameCharacter(char c, bool isFirst) =>
        c == '_' || char.IsAsciiLetter(c) || (!isFirst && char.IsAsciiDigit(c));
}
