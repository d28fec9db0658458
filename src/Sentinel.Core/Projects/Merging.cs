namespace Sentinel.Core.Projects;

/// <summary>Lays one table over another: own keys win, tables are merged by key, lists are whole.</summary>
internal static class Merging
{
    private enum Level
    {
        File,
        Processes,
        Process,

        /// <summary>Names that people choose.</summary>
        Names,
    }

    public static Node.Table File(Node.Table below, Node.Table above) => Over(below, above, Level.File);

    /// <summary>Keys of a process, or those that all of them have.</summary>
    public static Node.Table Process(Node.Table below, Node.Table above) => Over(below, above, Level.Process);

    /// <summary>The keys that a table takes away.</summary>
    public static IEnumerable<Node.Text> UnsetIn(Node.Table table) => table.Find(FileKeys.Unset) switch
    {
        Node.Text one => [one],
        Node.List list => list.Items.OfType<Node.Text>(),
        _ => [],
    };

    private static Node.Table Over(Node.Table below, Node.Table above, Level level)
    {
        if (below.Entries.Count == 0 && !above.Entries.ContainsKey(FileKeys.Unset))
            return above;
        var merged = new Node.Table(above.Place);
        var canTake = level is Level.File or Level.Process;
        var taken = canTake ? UnsetIn(above).Select(name => name.Value).ToHashSet() : [];
        var chosen = level == Level.Process ? above.Entries.Keys.Select(FileKeys.ChoiceOf).OfType<string>().ToHashSet() : [];
        foreach (var (key, entry) in below.Entries)
            if (!taken.Contains(key) && (FileKeys.ChoiceOf(key) is not { } choice || !chosen.Contains(choice) || above.Entries.ContainsKey(key)))
                merged.Entries[key] = entry;
        foreach (var (key, entry) in above.Entries)
            merged.Entries[key] = merged.Entries.TryGetValue(key, out var old) && old.Value is Node.Table lower && entry.Value is Node.Table upper && !IsWhole(level, key)
                // A process is where it is first written.
                ? new Node.Entry(level == Level.Processes ? old.Key : entry.Key, Over(lower, upper, Within(level, key)))
                : entry;
        // What was taken away stays so for what is merged later; what is given again is there.
        if (canTake && (below.Entries.ContainsKey(FileKeys.Unset) || above.Entries.ContainsKey(FileKeys.Unset)))
        {
            var unset = new Node.List(above.Place);
            unset.Items.AddRange(UnsetIn(below).Concat(UnsetIn(above)).Where(name => !above.Entries.ContainsKey(name.Value)));
            merged.Entries[FileKeys.Unset] = new Node.Entry(above.Place, unset);
        }

        return merged;
    }

    private static bool IsWhole(Level level, string key) => level == Level.Process && key is (FileKeys.Needs or FileKeys.After);

    private static Level Within(Level level, string key) => (level, key) switch
    {
        (Level.File, FileKeys.Process) => Level.Processes,
        (Level.File, FileKeys.Defaults) => Level.Process,
        (Level.Processes, _) => Level.Process,
        _ => Level.Names,
    };
}
