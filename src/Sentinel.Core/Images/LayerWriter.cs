using System.Formats.Tar;

namespace Sentinel.Core.Images;

/// <summary>
/// Writes a layer so that the same files are the same bytes, wherever and whenever that is: in the order of their paths, as files of root,
/// of a time that never changes.
/// </summary>
public static class LayerWriter
{
    private const UnixFileMode All = (UnixFileMode)0x1ff;

    /// <param name="layer">An empty file that can be read afterwards.</param>
    /// <exception cref="IOException">A file cannot be read, or has changed meanwhile.</exception>
    public static ImageLayer Write(IEnumerable<LayerEntry> entries, string about, Stream layer)
    {
        // In the format pax, the writer would put its own pid and the time into names longer than 100 bytes.
        using (var tar = new TarWriter(layer, TarEntryFormat.Gnu, leaveOpen: true))
            foreach (var entry in entries.OrderBy(entry => entry.Path, StringComparer.Ordinal))
                Write(tar, entry);
        layer.Flush();
        return new ImageLayer(ImageLayer.DigestOf(layer), layer, about);
    }

    private static void Write(TarWriter tar, LayerEntry entry)
    {
        switch (entry)
        {
            case LayerEntry.Folder folder:
                tar.WriteEntry(New(TarEntryType.Directory, $"{folder.Path}/", folder.Mode));
                break;
            case LayerEntry.Link link:
                var made = New(TarEntryType.SymbolicLink, link.Path, All);
                made.LinkName = link.Target;
                tar.WriteEntry(made);
                break;
            case LayerEntry.File file:
                using (var content = file.Open())
                    Write(tar, file, content);
                break;
        }
    }

    private static void Write(TarWriter tar, LayerEntry.File file, Stream content)
    {
        var length = content.Length;
        var entry = New(TarEntryType.RegularFile, file.Path, file.Mode);
        entry.DataStream = content;
        tar.WriteEntry(entry);
        if (content.Position != length || content.Length != length)
            throw new IOException($"{file.Path} changes while it is read");
    }

    private static GnuTarEntry New(TarEntryType type, string path, UnixFileMode mode) =>
        new(type, path) { Mode = mode, Uid = 0, Gid = 0, ModificationTime = DateTimeOffset.UnixEpoch };
}
