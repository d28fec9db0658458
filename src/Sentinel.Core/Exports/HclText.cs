using System.Globalization;
using System.Text;

namespace Sentinel.Core.Exports;

/// <summary>Writes HCL: blocks, and attributes within them.</summary>
/// <param name="comment">A line at its beginning.</param>
internal sealed class HclText(string comment)
{
    private const int Step = 2;

    private readonly StringBuilder _text = new($"# {comment}\n");

    private int _indent;

    /// <param name="write">What is within it.</param>
    public void Block(string type, string? label, Action write)
    {
        Line($"{type}{(label is null ? "" : $" {Quoted(label)}")} {{");
        _indent += Step;
        write();
        _indent -= Step;
        Line("}");
    }

    public void Add(string key, string? value) => AddPlain(key, value is null ? null : Quoted(value));

    public void Add(string key, long? value) => AddPlain(key, value?.ToString(CultureInfo.InvariantCulture));

    public void Add(string key, bool value) => AddPlain(key, value ? "true" : null);

    public void Add(string key, IEnumerable<string> values) => AddPlain(key, $"[{string.Join(", ", values.Select(Quoted))}]");

    public void Add(string key, IReadOnlyList<(string Name, string Value)> map)
    {
        if (map.Count == 0)
            return;
        Line($"{key} = {{");
        _indent += Step;
        foreach (var (name, value) in map)
            AddPlain(Quoted(name), Quoted(value));
        _indent -= Step;
        Line("}");
    }

    public override string ToString() => _text.ToString();

    /// <summary>A text in which HCL sees no template.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
            _ = text[i] switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\t' => quoted.Append(@"\t"),
                '\r' => quoted.Append(@"\r"),
                '$' or '%' when i + 1 < text.Length && text[i + 1] == '{' => quoted.Append(text[i], 2),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $@"\u{(int)text[i]:X4}"),
                _ => quoted.Append(text[i]),
            };
        return quoted.Append('"').ToString();
    }

    private void AddPlain(string key, string? value)
    {
        if (value is not null)
            Line($"{key} = {value}");
    }

    private void Line(string line) => _text.Append(' ', _indent).Append(line).Append('\n');
}
