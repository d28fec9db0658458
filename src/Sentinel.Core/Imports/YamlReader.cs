using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sentinel.Core.Imports;

/// <summary>
/// Reads YAML without its traps: what is not quoted stays the text that it is, so <c>no</c> is no truth and <c>22:22</c> no number.
/// Anchors, aliases and merge keys are followed; two keys of one name are an error.
/// </summary>
internal sealed class YamlReader
{
    public const int DeepestNesting = 32;

    // Aliases make a few lines as much as one likes.
    private const int MostNodes = 1_000_000;

    private const string Merge = "<<";

    private readonly string _file;
    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly Dictionary<string, Node> _anchors = [];
    private int _nodes;

    private YamlReader(string file, string text)
    {
        _file = file;
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        _parser = new Parser(_scanner);
    }

    /// <summary>The one document of a file; an empty table when there is none.</summary>
    /// <exception cref="ImportException">It is not YAML, or more than is read here.</exception>
    public static Node Read(string file, string text) => new YamlReader(file, text).Document();

    private Node Document()
    {
        Node? document = null;
        for (var current = Move(); current is not StreamEnd; current = Move())
            if (current is DocumentStart && document is not null)
                throw new ImportException(At(current.Start), "a second document begins here; only files with one are read");
            else if (current is DocumentStart)
                document = Of(Move(), 0);
        return document is null or Node.Scalar { Kind: ScalarKind.Null } ? new Node.Table(new Place(_file, 1, 1), []) : document;
    }

    private ParsingEvent Move()
    {
        try
        {
            return _parser.MoveNext() ? _parser.Current! : new StreamEnd();
        }
        catch (YamlException e)
        {
            throw new ImportException(At(e.Start), e.Message);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // For some things that it cannot read, the library has no words.
            throw new ImportException(At(_scanner.CurrentPosition), "this is not YAML");
        }
    }

    private Node Of(ParsingEvent current, int depth)
    {
        var at = At(current.Start);
        if (depth > DeepestNesting)
            throw new ImportException(at, $"more than {DeepestNesting} lists and tables are nested here");
        Count(at);
        if (current is AnchorAlias alias)
            return _anchors.GetValueOrDefault(alias.Value.Value) ?? throw new ImportException(at, $"there is no anchor {alias.Value.Value} before this");
        if (current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag } && !tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal))
            throw new ImportException(at, $"the tag {tag.Value} is not understood here");
        Node node = current switch
        {
            Scalar scalar => Text(at, scalar),
            SequenceStart => new Node.List(at, Items(depth)),
            MappingStart => new Node.Table(at, Entries(at, depth)),
            _ => throw new ImportException(at, "a value was expected here"),
        };
        if (current is NodeEvent { Anchor: { IsEmpty: false } anchor })
            _anchors[anchor.Value] = node;
        return node;
    }

    private static Node.Scalar Text(Place at, Scalar scalar)
    {
        var isPlain = scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true };
        var isNothing = isPlain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
        return Node.Of(at, scalar.Value, !isPlain ? ScalarKind.Quoted : isNothing ? ScalarKind.Null : ScalarKind.Plain);
    }

    private List<Node> Items(int depth)
    {
        var items = new List<Node>();
        for (var current = Move(); current is not SequenceEnd; current = Move())
            items.Add(Of(current, depth + 1));
        return items;
    }

    private List<Node.Entry> Entries(Place at, int depth)
    {
        var entries = new Dictionary<string, Node.Entry>();
        var merged = new List<Node>();
        for (var current = Move(); current is not MappingEnd; current = Move())
        {
            var key = Of(current, depth + 1) as Node.Scalar ?? throw new ImportException(At(current.Start), "a key is to be a text");
            // Where an alias is the key, it stands here.
            var place = At(current.Start);
            var value = Of(Move(), depth + 1);
            if (key.Text == Merge && current is Scalar { Style: ScalarStyle.Plain })
                merged.AddRange(value is Node.List list ? list.Items : [value]);
            else if (!entries.TryAdd(key.Text, new Node.Entry(place, key.Text, value)))
                throw new ImportException(place, $"{key.Text} is in line {entries[key.Text].Place.Line} already");
        }

        // Its own keys win, then those that are merged first.
        foreach (var node in merged)
        {
            if (node is not Node.Table table)
                throw new ImportException(at, $"{Merge} takes tables, not texts");
            foreach (var entry in table.Entries)
            {
                Count(at);
                entries.TryAdd(entry.Key, entry);
            }
        }

        return [.. entries.Values];
    }

    private Place At(Mark mark) => new(_file, (int)mark.Line, (int)mark.Column);

    private void Count(Place at)
    {
        if (++_nodes > MostNodes)
            throw new ImportException(at, $"the file has more than {MostNodes} values here, with those that are merged");
    }
}
