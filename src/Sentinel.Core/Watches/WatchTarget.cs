namespace Sentinel.Core.Watches;

/// <summary>One of the files, folders and patterns that a process depends on.</summary>
/// <param name="Base">The file or folder that is named, or in which the pattern matches; an absolute path.</param>
/// <param name="Pattern">Of paths below that; null: all of it counts.</param>
internal sealed record WatchTarget(string Base, PathPattern? Pattern)
{
    /// <param name="text">As <c>--watch</c> takes it.</param>
    public static WatchTarget Parse(string text, string workingDirectory)
    {
        if (!PathPattern.IsPattern(text) || Path.Exists(Absolute(text)))
            return new WatchTarget(Absolute(text), null);
        var names = text.Split('/');
        var plain = Array.FindIndex(names, PathPattern.IsPattern);
        var pattern = string.Join('/', names[plain..]);
        // A name is looked for in all folders.
        return new WatchTarget(Absolute(string.Join('/', names[..plain]) is { Length: > 0 } before ? before : text.StartsWith('/') ? "/" : "."),
            new PathPattern(text.Contains('/') ? pattern : $"**/{pattern}", withBraces: true));

        string Absolute(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, workingDirectory));
    }

    /// <summary>Whether a path is the base or below it.</summary>
    public bool Holds(string path) => IsWithin(path, Base);

    /// <summary>Whether a file counts, if nothing leaves it out: it matches, or a folder that it is in.</summary>
    public bool Counts(string path)
    {
        if (!Holds(path))
            return false;
        if (Pattern is null || path.Length == Base.Length)
            return Pattern is null;
        ReadOnlySpan<string> names = NamesBelow(path, Base);
        for (var i = names.Length; i > 0; i--)
            if (Pattern.Matches(names[..i]))
                return true;
        return false;
    }

    public static bool IsWithin(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || folder == "/" || path[folder.Length] == '/');

    /// <summary>The names of a path relative to a folder that it is in.</summary>
    public static string[] NamesBelow(string path, string folder) => path[(folder == "/" ? 1 : folder.Length + 1)..].Split('/');
}
