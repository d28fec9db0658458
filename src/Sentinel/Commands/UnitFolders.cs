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
    public static IEnumerable<(string Path, string Unit)> Ours() => Ours(isUser: false).Concat(Ours(isUser: true));

    /// <inheritdoc cref="Ours()"/>
    /// <param name="isUser">Only those for the user's own service manager, or only the others.</param>
    public static IEnumerable<(string Path, string Unit)> Ours(bool isUser) =>
        from folder in (string[])[Of(isUser)]
        where Directory.Exists(folder)
        from path in Directory.EnumerateFiles(folder, "*.service").Order(StringComparer.Ordinal)
        let unit = TextOf(path)
        where SystemdUnit.IsOurs(unit)
        select (path, unit);

    /// <summary>The name of the unit that is there for the same daemon or project; null: there is none.</summary>
    public static string? NameOf(BootService service, bool isUser) =>
        Ours(isUser).FirstOrDefault(found => SystemdUnit.IsFor(found.Unit, service)) is { Path: { } path } ? Path.GetFileNameWithoutExtension(path) : null;

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
