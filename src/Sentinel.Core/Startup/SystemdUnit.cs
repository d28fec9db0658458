using System.Text;

namespace Sentinel.Core.Startup;

/// <summary>What to start at boot.</summary>
/// <param name="Name">The name of the service.</param>
/// <param name="Description">For people.</param>
/// <param name="Command">The first word is an absolute path.</param>
/// <param name="IsDaemon">Whether it is Sentinel's own daemon, which says when it is ready and must leave its processes running.</param>
/// <param name="Folder">The folder that it runs in; null: the system's choice.</param>
/// <param name="User">The user that it runs as, if the system starts it; null: root.</param>
/// <param name="Home">Where Sentinel keeps everything, if not in the default folder.</param>
public sealed record BootService(
    string Name, string Description, IReadOnlyList<string> Command, bool IsDaemon, string? Folder, string? User, string? Home)
{
    /// <summary>In the first line of every file that is ours to overwrite.</summary>
    public const string Mark = "Written by 'sentinel startup'";
}

/// <summary>A service as a unit of systemd; see systemd.service(5).</summary>
public static class SystemdUnit
{
    private const string Execute = "ExecStart=";

    /// <summary>Whether a unit was written here, and so is ours to overwrite.</summary>
    public static bool IsOurs(string unit) => unit.Split('\n')[0].Contains(BootService.Mark, StringComparison.Ordinal);

    /// <summary>The program that one of our units starts, an absolute path; empty if somebody removed it.</summary>
    public static string ProgramOf(string unit) => unit.Split('\n').LastOrDefault(line => line.StartsWith(Execute, StringComparison.Ordinal)) is { } line
        ? SystemdQuoting.FirstOf(line[Execute.Length..])
        : "";

    /// <param name="isUser">Whether the unit is for a user's own manager.</param>
    public static string Of(BootService service, bool isUser)
    {
        var unit = new StringBuilder();
        unit.Append($"# {BootService.Mark}.\n[Unit]\nDescription={SystemdQuoting.Value(service.Description)}\n");
        if (!isUser)
            unit.Append("After=network.target\n");
        unit.Append("\n[Service]\n");
        unit.Append(service.IsDaemon ? "Type=notify\n" : "Type=exec\n");
        unit.Append($"{Execute}{SystemdQuoting.Line(service.Command)}\n");
        if (service.IsDaemon)
            unit.Append("ExecReload=/bin/kill -HUP $MAINPID\n");
        if (service.Folder is { } folder)
            unit.Append($"WorkingDirectory={SystemdQuoting.Value(folder)}\n");
        if (service.User is { } user)
            unit.Append($"User={SystemdQuoting.Value(user)}\n");
        if (service.Home is { } home)
            unit.Append($"Environment=\"SENTINEL_HOME={SystemdQuoting.Value(home)}\"\n");
        unit.Append(service.IsDaemon
            ? """
                Restart=always
                RestartSec=1
                # The processes outlive the daemon. Whatever restricted it would restrict them as well, so nothing does.
                KillMode=process
                Delegate=yes

                """ + (service.User is null ? "" : "# This user owns only the unit's group: the daemon stays out of the way of groups with limits.\nDelegateSubgroup=supervisor\n")
            : "Restart=on-failure\nRestartSec=1\n");
        unit.Append($"\n[Install]\nWantedBy={(isUser ? "default.target" : "multi-user.target")}\n");
        return unit.ToString();
    }
}
