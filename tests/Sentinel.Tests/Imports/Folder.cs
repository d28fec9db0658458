using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

/// <summary>Files that are only texts.</summary>
internal sealed class Folder : Dictionary<string, string>, ISourceFolder
{
    public string? Read(string path) => this.GetValueOrDefault(path);

    public IEnumerable<string> FilesIn(string folder) =>
        Keys.Where(file => (Path.GetDirectoryName(file) is { Length: > 0 } own ? own : ".") == folder.TrimEnd('/')).Select(file => Path.GetFileName(file)).Order();
}

internal static class Import
{
    public static Imported Of(string file, string text, ImportOptions? options = null, Folder? beside = null) =>
        Importer.Read(file, text, options ?? new ImportOptions(), beside ?? []);

    /// <summary>Expects that all of it is taken.</summary>
    public static string All(string file, string text, ImportOptions? options = null, Folder? beside = null)
    {
        var imported = Of(file, text, options, beside);
        Assert.Equal([], imported.NotTaken.Select(note => note.ToString()));
        return imported.Toml;
    }

    /// <summary>What it tells, as it is printed.</summary>
    public static IEnumerable<string> Told(string file, string text, ImportOptions? options = null, Folder? beside = null) =>
        Of(file, text, options, beside).NotTaken.Select(note => note.ToString());

    public static string Refusal(string file, string text) => Assert.Throws<ImportException>(() => Of(file, text)).Message;
}
