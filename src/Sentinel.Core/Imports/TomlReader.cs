using System.Globalization;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Sentinel.Core.Imports;

/// <summary>Reads TOML by its syntax tree, which has the place of everything.</summary>
internal static class TomlReader
{
    private sealed class Building(Place at)
    {
        public Place At => at;

        public Dictionary<string, (Place At, object Value)> Entries { get; } = [];
    }

    /// <exception cref="ImportException">It is not TOML.</exception>
    public static Node.Table Read(string file, string text)
    {
        var document = Parsed(file, text);
        foreach (var message in document.Diagnostics)
            if (message.Kind == DiagnosticMessageKind.Error)
                throw new ImportException(At(file, message.Span), message.Message);
        var root = new Building(new Place(file, 1, 1));
        Fill(file, root, document.KeyValues);
        foreach (var table in document.Tables)
        {
            var at = At(file, table.Span);
            var keys = Keys(table.Name!);
            var parent = keys.SkipLast(1).Aggregate(root, (node, key) => Within(node, key, at));
            Building target;
            if (table is TableArraySyntax)
            {
                target = new Building(at);
                var list = parent.Entries.TryGetValue(keys[^1], out var found) ? found.Value as List<object> : null;
                if (list is null && found.Value is not null)
                    throw new ImportException(at, $"{keys[^1]} is in line {found.At.Line} already, and is no list of tables");
                if (list is null)
                    parent.Entries[keys[^1]] = (at, list = []);
                list.Add(target);
            }
            else
            {
                target = Within(parent, keys[^1], at);
            }

            Fill(file, target, table.Items);
        }

        return (Node.Table)Done(root, root.At);
    }

    private static DocumentSyntax Parsed(string file, string text)
    {
        try
        {
            return SyntaxParser.Parse(text, file, validate: true);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or TomlException)
        {
            // The library has no words of its own for these, and no place.
            throw new ImportException(
                new Place(file, 0, 0), e is TomlException ? "lists and tables are nested too deeply" : "an escape in a text is no character");
        }
    }

    private static void Fill(string file, Building into, SyntaxList<KeyValueSyntax> entries)
    {
        foreach (var entry in entries)
            Fill(file, into, entry);
    }

    private static void Fill(string file, Building into, KeyValueSyntax entry)
    {
        var at = At(file, entry.Key!.Span);
        var keys = Keys(entry.Key);
        var target = keys.SkipLast(1).Aggregate(into, (node, key) => Within(node, key, at));
        if (!target.Entries.TryAdd(keys[^1], (at, Value(file, entry.Value!))))
            throw new ImportException(at, $"{keys[^1]} is in line {target.Entries[keys[^1]].At.Line} already");
    }

    // The last of a list of tables is the one that is meant.
    private static Building Within(Building node, string key, Place at)
    {
        if (!node.Entries.TryGetValue(key, out var found))
            node.Entries[key] = found = (at, new Building(at));
        return found.Value switch
        {
            Building table => table,
            List<object> { Count: > 0 } list when list[^1] is Building last => last,
            _ => throw new ImportException(at, $"{key} is in line {found.At.Line} already, and is no table"),
        };
    }

    private static object Value(string file, ValueSyntax value)
    {
        var at = At(file, value.Span);
        switch (value)
        {
            case StringValueSyntax text:
                return Node.Of(at, text.Value ?? "", ScalarKind.Quoted);
            case InlineTableSyntax table:
                var inline = new Building(at);
                foreach (var item in table.Items)
                    if (item.KeyValue is { } entry)
                        Fill(file, inline, entry);
                return inline;
            case ArraySyntax array:
                var list = new List<object>();
                foreach (var item in array.Items)
                    if (item.Value is { } element)
                        list.Add(Value(file, element));
                return list;
            case IntegerValueSyntax number:
                return new Node.Scalar(at, number.Value.ToString(CultureInfo.InvariantCulture), ScalarKind.Plain);
            case FloatValueSyntax number:
                return new Node.Scalar(at, number.Value.ToString(CultureInfo.InvariantCulture), ScalarKind.Plain);
            case BooleanValueSyntax truth:
                return new Node.Scalar(at, truth.Value ? "true" : "false", ScalarKind.Plain);
            default:
                return new Node.Scalar(at, value.ToString()?.Trim() ?? "", ScalarKind.Plain);
        }
    }

    private static Node Done(object value, Place at) => value switch
    {
        Building table => new Node.Table(
            table.At, [.. table.Entries.Select(entry => new Node.Entry(entry.Value.At, entry.Key, Done(entry.Value.Value, entry.Value.At)))]),
        List<object> list => new Node.List(at, [.. list.Select(item => Done(item, at))]),
        _ => (Node)value,
    };

    private static List<string> Keys(KeySyntax key)
    {
        var keys = new List<string> { Name(key.Key) };
        foreach (var dot in key.DotKeys)
            keys.Add(Name(dot.Key));
        return keys;
    }

    private static string Name(BareKeyOrStringValueSyntax? key) => key switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };

    private static Place At(string file, SourceSpan span) => new(file, span.Start.Line + 1, span.Start.Column + 1);
}
