using System.Formats.Tar;
using System.IO.Compression;

namespace Sentinel.Hosts;

/// <summary>The folder of a project as one file.</summary>
internal sealed class ProjectArchive : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    private ProjectArchive(ProjectFiles files) => (Files, LeftOut) = (files.Paths.Count, files.LeftOut);

    public int Files { get; }

    /// <summary>Compressed.</summary>
    public long Bytes => new FileInfo(_path).Length;

    /// <summary>What is in the folder, and not in the archive.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ProjectArchive Of(string folder)
    {
        var files = ProjectFiles.In(folder);
        var archive = new ProjectArchive(files);
        try
        {
            using var file = new FileStream(archive._path, FileMode.Create);
            using var packed = new GZipStream(file, CompressionLevel.Fastest);
            using var tar = new TarWriter(packed, TarEntryFormat.Pax);
            foreach (var path in files.Paths)
                tar.WriteEntry(Path.Combine(folder, path), path);
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
