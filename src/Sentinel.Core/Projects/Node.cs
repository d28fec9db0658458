namespace Sentinel.Core.Projects;

/// <summary>A value in a project's file, whatever the language of the file.</summary>
internal abstract record Node(Place Place)
{
    /// <summary>How many tables and lists may be in each other.</summary>
    public const int MostLevels = 32;

    // Of a text, in a message.
    private const int MostShown = 40;

    /// <summary>What it is, with its article, or the value itself.</summary>
    public abstract string What { get; }

    /// <summary>The text of a value that is one; null for a table, a list or a date.</summary>
    public virtual string? Scalar => null;

    public sealed record Table(Place Place) : Node(Place)
    {
        public OrderedDictionary<string, Entry> Entries { get; } = [];

        public override string What => "a table";

        public Node? Find(string key) => Entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    public sealed record List(Place Place) : Node(Place)
    {
        public List<Node> Items { get; } = [];

        public override string What => "a list";
    }

    public sealed record Text(Place Place, string Value) : Node(Place)
    {
        public override string What => Value.Length > MostShown || Value.Contains('\n') ? "a text" : $"'{Value}'";

        public override string? Scalar => Value;
    }

    /// <param name="Value">In decimal, as short as it can be.</param>
    public sealed record Number(Place Place, string Value, bool IsWhole) : Node(Place)
    {
        public override string What => Value;

        public override string? Scalar => Value;
    }

    public sealed record Flag(Place Place, bool Value) : Node(Place)
    {
        public override string What => Value ? "true" : "false";

        public override string? Scalar => What;
    }

    /// <summary>A date, a time, or nothing (<c>null</c>), of which no key takes any.</summary>
    public sealed record Other(Place Place, string Kind) : Node(Place)
    {
        public override string What => Kind;
    }

    /// <param name="Key">Where the key is written.</param>
    public readonly record struct Entry(Place Key, Node Value);
}
