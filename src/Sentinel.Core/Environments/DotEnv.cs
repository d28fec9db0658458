using System.Buffers;
using System.Text.Unicode;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>
/// Reads environment files (<c>.env</c>) as the dotenv libraries, Docker Compose and a shell's <c>set -a; . file</c> do where
/// they agree, and executes nothing.
/// <list type="bullet">
/// <item><c>NAME=value</c>, with or without <c>export</c> before it and spaces around <c>=</c>. Empty lines, lines that begin
/// with #, and <c>export NAME</c> alone set nothing. A line ends with LF, CRLF or CR, which becomes LF in a value.</item>
/// <item>Not quoted: up to the end of the line or a # after a space, without surrounding spaces; variables are expanded;
/// <c>\$</c> and <c>\#</c> are $ and #, any other backslash is literal.</item>
/// <item><c>"…"</c>: may span lines; variables are expanded; \n \r \t \" \\ \$ are escapes, any other backslash is literal.</item>
/// <item><c>'…'</c> and <c>`…`</c>: may span lines; everything in them is literal.</item>
/// </list>
/// <see cref="VariableExpansion"/> looks a variable up among those that the file has set before, then outside.
/// </summary>
public static class DotEnv
{
    private const string NotText = "it contains a NUL, or bytes that are not UTF-8";
    private const string NoAssignment = "there is no = after a name";
    private const string NoName = "there is no name before =";
    private const string BadName = "the text before = is not a name: a name has letters, digits, _, . and -, and begins with a letter or _";
    private const string TextAfterQuote = "text follows the closing quote";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>Reads every line that it can: a faulty line hides no other.</summary>
    /// <param name="lookup">
    /// The value of a variable that the file itself has not set before; null when there is none. Asked once for each name.
    /// </param>
    public static DotEnvFile Parse(ReadOnlyMemory<byte> content, Func<string, string?> lookup)
    {
        var text = Text(content.Span);
        var variables = new VariableExpansion(lookup);
        var assignments = new List<DotEnvAssignment>();
        var faults = new List<DotEnvFault>();

        for (int begin = 0, line = 1; begin < text.Length;)
        {
            var end = EndOfLine(text, begin);
            var why = Read(text, begin, ref end, line, variables, out var assignment);
            var read = text.AsSpan(begin, end - begin);
            if (read.Contains('\0'))
                why = NotText;

            if (why is not null)
            {
                faults.Add(new DotEnvFault(line, why));
            }
            else if (assignment is not null)
            {
                assignments.Add(assignment);
                variables.Set(assignment.Name, assignment.Value);
            }

            line += read.Count('\n') + 1;
            begin = end + 1;
        }

        return new DotEnvFile(assignments, faults);
    }

    /// <summary>Why the line is faulty, or null.</summary>
    /// <param name="end">The end of the line; moved to the end of the line in which a quoted value ends.</param>
    private static string? Read(
        string text, int begin, ref int end, int line, VariableExpansion variables, out DotEnvAssignment? assignment)
    {
        assignment = null;
        var rest = text.AsSpan(begin, end - begin).TrimStart();
        if (rest.IsEmpty || rest[0] == '#')
            return null;

        var exported = rest.StartsWith("export") && rest.Length > 6 && char.IsWhiteSpace(rest[6]);
        if (exported)
            rest = rest[6..].TrimStart();
        var nameEnd = rest.IndexOfAnyExcept(NameCharacters);
        var name = nameEnd < 0 ? rest : rest[..nameEnd];
        var isName = !name.IsEmpty && (char.IsAsciiLetter(name[0]) || name[0] == '_');
        rest = rest[name.Length..].TrimStart();
        if (!rest.StartsWith('='))
        {
            if (exported && isName && (rest.IsEmpty || rest[0] == '#'))
                return null;
            return rest.Contains('=') ? BadName : NoAssignment;
        }

        // A fault never shows the name: it may be the second line of a secret whose quotes were forgotten.
        if (!isName)
            return name.IsEmpty ? NoName : BadName;

        rest = rest[1..];
        var open = end - rest.TrimStart().Length;
        var isQuoted = open < end && text[open] is '"' or '\'' or '`';
        if (isQuoted)
        {
            var close = CloseOf(text, open);
            if (close < 0)
                return $"its {text[open]} is not closed";
            // This fault, too, leaves the end where it is: what looks like the closing quote may open a value in a later line.
            var lastEnd = EndOfLine(text, close);
            var after = text.AsSpan(close + 1, lastEnd - close - 1).TrimStart();
            if (!after.IsEmpty && after[0] != '#')
                return close < end ? TextAfterQuote : $"{TextAfterQuote} in line {line + text.AsSpan(end, close - end).Count('\n')}";
            end = lastEnd;
            rest = text.AsSpan(open + 1, close - open - 1);
        }
        else
        {
            rest = WithoutComment(rest).Trim();
        }

        string? why = null;
        var value = isQuoted && text[open] != '"' ? rest.ToString() : variables.Expand(rest, isQuoted, out why);
        assignment = new DotEnvAssignment(name.ToString(), value, line);
        return why;
    }

    private static int CloseOf(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == text[open])
                return i;
            if (text[i] == '\\' && text[open] == '"')
                i++;
        }

        return -1;
    }

    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> value)
    {
        for (var i = 1; i < value.Length; i++)
            if (value[i] == '#' && char.IsWhiteSpace(value[i - 1]))
                return value[..i];
        return value;
    }

    private static int EndOfLine(string text, int from)
    {
        var end = text.IndexOf('\n', from);
        return end < 0 ? text.Length : end;
    }

    // Bytes that are not UTF-8 become NUL, which is not allowed either, so that only their line is faulty.
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        var length = 0;
        while (true)
        {
            var status = Utf8.ToUtf16(bytes, text.AsSpan(length), out var read, out var written, replaceInvalidSequences: false);
            length += written;
            if (status == OperationStatus.Done)
                break;
            text[length++] = '\0';
            bytes = bytes[(read + 1)..];
        }

        return new string(text, 0, length).TrimStart('\ufeff').Replace("\r\n", "\n").Replace('\r', '\n');
    }
}

/// <param name="Assignments">In file order; of two to the same name, the later counts.</param>
/// <param name="Faults">In file order; at most one per line, whose assignment is left out.</param>
public sealed record DotEnvFile(IReadOnlyList<DotEnvAssignment> Assignments, IReadOnlyList<DotEnvFault> Faults);

/// <param name="Line">The line where it begins, from 1.</param>
public sealed record DotEnvAssignment(string Name, string Value, int Line);

/// <param name="Line">The line where the fault begins, from 1.</param>
/// <param name="Why">A clause without a full stop that reveals nothing of the value, which may be a secret.</param>
public sealed record DotEnvFault(int Line, string Why);
