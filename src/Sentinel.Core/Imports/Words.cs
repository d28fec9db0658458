using System.Text;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>Command lines of tools that split them into words and have no shell.</summary>
internal static class Words
{
    /// <summary>The words of a line, by spaces, quotes and backslashes alone, as shlex does; null: a quote is not closed.</summary>
    public static IReadOnlyList<string>? Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (inWord, quote) = (false, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                    words.Add(word.ToString());
                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '\'' or '"' && quote == '\0')
                quote = c;
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length && (quote == '\0' || line[i + 1] is '"' or '\\'))
                word.Append(line[++i]);
            else
                word.Append(c);
        }

        if (inWord)
            words.Add(word.ToString());
        return quote == '\0' ? words : null;
    }

    /// <summary>A line that <c>run</c> splits into just these words, without a shell; null: there is none that reads well.</summary>
    /// <param name="written">The line that they come from.</param>
    public static string? Line(IReadOnlyList<string> words, string? written = null)
    {
        if (written is not null && IsSame(written.Trim()))
            return written.Trim();
        return words.All(word => ShellWords.Quote(word) == word) && string.Join(' ', words) is var plain && IsSame(plain) ? plain : null;

        bool IsSame(string line)
        {
            try
            {
                return ShellWords.Split(line)?.SequenceEqual(words) == true;
            }
            catch (FormatException)
            {
                return false;
            }
        }
    }

    /// <summary>A shell command line of these words.</summary>
    public static string Quoted(IEnumerable<string> words) => string.Join(' ', words.Select(ShellWords.Quote));

    /// <summary>The command line that a shell is given: <c>sh -c LINE</c>.</summary>
    public static string? OfShell(IReadOnlyList<string> words) => words is ["sh" or "/bin/sh", "-c", var line] ? line : null;
}
