using System.ComponentModel;
using System.Diagnostics;

namespace Sentinel.Packing;

/// <summary>The files of a project's folder that go elsewhere: all that git(1) would take or, where there is no git, all that there is.</summary>
/// <param name="Paths">Relative, in the order of their bytes.</param>
/// <param name="LeftOut">Links that lead out of the folder.</param>
internal sealed record ProjectFiles(string Folder, IReadOnlyList<string> Paths, IReadOnlyList<string> LeftOut)
{
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static ProjectFiles Of(string folder)
    {
        var (paths, leftOut) = (new List<string>(), new List<string>());
        foreach (var path in (Listed(folder) ?? Found(folder, "")).Distinct().Order(StringComparer.Ordinal))
        {
            var file = new FileInfo(Path.Combine(folder, path));
            if (file.LinkTarget is { } target && LeadsOut(path, target))
                leftOut.Add(path);
            // One that git knows may be deleted here.
            else if (file.LinkTarget is not null || file.Exists)
                paths.Add(path);
        }

        return new ProjectFiles(folder, paths, leftOut);
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
