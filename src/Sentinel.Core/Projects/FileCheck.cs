using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Checks what one file says by itself, key by key, and makes its paths absolute.</summary>
/// <param name="folder">That of the file.</param>
internal sealed class FileCheck(string folder, Faults faults)
{
    public void Do(Node.Table root)
    {
        Check(root, FileKeys.OfFile);
        if (root.Entries.TryGetValue(FileKeys.Defaults, out var defaults))
        {
            if (defaults.Value is not Node.Table table)
                Wrong(FileKeys.Defaults, "a table", defaults.Value);
            else if (table.Entries.TryGetValue(FileKeys.Like, out var like))
                faults.Add(like.Key, $"{FileKeys.Like} is for a process, not for all of them");
            else
                Check(table, FileKeys.OfProcess);
        }

        CheckAll(root, FileKeys.Process, FileKeys.OfProcess);
        CheckAll(root, FileKeys.Hook, FileKeys.OfHook);
    }

    // Tables by names that people choose.
    private void CheckAll(Node.Table root, string kind, IReadOnlyList<FileKey> known)
    {
        if (!root.Entries.TryGetValue(kind, out var tables))
            return;
        if (tables.Value is not Node.Table all)
        {
            Wrong(kind, kind == FileKeys.Process ? "a table of processes: [process.web]" : "a table of hooks: [hook.alarm]", tables.Value);
            return;
        }

        foreach (var (name, entry) in all.Entries)
        {
            if (!ProcessName.IsValid(name))
                faults.Add(entry.Key, $"'{name}' cannot be the name of a {kind}: {ProcessName.Rule}");
            if (entry.Value is Node.Table table)
                Check(table, known);
            else
                faults.Add(entry.Value.Place, $"a {kind} is a table, [{kind}.{name}] or {name} = {{ run = \"...\" }}, not {entry.Value.What}");
        }
    }

    private void Check(Node.Table table, IReadOnlyList<FileKey> known)
    {
        for (var i = 0; i < table.Entries.Count; i++)
        {
            var (name, entry) = table.Entries.GetAt(i);
            if (FileKeys.Find(name, known) is not { } key)
                faults.Add(entry.Key, FileKeys.NoSuch(name, known));
            else if (key.Form is { } form && form.Read(entry.Value, faults) is null)
                Wrong(name, form.Words, entry.Value);
            else if (key.IsPath)
                table.Entries.SetAt(i, entry with { Value = Absolute(entry.Value) });
        }

        foreach (var taken in Merging.UnsetIn(table))
            if (FileKeys.Find(taken.Value, known) is null)
                faults.Add(taken.Place, FileKeys.NoSuch(taken.Value, known));
    }

    private Node Absolute(Node node)
    {
        switch (node)
        {
            case Node.List list:
                var absolute = new Node.List(list.Place);
                absolute.Items.AddRange(list.Items.Select(Absolute));
                return absolute;
            // Of secrets, each by its name.
            case Node.Table table:
                var secrets = new Node.Table(table.Place);
                foreach (var (name, entry) in table.Entries)
                    secrets.Entries[name] = entry.Value is Node.Text text ? entry with { Value = text with { Value = Secret.WithPath(text.Value, Under) } } : entry;
                return secrets;
            case Node.Text { Value: var path } when path.Contains('\0'):
                faults.Add(node.Place, "a path cannot contain the character NUL");
                return node;
            // What is empty, its field refuses.
            case Node.Text { Value.Length: > 0 } named:
                return named.Value is ['?', .. var file] ? named with { Value = $"?{Under(file)}" } : named with { Value = Under(named.Value) };
            default:
                return node;
        }
    }

    private string Under(string path) => Path.GetFullPath(Path.Combine(folder, path));

    private void Wrong(string key, string words, Node node) => faults.Add(node.Place, $"{key} takes {words}, not {node.What}");
}
