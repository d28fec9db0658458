namespace Sentinel.Core.Projects;

/// <summary>The file that describes a project.</summary>
public static class ProjectFile
{
    public const string Name = "sentinel.toml", JsonName = "sentinel.json";

    /// <summary>The file in a folder or in the nearest above it, up to <paramref name="home"/> or the root; null: there is none.</summary>
    /// <param name="folder">An absolute path.</param>
    /// <param name="home">The home folder of the user; null: there is none.</param>
    public static string? Find(string folder, string? home)
    {
        home = home is null ? null : Path.TrimEndingDirectorySeparator(home);
        for (var at = Path.TrimEndingDirectorySeparator(folder); at is not null; at = at == home ? null : Path.GetDirectoryName(at))
            foreach (var name in (string[])[Name, JsonName])
                if (File.Exists(Path.Combine(at, name)))
                    return Path.Combine(at, name);
        return null;
    }

    /// <summary>The file beside one that is merged into it: <c>sentinel.local.toml</c>.</summary>
    internal static string LocalOf(string file) =>
        Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.local{Path.GetExtension(file)}");
}
