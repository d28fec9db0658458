namespace Sentinel.Core.Projects;

/// <summary>A file that was read, with what is beside it.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="IsMain">Whether it is the project's own.</param>
internal sealed record Source(string Path, Node.Table Root, bool IsMain)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public IEnumerable<WrittenProcess> Processes()
    {
        var defaults = Defaults();
        foreach (var (name, entry) in (Root.Find(FileKeys.Process) as Node.Table)?.Entries ?? [])
            if (entry.Value is Node.Table own)
                yield return new WrittenProcess(name, entry.Key, Folder, own, defaults);
    }

    // The environment of an included file is that of its own processes.
    private Node.Table Defaults()
    {
        var defaults = Root.Find(FileKeys.Defaults) as Node.Table ?? new Node.Table(Root.Place);
        if (IsMain)
            return defaults;
        var environment = new Node.Table(Root.Place);
        foreach (var key in (string[])[FileKeys.Environment, FileKeys.EnvironmentFiles])
            if (Root.Entries.TryGetValue(key, out var entry))
                environment.Entries[key] = entry;
        return Merging.Process(environment, defaults);
    }
}

/// <summary>A process as one file has it.</summary>
/// <param name="Place">Of its name.</param>
/// <param name="Defaults">What is below <paramref name="Own"/>.</param>
internal sealed record WrittenProcess(string Name, Place Place, string Folder, Node.Table Own, Node.Table Defaults);
