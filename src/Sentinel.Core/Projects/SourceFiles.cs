using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Sentinel.Core.Host;

namespace Sentinel.Core.Projects;

/// <summary>A project's file, those that it includes, and those beside them.</summary>
internal sealed class SourceFiles
{
    private const int MostBytes = 10 * 1024 * 1024;

    // Its tree takes some hundred times as much memory.
    private const int MostTomlBytes = 2 * 1024 * 1024;

    private const int MostFiles = 1000;

    private readonly IRegularFiles _files;
    private readonly Faults _faults;
    private readonly Dictionary<string, Source> _sources = [];
    private readonly List<string> _shown = [];
    private readonly string _folder;
    private readonly string _shownFolder;

    /// <param name="file">An absolute path.</param>
    /// <param name="shown">How people know it.</param>
    public SourceFiles(IRegularFiles files, string file, string shown, Faults faults)
    {
        (_files, _faults) = (files, faults);
        _folder = Path.GetDirectoryName(file) ?? "/";
        _shownFolder = Path.GetDirectoryName(shown) ?? "/";
        Main = Include(file, shown, [], null);
    }

    /// <summary>Null: it could not be read.</summary>
    public Source? Main { get; }

    public IEnumerable<Source> All => _sources.Values;

    /// <summary>All that were read, as people know them.</summary>
    public IReadOnlyList<string> Shown => _shown;

    /// <param name="chain">The files that led to it.</param>
    /// <param name="asked">Where it is included; null: it is the project's own.</param>
    private Source? Include(string path, string shown, IReadOnlyList<string> chain, Place? asked)
    {
        var place = asked ?? new Place(shown, 1, 1);
        if (_sources.Count == MostFiles || chain.Count == Node.MostLevels)
        {
            _faults.Add(place, $"a project has {MostFiles} files at most, and {Node.MostLevels} that include each other");
            return null;
        }

        if (Load(path, shown, place, mayBeMissing: false) is not { } root)
            return null;
        var local = ProjectFile.LocalOf(shown);
        if (Load(ProjectFile.LocalOf(path), local, new Place(local, 1, 1), mayBeMissing: true) is { } above)
            root = Merging.File(root, above);
        var source = _sources[path] = new Source(path, root, IsMain: asked is null);
        foreach (var pattern in root.Find(FileKeys.Include) is { } include ? Form.Texts.Read(include, _faults) ?? [] : [])
            Include(source, pattern, [.. chain, path]);
        return source;
    }

    private void Include(Source source, Given pattern, IReadOnlyList<string> chain)
    {
        var isPattern = Globs.IsPattern(pattern.Text);
        var found = Globs.Find(source.Folder, pattern.Text);
        if (found.Count == 0 && !isPattern)
            _faults.Add(pattern.Place, $"there is no file {pattern.Text}");
        foreach (var path in found)
        {
            // ** finds the file itself as well, and a file that two others include is read once.
            if (chain.Contains(path) && !isPattern)
                _faults.Add(pattern.Place, $"files include each other: {string.Join(" includes ", chain.SkipWhile(above => above != path).Append(path).Select(ShownOf))}");
            else if (!_sources.ContainsKey(path))
                Include(path, ShownOf(path), chain, pattern.Place);
        }
    }

    private string ShownOf(string path) => Path.Combine(_shownFolder, Path.GetRelativePath(_folder, path));

    // Checked, with absolute paths. Null: there is none, or it cannot be read.
    private Node.Table? Load(string path, string shown, Place place, bool mayBeMissing)
    {
        var isJson = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        byte[]? content;
        try
        {
            content = _files.Read(path, isJson ? MostBytes : MostTomlBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _faults.Add(place, $"{shown} cannot be read: {e.Message.TrimEnd('.')}");
            return null;
        }

        if (content is null)
        {
            if (!mayBeMissing)
                _faults.Add(place, $"there is no file {shown}");
            return null;
        }

        _shown.Add(shown);
        var root = Parsed(content.AsSpan(content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0), shown, isJson);
        if (root is not null)
            new FileCheck(Path.GetDirectoryName(path)!, _faults).Do(root);
        return root;
    }

    private Node.Table? Parsed(ReadOnlySpan<byte> text, string shown, bool isJson)
    {
        if (Utf8.IsValid(text))
            return isJson ? JsonTree.Read(text, shown, _faults) : TomlTree.Read(Encoding.UTF8.GetString(text), shown, _faults);
        var wrong = 0;
        while (Rune.DecodeFromUtf8(text[wrong..], out _, out var length) == OperationStatus.Done)
            wrong += length;
        var before = text[..wrong];
        _faults.Add(new Place(shown, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1), "this is not UTF-8");
        return null;
    }
}
