using System.Formats.Tar;

namespace Sentinel.Core.Images;

/// <summary>The files of a tar(5) file by their names.</summary>
internal sealed class TarFiles
{
    // Of the format, how many links there may be from one to the next.
    private const int MostLinks = 40;

    private readonly Dictionary<string, Stream> _files = [];
    private readonly Dictionary<string, string> _links = [];

    /// <param name="tar">Can be read anywhere, and stays open as long as its files are read.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public TarFiles(Stream tar)
    {
        using var reader = new TarReader(tar, leaveOpen: true);
        while (reader.GetNextEntry() is { } entry)
        {
            Count++;
            var name = NameOf(entry.Name);
            if (entry.EntryType is TarEntryType.SymbolicLink)
                _links[name] = NameOf(Path.Combine(Path.GetDirectoryName(name)!, entry.LinkName));
            else if (entry.EntryType is TarEntryType.HardLink)
                _links[name] = NameOf(entry.LinkName);
            else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                _files[name] = entry.DataStream ?? new MemoryStream();
        }
    }

    public int Count { get; }

    /// <summary>Null: there is no such file. Where it is a link, as in files of older versions of docker, it is what that leads to.</summary>
    public Stream? Find(string name)
    {
        name = NameOf(name);
        for (var links = 0; links < MostLinks && _links.TryGetValue(name, out var target); links++)
            name = target;
        if (_files.GetValueOrDefault(name) is not { } content)
            return null;
        content.Position = 0;
        return content;
    }

    private static string NameOf(string name) => Path.GetFullPath(name, "/")[1..].TrimEnd('/');
}
