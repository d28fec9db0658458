using System.Formats.Tar;
using System.IO.Compression;

namespace Sentinel.Packing;

/// <summary>The files of a project as one, for another machine.</summary>
internal sealed class ProjectArchive : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    private ProjectArchive()
    {
    }

    /// <summary>Compressed.</summary>
    public long Bytes => new FileInfo(_path).Length;

    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ProjectArchive Of(ProjectFiles files)
    {
        var archive = new ProjectArchive();
        try
        {
            using var file = new FileStream(archive._path, FileMode.Create);
            using var packed = new GZipStream(file, CompressionLevel.Fastest);
            using var tar = new TarWriter(packed, TarEntryFormat.Pax);
            foreach (var path in files.Paths)
                tar.WriteEntry(Path.Combine(files.Folder, path), path);
            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public Stream Open() => new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read);

    public void Dispose() => File.Delete(_path);
}
