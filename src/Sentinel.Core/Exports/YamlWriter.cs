using System.Globalization;
using System.Text;

namespace Sentinel.Core.Exports;

/// <summary>Writes YAML that every reader takes for the same: a text that some of them could take for more is quoted.</summary>
internal sealed class YamlWriter
{
    private const int Step = 2;

    // What YAML 1.1 or 1.2 takes for nothing, a truth, a number or a merge.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan",
    };

    private readonly StringBuilder _text = new();
    private readonly Func<string, string> _escape;

    private YamlWriter(Func<string, string> escape) => _escape = escape;

    /// <param name="escape">What texts become first, for a tool that sees more in them than YAML does; null: they stay.</param>
    public static string Of(Yaml.Table table, Func<string, string>? escape = null)
    {
        var writer = new YamlWriter(escape ?? (text => text));
        writer.Entries(table, 0);
        return writer._text.ToString();
    }

    private void Entries(Yaml.Table table, int indent, bool isInItem = false)
    {
        foreach (var (key, value) in table)
        {
            _text.Append(' ', isInItem ? 0 : indent).Append(Scalar(key)).Append(':');
            isInItem = false;
            Value(value, indent + Step);
        }
    }

    private void Value(Yaml value, int indent)
    {
        switch (value)
        {
            case Yaml.Table table:
                _text.Append('\n');
                Entries(table, indent);
                break;
            case Yaml.List list:
                _text.Append('\n');
                Items(list, indent);
                break;
            default:
                Scalar(value, indent);
                break;
        }
    }

    private void Items(Yaml.List list, int indent)
    {
        foreach (var item in list.Items)
        {
            _text.Append(' ', indent).Append('-');
            if (item is Yaml.Table table)
            {
                _text.Append(' ');
                Entries(table, indent + Step, isInItem: true);
            }
            else
            {
                Scalar(item, indent + Step);
            }
        }
    }

    private void Scalar(Yaml value, int indent)
    {
        if (value is Yaml.Text text && _escape(text.Value) is var own && IsBlock(own))
        {
            _text.Append(" |-\n");
            foreach (var line in own.Split('\n'))
                _text.Append(' ', line.Length > 0 ? indent : 0).Append(line).Append('\n');
            return;
        }

        _text.Append(' ').Append(value is Yaml.Plain plain ? plain.Value : Scalar(_escape(((Yaml.Text)value).Value))).Append('\n');
    }

    // Lines that stand as they are: nothing at the ends of them or of the whole gets lost.
    private static bool IsBlock(string text) =>
        text.Contains('\n') && text[0] is not (' ' or '\n') && text[^1] is not '\n' && text.All(c => c is '\n' or (>= ' ' and < '\x7f'))
        && !text.Split('\n').Any(line => line.Length > 0 && line.All(c => c == ' '));

    private static string Scalar(string text) => IsPlain(text) ? text : Quoted(text);

    private static bool IsPlain(string text) =>
        text.Length > 0
        && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_' || (text[0] == '.' && text.Contains('/')))
        && text[^1] is not (':' or ' ')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || "/_.-+=:@,$ ".Contains(c))
        && !text.Contains(": ", StringComparison.Ordinal)
        && !Words.Contains(text);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\t' => quoted.Append(@"\t"),
                '\r' => quoted.Append(@"\r"),
                < ' ' or (>= 0x7f and <= 0xa0) or 0x2028 or 0x2029 or 0xfeff or 0xfffe or 0xffff => quoted.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:X4}"),
                _ => quoted.Append(rune),
            };
        return quoted.Append('"').ToString();
    }
}
