using System.Formats.Tar;
using System.Security.Cryptography;

namespace Sentinel.Packing;

/// <summary>A layer of a container image: a tar(5) file, known by the hash of its bytes.</summary>
/// <param name="Path">A file of its own, deleted by who asked for it.</param>
/// <param name="Hash">SHA-256, in lower-case hexadecimal.</param>
internal sealed record ImageLayer(string Path, string Hash)
{
    private const UnixFileMode Folder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>A layer of files that belong to root and have no time: the same files are the same layer.</summary>
    /// <param name="files">Where each is in the image, without a leading slash, and where it is here.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageLayer Of(IEnumerable<(string In, string Here)> files, string to)
    {
        using (var file = new FileStream(to, FileMode.Create))
        using (var tar = new TarWriter(file, TarEntryFormat.Gnu))
        {
            var folders = new HashSet<string>();
            foreach (var (place, here) in files.OrderBy(one => one.In, StringComparer.Ordinal))
            {
                AddFolders(tar, folders, place);
                AddFile(tar, place, here);
            }
        }

        return Of(to);
    }

    /// <summary>One that is there.</summary>
    public static ImageLayer Of(string path)
    {
        using var file = File.OpenRead(path);
        return new ImageLayer(path, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    private static void AddFolders(TarWriter tar, HashSet<string> known, string place)
    {
        for (var slash = place.IndexOf('/'); slash > 0; slash = place.IndexOf('/', slash + 1))
            if (known.Add(place[..slash]))
                tar.WriteEntry(Timeless(new GnuTarEntry(TarEntryType.Directory, place[..slash] + "/") { Mode = Folder }));
    }

    private static void AddFile(TarWriter tar, string place, string here)
    {
        if (new FileInfo(here).LinkTarget is { } target)
        {
            tar.WriteEntry(Timeless(new GnuTarEntry(TarEntryType.SymbolicLink, place) { LinkName = target }));
            return;
        }

        using var content = File.OpenRead(here);
        // All may read what is in an image: who runs it is not known here.
        var mode = File.GetUnixFileMode(here) & Folder;
        tar.WriteEntry(Timeless(new GnuTarEntry(TarEntryType.RegularFile, place)
        {
            Mode = mode | UnixFileMode.GroupRead | UnixFileMode.OtherRead | (mode.HasFlag(UnixFileMode.UserExecute) ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : 0),
            DataStream = content,
        }));
    }

    private static GnuTarEntry Timeless(GnuTarEntry entry)
    {
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        (entry.Uid, entry.Gid, entry.UserName, entry.GroupName) = (0, 0, "", "");
        return entry;
    }
}
