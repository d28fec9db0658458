namespace Sentinel.EndToEnd;

/// <summary>Folders with a project's file.</summary>
internal static class Projects
{
    /// <summary>Writes the file; returns the folder.</summary>
    public static string Project(SentinelHome home, string folder, string text)
    {
        var path = Directory.CreateDirectory(Path.Combine(home.Root, folder)).FullName;
        File.WriteAllText(Path.Combine(path, "sentinel.toml"), text);
        return path;
    }

    /// <summary>Runs a command there.</summary>
    public static Task<Outcome> In(SentinelHome home, string folder, params string[] arguments) => home.Run(new Call(arguments) { Folder = folder });
}
