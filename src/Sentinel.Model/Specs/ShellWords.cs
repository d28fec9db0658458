using System.Text;

namespace Sentinel.Model.Specs;

/// <summary>
/// Splits a command line as a POSIX shell would (Shell Command Language, sections 2.2 and 2.3), as long as that does not
/// need a shell.
/// </summary>
public static class ShellWords
{
    // Words that the shell handles itself; for most there is no program of that name to execute.
    private static readonly HashSet<string> ShellOnly =
    [
        "!", "{", "}", "[", ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "done", "esac", "eval", "exec",
        "exit", "export", "fg", "fi", "for", "function", "if", "jobs", "local", "read", "readonly", "return", "set", "shift",
        "source", "time", "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    ];

    private static readonly HashSet<string> Introductions =
        ["!", "{", "command", "do", "elif", "else", "env", "exec", "if", "nohup", "then", "time", "until", "while"];

    /// <summary>The word, quoted if necessary, so that a shell reads it as a single word.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,=".Contains(c)) ? word : $"'{word.Replace("'", @"'\''")}'";

    /// <summary>The words of <paramref name="line"/>, or null if only a shell can split it.</summary>
    /// <exception cref="FormatException">
    /// A quote is not closed, or the line ends in a backslash, and nothing before it (such as a comment or a here-document)
    /// leaves that for the shell to judge.
    /// </exception>
    public static IReadOnlyList<string>? Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        var needsShell = false;

        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            switch (c)
            {
                case ' ' or '\t':
                    EndWord();
                    continue;
                case '\'':
                    var close = line.IndexOf('\'', i + 1);
                    if (close < 0)
                        return needsShell ? null : throw Unclosed('\'');
                    word.Append(line, i + 1, close - i - 1);
                    i = close;
                    break;
                case '"':
                    i = DoubleQuoted(i);
                    break;
                case '\\' when i + 1 == line.Length:
                    return needsShell ? null : throw new FormatException("the command line ends in a backslash");
                case '\\':
                    // A backslash before a line end joins two lines. Line ends are always left to the shell.
                    needsShell |= line[i + 1] == '\n';
                    word.Append(line[++i]);
                    break;
                default:
                    needsShell |= "|&;<>()$`*?[\n".Contains(c)
                        || (!inWord && c is '#' or '~')
                        || (c == '=' && words.Count == 0 && IsVariableName(word));
                    word.Append(c);
                    break;
            }

            inWord = true;
        }

        EndWord();
        return needsShell || words.Count == 0 || ShellOnly.Contains(words[0]) ? null : words;

        void EndWord()
        {
            if (inWord)
                words.Add(word.ToString());
            word.Clear();
            inWord = false;
        }

        int DoubleQuoted(int open)
        {
            for (var i = open + 1; i < line.Length; i++)
            {
                if (line[i] == '"')
                    return i;
                needsShell |= line[i] is '$' or '`';
                if (line[i] == '\\' && i + 1 < line.Length && "\"\\$`\n".Contains(line[i + 1]))
                    needsShell |= line[++i] == '\n';
                word.Append(line[i]);
            }

            return needsShell ? line.Length : throw Unclosed('"');
        }
    }

    /// <summary>
    /// The program that a shell command line is probably about: the first it names, after skipping assignments, words that
    /// the shell handles itself, and words that only introduce a command.
    /// </summary>
    public static string? FirstProgram(string line) =>
        line.Split(['\n', ';', '&', '|', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Select(command => command
                .Split([' ', '\t', '"', '\''], StringSplitOptions.RemoveEmptyEntries)
                .SkipWhile(word => Introductions.Contains(word) || word.Contains('='))
                .FirstOrDefault())
            .FirstOrDefault(program => program is not null && !ShellOnly.Contains(program) && !program.Contains('$'));

    private static bool IsVariableName(StringBuilder text)
    {
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            return false;
        for (var i = 0; i < text.Length; i++)
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] != '_')
                return false;
        return true;
    }

    private static FormatException Unclosed(char quote) => new($"the command line has a {quote} that is not closed");
}
