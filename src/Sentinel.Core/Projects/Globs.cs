using System.IO.Enumeration;

namespace Sentinel.Core.Projects;

/// <summary>Finds files by patterns in which * and ? match within a name, and ** any folders in between.</summary>
internal static class Globs
{
    private const string AnyFolders = "**";

    // What is in these is not of this project.
    private static readonly string[] Skipped = ["node_modules"];

    private static readonly EnumerationOptions Reachable = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    public static bool IsPattern(string text) => text.Contains('*') || text.Contains('?');

    /// <summary>Absolute paths, in order.</summary>
    /// <param name="pattern">A path, relative to <paramref name="folder"/> or absolute.</param>
    public static IReadOnlyList<string> Find(string folder, string pattern)
    {
        if (pattern.Length == 0 || pattern.Contains('\0'))
            return [];
        var names = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > Node.MostLevels)
            return [];
        IEnumerable<string> found = [pattern.StartsWith('/') ? "/" : folder];
        for (var i = 0; i < names.Length; i++)
        {
            var (name, isLast) = (names[i], i == names.Length - 1);
            found = name == AnyFolders ? found.SelectMany(WithAllBelow).Distinct()
                : found.SelectMany(at => Matching(at, name, isLast));
        }

        return [.. found.Where(File.Exists).Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Matching(string folder, string name, bool isLast)
    {
        if (!IsPattern(name))
            return [Path.GetFullPath(Path.Combine(folder, name))];
        if (!Directory.Exists(folder))
            return [];
        return (isLast ? Directory.EnumerateFiles(folder, "*", Reachable) : Directory.EnumerateDirectories(folder, "*", Reachable))
            .Where(path => Path.GetFileName(path) is var own && (!own.StartsWith('.') || name.StartsWith('.')) && FileSystemName.MatchesSimpleExpression(name, own, ignoreCase: false));
    }

    // Links are not followed: they may lead back.
    private static IEnumerable<string> WithAllBelow(string folder)
    {
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var at))
        {
            if (!Directory.Exists(at))
                continue;
            yield return at;
            foreach (var below in new DirectoryInfo(at).EnumerateDirectories("*", Reachable))
                if (!below.Name.StartsWith('.') && !Skipped.Contains(below.Name) && below.LinkTarget is null)
                    open.Push(below.FullName);
        }
    }
}
