namespace Sentinel.Core.Imports;

/// <summary>Where something stands in a file.</summary>
/// <param name="Line">From 1; 0: nobody knows.</param>
/// <param name="Column">From 1.</param>
internal readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}

/// <summary>What a file holds, whatever its language: YAML, TOML, JSON and JavaScript, and INI all come to this.</summary>
internal abstract record Node(Place Place)
{
    /// <param name="Text">As it is written, without quotes: <c>no</c> and <c>22:22</c> are just that.</param>
    public sealed record Scalar(Place Place, string Text, ScalarKind Kind) : Node(Place);

    /// <exception cref="ImportException">It cannot be written into any file.</exception>
    public static Scalar Of(Place at, string text, ScalarKind kind)
    {
        if (text.Contains('\0'))
            throw new ImportException(at, "this holds a NUL");
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                throw new ImportException(at, "this holds half a character");
        return new Scalar(at, text, kind);
    }

    public sealed record List(Place Place, IReadOnlyList<Node> Items) : Node(Place);

    /// <summary>No two entries have the same key.</summary>
    public sealed record Table(Place Place, IReadOnlyList<Entry> Entries) : Node(Place)
    {
        public Node? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
    }

    /// <param name="Place">That of the key.</param>
    public sealed record Entry(Place Place, string Key, Node Value);
}

internal enum ScalarKind
{
    /// <summary>Nothing, such as <c>null</c>.</summary>
    Null,

    /// <summary>What is not quoted: a word, a number, a truth.</summary>
    Plain,

    /// <summary>A text for sure.</summary>
    Quoted,
}
