using System.ComponentModel;
using System.Diagnostics;
using Sentinel.Linux.Files;

namespace Sentinel.Hosts;

/// <summary>What belongs to a project of its folder: all that git(1) would take or, where git takes nothing, all that there is.</summary>
/// <param name="Paths">Of files and links, relative to the folder, in ordinal order.</param>
/// <param name="LeftOut">Links that lead out of the folder, and what is neither a file nor a link.</param>
internal sealed record ProjectFiles(IReadOnlyList<string> Paths, IReadOnlyList<string> LeftOut)
{
    /// <param name="more">Files and folders to take as well, relative to the folder.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static ProjectFiles In(string folder, params IEnumerable<string> more)
    {
        var (taken, leftOut) = (new List<string>(), new List<string>());
        foreach (var path in (Listed(folder) ?? Found(folder, "")).Concat(more.SelectMany(path => Under(folder, path))).Distinct().Order(StringComparer.Ordinal))
        {
            var file = new FileInfo(Path.Combine(folder, path));
            if (file.LinkTarget is { } target ? LeadsOut(path, target) : file.Exists && !new LogFiles().IsRegular(file.FullName))
                leftOut.Add(path);
            // One that git knows may be deleted here.
            else if (file.LinkTarget is not null || file.Exists)
                taken.Add(path);
        }

        return new ProjectFiles(taken, leftOut);
    }

    private static bool LeadsOut(string path, string target) => Path.IsPathRooted(target)
        || !Path.GetFullPath(Path.Combine("/root", Path.GetDirectoryName(path)!, target)).StartsWith("/root/", StringComparison.Ordinal);

    // Null: git does not know the folder, or ignores all of it.
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
            return git.ExitCode != 0 || listed.Length == 0 ? null
                : listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).SelectMany(path => Under(folder, path));
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Under(string folder, string path) =>
        new DirectoryInfo(Path.Combine(folder, path)) is { Exists: true, LinkTarget: null } ? Found(folder, path) : [path];

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
