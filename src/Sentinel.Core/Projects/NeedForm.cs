using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>How the needs of a process are written: as <c>run --needs</c> takes them, or as tables.</summary>
internal static class NeedForm
{
    private const string Name = "name", Until = "until";

    private static readonly string[] Flags = ["optional", "restart", "bound"];

    private static readonly string One = $$"""
        { "anyOf": [{ "type": "string" }, { "type": "object", "additionalProperties": false, "required": ["name"], "properties": {
          "name": { "type": "string" },
          "until": { "anyOf": [{ "enum": [{{string.Join(", ", Condition.Words.Select(word => $"\"{word}\""))}}] },
            {{string.Join(", ", Condition.TargetWords.Select(word => $$$"""{ "type": "object", "additionalProperties": false, "required": ["{{{word}}}"], "properties": { "{{{word}}}": { "type": "string" } } }"""))}}] },
          "optional": { "type": "boolean" }, "restart": { "type": "boolean" }, "bound": { "type": "boolean" } } }] }
        """;

    public static readonly Form All = new(
        "a name, a table with a name, or a list of these",
        $$"""{ "anyOf": [{{One}}, { "type": "array", "items": {{One}} }] }""",
        (node, faults) => node switch
        {
            Node.List list when list.Items.TrueForAll(IsNeed) => [.. list.Items.Select(item => Of(item, faults)).OfType<Given>()],
            _ when IsNeed(node) => Of(node, faults) is { } need ? [need] : [],
            _ => null,
        });

    private static bool IsNeed(Node node) => node is Node.Text or Node.Table;

    private static Given? Of(Node node, Faults faults)
    {
        if (node is not Node.Table table)
            return new Given(node.Scalar!, node.Place);
        var before = faults.Count;
        foreach (var (key, entry) in table.Entries)
            if (key != Name && key != Until && !Flags.Contains(key))
                faults.Add(entry.Key, FileKeys.NoSuch(key, [Name, Until, .. Flags]));
            else if (Flags.Contains(key) && entry.Value is not Node.Flag)
                faults.Add(entry.Value.Place, $"{key} takes true or false, not {entry.Value.What}");
        var name = table.Find(Name) switch
        {
            Node.Text text => text.Value,
            null => Wrong(table.Place, "a need has no name: { name = \"db\" }"),
            var other => Wrong(other.Place, $"{Name} takes the name of a process, not {other.What}"),
        };
        var condition = table.Find(Until) is { } until ? ConditionOf(until) : "";
        if (name is null || condition is null || faults.Count > before)
            return null;
        var flags = string.Concat(Flags.Where(flag => table.Find(flag) is Node.Flag { Value: true }).Select(flag => $",{flag}"));
        return new Given($"{name}{flags}{condition}", node.Place);

        // What is no condition, the field refuses.
        string? ConditionOf(Node until) => until switch
        {
            Node.Text text => $":{text.Value}",
            Node.Table { Entries.Count: 1 } one when one.Entries.Single() is { Key: var key, Value.Value: Node.Text target } => $":{key}:{target.Value}",
            _ => Wrong(until.Place, $"{Until} takes {string.Join(", ", Condition.Words)}, {{ file = \"PATH\" }} or {{ log = \"REGEX\" }}, not {until.What}"),
        };

        string? Wrong(Place place, string why)
        {
            faults.Add(place, why);
            return null;
        }
    }
}
