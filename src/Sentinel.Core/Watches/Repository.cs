using Sentinel.Core.Host;

namespace Sentinel.Core.Watches;

/// <summary>The git repository that a file or folder is in.</summary>
internal static class Repository
{
    private const string Name = ".git", Link = "gitdir:";

    // Git has one of these while it changes files, and a rebase is many changes.
    private static readonly string[] Signs = ["index.lock", "rebase-merge", "rebase-apply"];

    /// <summary>Whether git is at work there, so that more changes are to come.</summary>
    public static bool IsBusy(string path, IWatchedFiles files)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
            if (files.Look(Path.Combine(at, Name)) is { } sight)
                return FolderOf(Path.Combine(at, Name), sight, files) is { } folder && Array.Exists(Signs, sign => files.Look(Path.Combine(folder, sign)) is not null);
        return false;
    }

    // In a worktree or a submodule it is a file that names the folder.
    private static string? FolderOf(string path, FileSight sight, IWatchedFiles files) => sight.IsFolder ? path
        : files.LinesOf(path) is [var line, ..] && line.StartsWith(Link, StringComparison.Ordinal) ? Path.GetFullPath(line[Link.Length..].Trim(), Path.GetDirectoryName(path)!)
        : null;
}
