using System.Globalization;
using System.Text.RegularExpressions;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Sentinel.Core.Projects;

/// <summary>Reads TOML 1.1 into nodes.</summary>
internal sealed partial class TomlTree
{
    private readonly string _file;
    private readonly Faults _faults;
    private readonly Node.Table _root;

    private TomlTree(string file, Faults faults) => (_file, _faults, _root) = (file, faults, new Node.Table(new Place(file, 1, 1)));

    /// <summary>Null: it is not well formed, and the faults say where.</summary>
    public static Node.Table? Read(string text, string file, Faults faults)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, new TomlSerializerOptions { MaxDepth = Node.MostLevels }, file);
        }
        catch (TomlException e)
        {
            faults.Add(new Place(file, e.Line ?? 1, e.Column ?? 1), e.Message.Contains("maximum depth", StringComparison.Ordinal)
                ? $"more than {Node.MostLevels} tables and lists are in each other"
                : Words(e.Message));
            return null;
        }
        catch (ArgumentException)
        {
            // What it does to an escape that is cut off by the end of the file.
            faults.Add(EndOf(text, file), "the text is not closed");
            return null;
        }

        if (document.HasErrors)
        {
            // One slip breaks more of its line.
            foreach (var error in document.Diagnostics.Take(1000).DistinctBy(error => error.Span.Start.Line))
                faults.Add(PlaceOf(file, error.Span), Words(error.Message));
            return null;
        }

        var before = faults.Count;
        var tree = new TomlTree(file, faults);
        tree.Fill(document);
        return faults.Count == before ? tree._root : null;
    }

    private void Fill(DocumentSyntax document)
    {
        foreach (var pair in document.KeyValues)
            Add(_root, pair);
        foreach (var block in document.Tables)
        {
            if (TableOf(block) is not { } table)
                continue;
            foreach (var pair in block.Items)
                Add(table, pair);
        }
    }

    private Node.Table? TableOf(TableSyntaxBase block)
    {
        var keys = Keys(block.Name!);
        if (Below(_root, keys[..^1]) is not { } parent)
            return null;
        if (block is TableSyntax)
            return Below(parent, keys[^1..]);
        var (name, place) = keys[^1];
        if (!parent.Entries.TryGetValue(name, out var entry))
            parent.Entries[name] = entry = new Node.Entry(place, new Node.List(place));
        if (entry.Value is not Node.List list)
            return Twice(name, place, entry);
        var table = new Node.Table(place);
        list.Items.Add(table);
        return table;
    }

    private void Add(Node.Table table, KeyValueSyntax pair)
    {
        var keys = Keys(pair.Key!);
        if (Below(table, keys[..^1]) is not { } parent)
            return;
        var (name, place) = keys[^1];
        if (parent.Entries.TryGetValue(name, out var entry))
            Twice(name, place, entry);
        else
            parent.Entries[name] = new Node.Entry(place, Value(pair.Value!));
    }

    // The table that these keys lead to, made where there is none; null if something else is there.
    private Node.Table? Below(Node.Table table, ReadOnlySpan<(string Name, Place Place)> keys)
    {
        foreach (var (name, place) in keys)
        {
            if (!table.Entries.TryGetValue(name, out var entry))
                table.Entries[name] = entry = new Node.Entry(place, new Node.Table(place));
            if ((entry.Value is Node.List { Items: [.., var last] } ? last : entry.Value) is not Node.Table below)
                return Twice(name, place, entry);
            table = below;
        }

        return table;
    }

    private Node.Table? Twice(string name, Place place, Node.Entry entry)
    {
        _faults.Add(place, $"'{name}' is there already, in line {entry.Key.Line}");
        return null;
    }

    private (string Name, Place Place)[] Keys(KeySyntax key)
    {
        var keys = new (string Name, Place Place)[int.Min(1 + key.DotKeys.ChildrenCount, Node.MostLevels + 1)];
        keys[0] = NameOf(key.Key!);
        for (var i = 1; i < keys.Length; i++)
            keys[i] = NameOf(key.DotKeys.GetChild(i - 1)!.Key!);
        if (keys.Length > Node.MostLevels)
            _faults.Add(keys[0].Place, $"a key has more than {Node.MostLevels} parts");
        return keys;
    }

    private (string Name, Place Place) NameOf(BareKeyOrStringValueSyntax key) =>
        (key is StringValueSyntax text ? text.Value! : ((BareKeySyntax)key).Key!.Text!, PlaceOf(_file, key.Span));

    private Node Value(ValueSyntax value)
    {
        var place = PlaceOf(_file, value.Span);
        switch (value)
        {
            case StringValueSyntax text:
                return new Node.Text(place, text.Value!);
            case IntegerValueSyntax number:
                return new Node.Number(place, number.Value.ToString(CultureInfo.InvariantCulture), IsWhole: true);
            case FloatValueSyntax number:
                return new Node.Number(place, number.Value.ToString("R", CultureInfo.InvariantCulture), IsWhole: false);
            case BooleanValueSyntax flag:
                return new Node.Flag(place, flag.Value);
            case ArraySyntax array:
                var list = new Node.List(place);
                foreach (var item in array.Items)
                    list.Items.Add(Value(item.Value!));
                return list;
            case InlineTableSyntax inline:
                var table = new Node.Table(place);
                foreach (var item in inline.Items)
                    Add(table, item.KeyValue!);
                return table;
            default:
                return new Node.Other(place, "a date or time");
        }
    }

    private static Place EndOf(string text, string file) => new(file, text.Count(c => c == '\n') + 1, text.Length - text.LastIndexOf('\n'));

    private static Place PlaceOf(string file, SourceSpan span) => new(file, span.Start.Line + 1, span.Start.Column + 1);

    // Theirs begin with a capital letter, and repeat a part of the file.
    private static string Words(string message)
    {
        if (Redefined().Match(message) is { Success: true } match)
            return $"'{match.Groups["key"].Value}' is there already, in line {match.Groups["line"].Value}";
        var words = message.TrimEnd('.', ';', ' ');
        return words.Length > 1 && char.IsUpper(words[0]) && char.IsLower(words[1]) ? $"{char.ToLowerInvariant(words[0])}{words[1..]}" : words;
    }

    [GeneratedRegex(@"^The key `(?<key>.*?)` is already defined at \((?<line>\d+),", RegexOptions.Singleline)]
    private static partial Regex Redefined();
}
