using Sentinel.Core.Startup;

namespace Sentinel.Commands;

/// <summary>Where systemd looks for units written on this machine; see systemd.unit(5).</summary>
internal static class UnitFolders
{
    private const string OfTheMachine = "/etc/systemd/system";

    /// <param name="isUser">Whether for the user's own service manager.</param>
    public static string Of(bool isUser) => isUser
        ? Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
                ? config
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
            "systemd",
            "user")
        : OfTheMachine;

    /// <summary>The units that Sentinel wrote here, for the machine and for the user.</summary>
    public static IEnumerable<(string Path, string Unit)> Ours() =>
        from folder in (string[])[Of(isUser: false), Of(isUser: true)]
        where Directory.Exists(folder)
        from path in Directory.EnumerateFiles(folder, "*.service").Order(StringComparer.Ordinal)
        let unit = TextOf(path)
        where SystemdUnit.IsOurs(unit)
        select (path, unit);

    // Everyone can read ours. Others may be unreadable, or links to nothing.
    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
