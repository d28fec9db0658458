namespace Sentinel.Core.Imports;

/// <summary>Makes a <c>sentinel.toml</c> from the file of another tool. Nothing of the file is dropped in silence.</summary>
public static class Importer
{
    /// <summary>In characters; what people write is much smaller.</summary>
    public const int MostCharacters = 10 * 1024 * 1024;

    // In the order in which they are named when there are several.
    private static readonly string[] Known =
    [
        "Procfile", "Procfile.dev",
    ];

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
        var notes = new Notes();
        var drafts = new Drafts(notes);
        var source = new Source(path, text.TrimStart('\ufeff'), options, folder, notes, drafts);
        Mapping(source)(source);
        return drafts.Finish();
    }

    private static Action<Source> Mapping(Source source)
    {
        var name = Path.GetFileName(source.Path);
        if (name.StartsWith("Procfile", StringComparison.Ordinal))
            return Procfile.Map;
        throw new ImportException($"{source.Path}: not a file that import knows; it knows {string.Join(", ", Known)}");
    }
}

/// <summary>What is imported, and where it goes.</summary>
internal sealed record Source(string Path, string Text, ImportOptions Options, ISourceFolder Folder, Notes Notes, Drafts Drafts);
