using System.Globalization;
using System.Text;

namespace Sentinel.Core.Imports;

/// <summary>Values as TOML 1.0 writes them, on one line wherever that is possible.</summary>
internal static class Toml
{
    private const int Widest = 100;

    public static string Key(string key) => key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : Basic(key);

    /// <summary>Literal where a basic string would need escapes; over several lines where the text has several.</summary>
    public static string Text(string text)
    {
        var isPlain = !text.Any(c => IsControl(c) && c is not ('\n' or '\t'));
        if (isPlain && text.Contains('\n') && !text.Contains("'''") && !text.EndsWith('\''))
            return $"'''\n{text}'''";
        return isPlain && !text.Contains('\n') && !text.Contains('\'') && (text.Contains('"') || text.Contains('\\')) ? $"'{text}'" : Basic(text);
    }

    public static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    public static string List(IEnumerable<string> values) => $"[{string.Join(", ", values)}]";

    public static string Texts(IEnumerable<string> texts) => List(texts.Select(Text));

    public static string Table(IEnumerable<(string Key, string Value)> entries) =>
        entries.Select(entry => $"{Key(entry.Key)} = {entry.Value}").ToList() is { Count: > 0 } all ? $"{{ {string.Join(", ", all)} }}" : "{}";

    /// <summary>The lines of <c>env</c>: in one where that fits, else as a table of its own.</summary>
    /// <param name="prefix">Of the table that they belong to.</param>
    public static IEnumerable<string> Variables(string prefix, IReadOnlyList<(string Name, string Value)> variables)
    {
        if (variables.Count == 0)
            return [];
        var line = $"env = {Table(variables)}";
        return line.Length <= Widest && !line.Contains('\n')
            ? [line]
            : [$"\n[{prefix}env]", .. variables.Select(variable => $"{Key(variable.Name)} = {variable.Value}")];
    }

    private static string Basic(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\t' => quoted.Append(@"\t"),
                '\r' => quoted.Append(@"\r"),
                // A half of a pair cannot be written, and nothing that is read has one.
                _ when char.IsSurrogate(c) => quoted.Append(c),
                _ when IsControl(c) => quoted.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }

    private static bool IsControl(char c) => char.IsControl(c);
}
