using Sentinel.Core.Startup;

namespace Sentinel.Commands;

/// <summary>Where systemd looks for units that somebody wrote here; see systemd.unit(5).</summary>
internal static class UnitFolders
{
    private const string OfTheMachine = "/etc/systemd/system";

    /// <param name="isUser">For the user's own service manager.</param>
    public static string Of(bool isUser) => isUser
        ? Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
                ? config
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
            "systemd",
            "user")
        : OfTheMachine;

    /// <summary>The units that were written here, of the machine and of the user.</summary>
    public static IEnumerable<(string Path, string Unit)> Ours() =>
        from folder in (string[])[Of(isUser: false), Of(isUser: true)]
        where Directory.Exists(folder)
        from path in Directory.EnumerateFiles(folder, "*.service").Order(StringComparer.Ordinal)
        let unit = TextOf(path)
        where SystemdUnit.IsOurs(unit)
        select (path, unit);

    // Ours can be read by everybody. Others need not be, or are links to what is not there.
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
