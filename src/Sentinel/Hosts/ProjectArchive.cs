using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Sentinel.Hosts;

/// <summary>The folder of a project as one file: all that git(1) would take or, where there is no git, all that there is.</summary>
internal sealed class ProjectArchive : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    private ProjectArchive()
    {
    }

    public int Files { get; private set; }

    /// <summary>Compressed.</summary>
    public long Bytes => new FileInfo(_path).Length;

    /// <summary>Links that lead out of the folder, and are not in it.</summary>
    public List<string> LeftOut { get; } = [];

    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ProjectArchive Of(string folder)
    {
        var archive = new ProjectArchive();
        try
        {
            using var file = new FileStream(archive._path, FileMode.Create);
            using var packed = new GZipStream(file, CompressionLevel.Fastest);
            using var tar = new TarWriter(packed, TarEntryFormat.Pax);
            foreach (var path in (Listed(folder) ?? Found(folder, "")).Distinct().Order(StringComparer.Ordinal))
                archive.Add(tar, folder, path);
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

    private void Add(TarWriter tar, string folder, string path)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        if (file.LinkTarget is { } target && LeadsOut(path, target))
            LeftOut.Add(path);
        // One that git knows may be deleted here.
        else if (file.LinkTarget is not null || file.Exists)
        {
            tar.WriteEntry(file.FullName, path);
            Files++;
        }
    }

    private static bool LeadsOut(string path, string target) => Path.IsPathRooted(target)
        || !Path.GetFullPath(Path.Combine("/root", Path.GetDirectoryName(path)!, target)).StartsWith("/root/", StringComparison.Ordinal);

    // Null: git does not know the folder.
    private static IEnumerable<string>? Listed(string folder)
    {
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            var error = git.StandardError.ReadToEndAsync();
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            error.Wait();
            // A submodule is listed as the folder that it is.
            return git.ExitCode != 0 ? null : listed.Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(path => new DirectoryInfo(Path.Combine(folder, path)) is { Exists: true, LinkTarget: null } ? Found(folder, path) : [path]);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Found(string folder, string below)
    {
        foreach (var entry in new DirectoryInfo(Path.Combine(folder, below)).EnumerateFileSystemInfos().Where(entry => entry.Name != ".git"))
        {
            var path = Path.Combine(below, entry.Name);
            if (entry is FileInfo or { LinkTarget: not null })
                yield return path;
            else
                foreach (var inner in Found(folder, path))
                    yield return inner;
        }
    }
}
