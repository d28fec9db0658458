using System.Globalization;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>How the value of a key looks.</summary>
/// <param name="Words">With its article: <c>a text</c>.</param>
/// <param name="Schema">The JSON schema of it.</param>
/// <param name="Read">The texts that it stands for, none for a flag that is not set; null: it is something else. What is wrong within it becomes a fault.</param>
internal sealed record Form(string Words, string Schema, Func<Node, Faults, IReadOnlyList<Given>?> Read)
{
    private const string OneOrMoreTexts = """{ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }""";

    public static readonly Form Text = new("a text", """{ "type": "string" }""", (node, _) => node is Node.Text ? One(node) : null);

    /// <summary>A text that may be no more than a number: a size, a port.</summary>
    public static readonly Form TextOrNumber = new(
        "a text or a number", """{ "type": ["string", "integer"] }""", (node, _) => node is Node.Text or Node.Number { IsWhole: true } ? One(node) : null);

    public static readonly Form Flag = new("true or false", """{ "type": "boolean" }""", (node, _) => node is Node.Flag flag ? flag.Value ? One(node) : [] : null);

    public static readonly Form Number = new("a whole number", """{ "type": "integer" }""", (node, _) => node is Node.Number { IsWhole: true } ? One(node) : null);

    public static readonly Form Numbers = new(
        "a number or a list of numbers",
        """{ "anyOf": [{ "type": ["integer", "string"] }, { "type": "array", "items": { "type": "integer" }, "minItems": 1 }] }""",
        (node, _) => node switch
        {
            Node.Text or Node.Number { IsWhole: true } => One(node),
            Node.List { Items.Count: > 0 } list when list.Items.TrueForAll(item => item is Node.Number { IsWhole: true }) =>
                [new Given(string.Join(',', list.Items.Select(item => item.Scalar)), node.Place)],
            _ => null,
        });

    public static readonly Form Seconds = new(
        "seconds, as a number or such as \"90s\", \"500ms\", \"2h\"",
        """{ "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+([.][0-9]+)?(ms|s|m|h|d)$" }] }""",
        (node, _) => node switch
        {
            Node.Number => One(node),
            Node.Text text when SecondsIn(text.Value) is { } seconds => [new Given(seconds.ToString("R", CultureInfo.InvariantCulture), node.Place)],
            _ => null,
        });

    public static readonly Form Texts = new("a text or a list of texts", OneOrMoreTexts, (node, _) => node switch
    {
        Node.Text => One(node),
        Node.List list when list.Items.TrueForAll(item => item is Node.Text) => list.Items.ConvertAll(Of),
        _ => null,
    });

    public static readonly Form Variables = new(
        "a table of names and values",
        """{ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } }""",
        (node, faults) =>
        {
            if (node is not Node.Table table)
                return null;
            foreach (var (name, entry) in table.Entries.Where(entry => entry.Value.Value.Scalar is null))
                faults.Add(entry.Value.Place, $"{name} takes a text, not {entry.Value.What}");
            return [.. table.Entries.Where(entry => entry.Value.Value.Scalar is not null)
                .Select(entry => new Given($"{entry.Key}={entry.Value.Value.Scalar}", entry.Value.Value.Place))];
        });

    /// <summary>One, a list of them, or each with a name: a text NAME=ADDRESS.</summary>
    public static readonly Form Addresses = new(
        "an address (\"127.0.0.1:8080\"), a list of addresses or a table of names and addresses",
        """{ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }, { "type": "object", "additionalProperties": { "type": "string" } }] }""",
        (node, faults) => node is Node.Table ? Variables.Read(node, faults) : Texts.Read(node, faults));

    /// <summary>Each name with one text or several: a text NAME=TEXT for each of them.</summary>
    public static readonly Form Groups = new(
        "a table of names, each with a text or a list of texts",
        $$"""{ "type": "object", "additionalProperties": {{OneOrMoreTexts}} }""",
        (node, faults) =>
        {
            if (node is not Node.Table table)
                return null;
            var all = new List<Given>();
            foreach (var (name, entry) in table.Entries)
                if (Texts.Read(entry.Value, faults) is { Count: > 0 } texts)
                    all.AddRange(texts.Select(text => text with { Text = $"{name}={text.Text}" }));
                else
                    faults.Add(entry.Value.Place, $"{name} takes {Texts!.Words}, not {entry.Value.What}");
            return all;
        });

    public static readonly Form Run = new("a command line or a list of words", OneOrMoreTexts, Texts.Read);

    /// <param name="words">That there are; which of them it is, its field says.</param>
    public static Form Choice(IReadOnlyList<string> words) => new(Quoted(words), $$"""{ "enum": [{{Quoted(words, ", ")}}] }""", Text.Read);

    /// <summary>A flag with a meaning of its own, or one of some words.</summary>
    public static Form FlagOrChoice(string bare, IReadOnlyList<string> words) => new(
        $"true, false, {Quoted(words)}", $$"""{ "enum": [true, false, {{Quoted(words, ", ")}}] }""",
        (node, _) => node switch
        {
            Node.Flag { Value: true } => [new Given(bare, node.Place)],
            Node.Flag => [],
            Node.Text => One(node),
            _ => null,
        });

    private static IReadOnlyList<Given> One(Node node) => [Of(node)];

    private static Given Of(Node node) => new(node.Scalar!, node.Place);

    private static string Quoted(IReadOnlyList<string> words) => words.Count == 1 ? $"\"{words[0]}\"" : $"{Quoted([.. words.SkipLast(1)], ", ")} or \"{words[^1]}\"";

    private static string Quoted(IReadOnlyList<string> words, string between) => string.Join(between, words.Select(word => $"\"{word}\""));

    private static double? SecondsIn(string text) => text.EndsWith("ms", StringComparison.Ordinal)
        ? double.TryParse(text.AsSpan(0, text.Length - 2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds / 1000 : null
        : Duration.Parse(text)?.TotalSeconds;
}
