using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>How watched files are written: as <c>run --watch</c> takes them, as a list, or as a table with all that is about them.</summary>
internal static class WatchForm
{
    public const string Key = "watch";

    private const string Paths = "paths", Ignore = "ignore", Then = "then", Gitignore = "gitignore";

    public static readonly Form All = new(
        "true, false, a path, a list of paths, or a table of paths, ignore, then and gitignore",
        $$"""
        { "anyOf": [{ "type": ["boolean", "string"] }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }, { "type": "object", "additionalProperties": false, "properties": {
          "{{Paths}}": {{Form.Texts.Schema}}, "{{Ignore}}": {{Form.Texts.Schema}}, "{{Then}}": { "type": "string" }, "{{Gitignore}}": { "type": "boolean" } } }] }
        """,
        (node, faults) => node switch
        {
            Node.Flag { Value: false } => [],
            Node.Flag => [new Given(WatchRule.Here, node.Place)],
            Node.List { Items.Count: 0 } => null,
            Node.Table table => PathsOf(table, faults),
            _ => Form.Texts.Read(node, faults) is { } paths ? [new Given(string.Join(',', paths.Select(path => path.Text)), node.Place)] : null,
        });

    /// <summary>The keys of a process with one for each setting that the table stands for.</summary>
    public static Node.Table Spread(Node.Table process)
    {
        if (process.Find(Key) is not Node.Table table)
            return process;
        var spread = new Node.Table(process.Place);
        foreach (var (key, entry) in process.Entries)
            spread.Entries[key] = entry;
        Set("watch-ignore", table.Find(Ignore));
        Set("watch-then", table.Find(Then));
        Set("watch-no-gitignore", table.Find(Gitignore) is Node.Flag flag ? flag with { Value = !flag.Value } : null);
        return spread;

        void Set(string key, Node? value)
        {
            if (value is not null)
                spread.Entries[key] = new Node.Entry(value.Place, value);
        }
    }

    private static IReadOnlyList<Given> PathsOf(Node.Table table, Faults faults)
    {
        foreach (var (key, entry) in table.Entries)
            if (FormOf(key) is not { } form)
                faults.Add(entry.Key, FileKeys.NoSuch(key, [Paths, Ignore, Then, Gitignore]));
            else if (form.Read(entry.Value, faults) is null)
                faults.Add(entry.Value.Place, $"{key} takes {form.Words}, not {entry.Value.What}");
        var paths = table.Find(Paths) is { } node ? Form.Texts.Read(node, faults) ?? [] : [];
        return [new Given(paths.Count == 0 ? WatchRule.Here : string.Join(',', paths.Select(path => path.Text)), table.Place)];
    }

    private static Form? FormOf(string key) => key switch
    {
        Paths or Ignore => Form.Texts,
        Then => Form.Text,
        Gitignore => Form.Flag,
        _ => null,
    };
}
