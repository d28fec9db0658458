namespace Sentinel.Core.Imports;

/// <summary>The keys of a table that is being read. Those that nobody takes are told at the end.</summary>
/// <param name="whys">Why keys that are known are not taken.</param>
internal sealed class Keys(Node.Table table, string path, Notes notes, IReadOnlyDictionary<string, string>? whys)
{
    private readonly HashSet<string> _taken = [];

    public Place Place => table.Place;

    public string Path => path;

    public bool Has(string key) => table.Find(key) is { } node && !ValueOf(key, node).IsNull;

    /// <summary>Null: it is not there, or empty.</summary>
    public Value? Take(string key)
    {
        if (table.Find(key) is not { } node)
            return null;
        _taken.Add(key);
        return ValueOf(key, node) is { IsNull: false } value ? value : null;
    }

    public string? Text(string key) => Take(key)?.Text();

    public bool? Flag(string key) => Take(key)?.Flag();

    public int? Whole(string key) => Take(key)?.Whole();

    /// <summary>All of them: each key is a name that the user chose.</summary>
    public IEnumerable<(string Key, Value Value)> All() => Those("");

    /// <summary>Those that begin with these letters.</summary>
    public IEnumerable<(string Key, Value Value)> Those(string prefix) =>
        table.Entries.Where(entry => !_taken.Contains(entry.Key) && entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(entry => (entry.Key, ValueOf(entry.Key, entry.Value)))
            .ToList()
            .Select(found =>
            {
                _taken.Add(found.Key);
                return found;
            });

    /// <summary>What changes nothing for the one who starts the processes.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _taken.Add(key);
    }

    public void Ignore(Func<string, bool> isIgnored) => Ignore([.. table.Entries.Select(entry => entry.Key).Where(isIgnored)]);

    /// <summary>All that nobody has taken is somebody else's.</summary>
    public void IgnoreRest()
    {
        foreach (var entry in table.Entries)
            _taken.Add(entry.Key);
    }

    public void Tell(string why) => notes.Tell(table.Place, path, why);

    public void TellRest()
    {
        foreach (var entry in table.Entries)
            if (_taken.Add(entry.Key))
                notes.Tell(entry.Place, PathOf(entry.Key), whys?.GetValueOrDefault(entry.Key) ?? Notes.Unknown);
    }

    private Value ValueOf(string key, Node node) => new(node, PathOf(key), notes);

    private string PathOf(string key) => path.Length > 0 ? $"{path}.{key}" : key;
}
