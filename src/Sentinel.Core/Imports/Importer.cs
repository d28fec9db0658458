namespace Sentinel.Core.Imports;

/// <summary>Makes a <c>sentinel.toml</c> from the file of another tool. Nothing of the file is dropped in silence.</summary>
public static class Importer
{
    /// <summary>In characters; what people write is much smaller.</summary>
    public const int MostCharacters = 10 * 1024 * 1024;

    // In the order in which they are named when there are several.
    private static readonly string[] Known =
    [
        "Procfile", "Procfile.dev", "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "process-compose.yaml", "process-compose.yml",
        "supervisord.conf", "ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.json", "process.json",
        "pitchfork.toml", "package.json", "Properties/launchSettings.json", ".vscode/launch.json",
    ];

    // What is there for other reasons, too, is not meant as a project by being there.
    private static readonly string[] Ambiguous = ["package.json", "process.json", "Properties/launchSettings.json", ".vscode/launch.json"];

    /// <summary>Whether a file with this name is one of another tool.</summary>
    public static bool IsKnown(string path) => Known.Any(file => Path.GetFileName(file) == Path.GetFileName(path));

    /// <summary>The files that describe a project, where nothing else does.</summary>
    public static IReadOnlyList<string> ProjectsIn(ISourceFolder folder) => [.. FindIn(folder).Except(Ambiguous)];

    /// <summary>The files that can be imported, relative to the folder.</summary>
    public static IReadOnlyList<string> FindIn(ISourceFolder folder) =>
        [.. Known.Where(file => folder.FilesIn(Path.GetDirectoryName(file) is { Length: > 0 } sub ? sub : ".").Contains(Path.GetFileName(file)))];

    /// <param name="path">Its name decides what it is; messages begin with it.</param>
    /// <param name="text">What it holds.</param>
    /// <exception cref="ImportException">It is not a file that is known, or cannot be read as what it is.</exception>
    public static Imported Read(string path, string text, ImportOptions options, ISourceFolder folder)
    {
        if (text.Length > MostCharacters)
            throw new ImportException($"{path}: it is larger than {MostCharacters / 1024 / 1024} MB, which no file of this kind is");
        // By escapes, too, none gets into what is read.
        Node.Of(new Place(path, 0, 0), text, ScalarKind.Quoted);
        var notes = new Notes();
        var drafts = new Drafts(notes);
        var source = new Source(path, text.TrimStart('\ufeff'), options, folder, notes, drafts);
        Map(source);
        return drafts.Finish();
    }

    private static void Map(Source source)
    {
        var name = Path.GetFileName(source.Path);
        if (name.StartsWith("Procfile", StringComparison.Ordinal))
            Procfile.Map(source);
        else if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal))
            MapYaml(source);
        else if (name.StartsWith("pitchfork.", StringComparison.Ordinal) && name.EndsWith(".toml", StringComparison.Ordinal))
            Pitchfork.Map(source);
        else if (name == "package.json")
            PackageJson.Map(source);
        else if (name.Equals("launchSettings.json", StringComparison.OrdinalIgnoreCase))
            LaunchSettings.Map(source);
        else if (name == "launch.json")
            VsCodeLaunch.Map(source);
        else if (name.EndsWith(".conf", StringComparison.Ordinal) || name.EndsWith(".ini", StringComparison.Ordinal))
            Supervisord.Map(source);
        else if (Path.GetExtension(name) is ".js" or ".cjs" or ".mjs" or ".json")
            Pm2.Map(source, LiteralReader.Read(source.Path, source.Options.Printed ?? source.Text, isPrinted: source.Options.Printed is not null));
        else
            throw new ImportException($"{source.Path}: not a file that import knows; it knows {string.Join(", ", Known)}");
    }

    // By what it holds: people call these files as they like.
    private static void MapYaml(Source source)
    {
        var node = YamlReader.Read(source.Path, source.Text);
        var isFile = Path.GetFileName(source.Path).Contains("process-compose", StringComparison.Ordinal);
        if (isFile || node is Node.Table { Entries: var entries } && entries.Any(entry => entry.Key == "processes"))
            ProcessCompose.Map(source, source.Keys(ProcessCompose.WithBase(source, node), ProcessCompose.Whys));
        else if (node is Node.Table table && table.Find("services") is not null)
            ComposeFile.Map(source, source.Keys(node, ComposeFile.Whys));
        else
            throw new ImportException(node.Place, "it has neither services, as for docker compose, nor processes, as for process-compose");
    }
}

/// <summary>What is imported, and where it goes.</summary>
internal sealed record Source(string Path, string Text, ImportOptions Options, ISourceFolder Folder, Notes Notes, Drafts Drafts)
{
    /// <summary>The keys of the whole file.</summary>
    public Keys Keys(Node node, IReadOnlyDictionary<string, string>? whys = null) =>
        new Value(node, "", Notes).Keys(whys) ?? throw new ImportException(node.Place, "the file is to be a table");
}
