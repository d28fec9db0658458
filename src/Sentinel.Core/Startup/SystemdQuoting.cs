using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sentinel.Core.Startup;

/// <summary>Words as systemd reads them in the command lines of units; see systemd.service(5), "Command lines".</summary>
public static partial class SystemdQuoting
{
    // Characters without a special meaning there, wherever they stand.
    private const string Plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./@";

    /// <summary>A command line of exactly these words: systemd sees no variable, specifier or escape in them.</summary>
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    /// <summary>The words of such a line, up to where it is no longer one.</summary>
    public static IReadOnlyList<string> Words(string line) => [.. NextWord().Matches(line).Select(match => Escape().Replace(
        match.Groups["word"].Value,
        escape => (escape.Groups["hex"], escape.Groups["letter"].Value) switch
        {
            ({ Success: true } hex, _) => ((char)int.Parse(hex.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
            (_, "n") => "\n",
            (_, "t") => "\t",
            (_, "r") => "\r",
            (_, var letter) => letter,
        }))];

    /// <summary>A value within double quotes, as of a variable: systemd expands specifiers there, but not variables.</summary>
    public static string Value(string text) => Escaped(text, doublesDollar: false);

    /// <summary>A folder as a setting of its own, which systemd takes as it is, but for specifiers and the end of the line.</summary>
    /// <exception cref="FormatException">Its name has more than one line.</exception>
    public static string Folder(string path) => path.AsSpan().ContainsAny('\n', '\r')
        ? throw new FormatException($"systemd cannot be told of a folder with a line break in its name: {path}")
        : path.Replace("%", "%%") + (path is [.., '\\' or ' ' or '\t'] ? "/" : "");

    /// <summary>A text for people, or the name of a user, as a setting of its own.</summary>
    public static string Text(string text) => string.Concat(text.Select(c => c == '%' ? "%%" : char.IsControl(c) ? " " : c.ToString())).TrimEnd('\\');

    [GeneratedRegex(@"\G(?:""(?<word>(?:[^""\\]|\\.)*)""|(?<word>[^\s""]+))(?: +|$)")]
    private static partial Regex NextWord();

    [GeneratedRegex(@"\\x(?<hex>[0-9a-f]{2})|\\(?<letter>.)|%(?<letter>%)|\$(?<letter>\$)")]
    private static partial Regex Escape();

    private static string Word(string word, int index)
    {
        var escaped = Escaped(word, doublesDollar: true);
        // A program's name may not begin with a character that tells systemd how to execute it; in quotes, it still would.
        return escaped.Length > 0 && escaped == word && word.All(Plain.Contains) && (index > 0 || word[0] is not ('-' or '@' or ':' or '+' or '!'))
            ? word
            : $"\"{escaped}\"";
    }

    private static string Escaped(string text, bool doublesDollar)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
            escaped.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '%' => "%%",
                '$' when doublesDollar => "$$",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                < ' ' or '\x7f' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return escaped.ToString();
    }
}
