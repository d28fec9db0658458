using System.Text;

namespace Sentinel.Core.Startup;

/// <summary>What is to be started at boot.</summary>
/// <param name="Name">Of the service.</param>
/// <param name="Description">For people.</param>
/// <param name="Command">The first word is an absolute path.</param>
/// <param name="IsDaemon">Whether it is Sentinel's own daemon, which says when it is ready and must leave its processes running.</param>
/// <param name="Folder">Where it runs; null: where the system has it run.</param>
/// <param name="User">Who it runs as, where the system starts it; null: root.</param>
/// <param name="Home">Where Sentinel keeps everything, when that is not the default.</param>
public sealed record BootService(
    string Name, string Description, IReadOnlyList<string> Command, bool IsDaemon, string? Folder, string? User, string? Home)
{
    /// <summary>In the first line of what is ours to overwrite.</summary>
    public const string Mark = "Written by 'sentinel startup'";
}

/// <summary>A service as systemd has it; see systemd.service(5).</summary>
public static class SystemdUnit
{
    private const string Execute = "ExecStart=";

    /// <summary>Whether a unit was written here, and so is ours to overwrite.</summary>
    public static bool IsOurs(string unit) => unit.Split('\n')[0].Contains(BootService.Mark, StringComparison.Ordinal);

    /// <summary>The program that one of ours starts, an absolute path; empty where somebody took that out.</summary>
    public static string ProgramOf(string unit) => unit.Split('\n').LastOrDefault(line => line.StartsWith(Execute, StringComparison.Ordinal)) is { } line
        ? SystemdQuoting.FirstOf(line[Execute.Length..])
        : "";

    /// <param name="isUser">Whether it is one of a user's own manager.</param>
    public static string Of(BootService service, bool isUser)
    {
        var unit = new StringBuilder();
        unit.Append($"# {BootService.Mark}.\n[Unit]\nDescription={SystemdQuoting.Value(service.Description)}\n");
        if (!isUser)
            unit.Append("After=network.target\n");
        unit.Append("\n[Service]\n");
        unit.Append(service.IsDaemon ? "Type=notify\n" : "Type=exec\n");
        unit.Append($"{Execute}{SystemdQuoting.Line(service.Command)}\n");
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

                """ + (service.User is null ? "" : "# Where only its own group is its own: away from where groups with limits are made.\nDelegateSubgroup=supervisor\n")
            : "Restart=on-failure\nRestartSec=1\n");
        unit.Append($"\n[Install]\nWantedBy={(isUser ? "default.target" : "multi-user.target")}\n");
        return unit.ToString();
    }
}
