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

    /// <summary>The first word of such a line; empty if it does not begin with a word.</summary>
    public static string FirstOf(string line) => Escape().Replace(
        FirstWord().Match(line).Groups["word"].Value,
        escape => (escape.Groups["hex"], escape.Groups["letter"].Value) switch
        {
            ({ Success: true } hex, _) => ((char)int.Parse(hex.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
            (_, "n") => "\n",
            (_, "t") => "\t",
            (_, "r") => "\r",
            (_, var letter) => letter,
        });

    /// <summary>A value of a setting that is not a command line: systemd expands specifiers there, but not variables.</summary>
    public static string Value(string text) => Escaped(text, doublesDollar: false);

    [GeneratedRegex(@"^(?:""(?<word>(?:[^""\\]|\\.)*)""|(?<word>[^\s""]+))")]
    private static partial Regex FirstWord();

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
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return escaped.ToString();
    }
}
