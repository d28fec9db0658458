using System.Text;

namespace Sentinel.Core.Startup;

/// <summary>A service as a unit of systemd; see systemd.service(5).</summary>
public static class SystemdUnit
{
    private const string Execute = "ExecStart=", User = "User=", Home = "Environment=\"SENTINEL_HOME=";

    /// <summary>Whether a unit was written here, and so is ours to overwrite.</summary>
    public static bool IsOurs(string unit) => unit.Split('\n')[0].Contains(BootService.Mark, StringComparison.Ordinal);

    /// <summary>The command that one of our units starts, with the absolute path of its program; empty if somebody removed it.</summary>
    public static IReadOnlyList<string> CommandOf(string unit) => Line(unit, Execute) is { } line ? SystemdQuoting.Words(line[Execute.Length..]) : [];

    /// <summary>The file of the project that one of our units brings up; null: it is for something else.</summary>
    public static string? ProjectOf(string unit) => CommandOf(unit) is [_, "up", "--file", var file, ..] ? file : null;

    /// <summary>Whether one of our units is for the same daemon or the same project or, as that, for a command.</summary>
    public static bool IsFor(string unit, BootService service) => service switch
    {
        BootService.Daemon => IsOfDaemon(unit) && HasSameHome(unit, service),
        BootService.OfProject project => ProjectOf(unit) == project.File && HasSameHome(unit, service),
        _ => !IsOfDaemon(unit) && ProjectOf(unit) is null,
    };

    /// <param name="isUser">Whether the unit is for a user's own manager.</param>
    /// <exception cref="FormatException">Its folder cannot be written in a unit.</exception>
    public static string Of(BootService service, bool isUser)
    {
        var unit = new StringBuilder();
        unit.Append($"# {BootService.Mark}.\n[Unit]\nDescription={SystemdQuoting.Text(service.Description)}\n");
        var project = service as BootService.OfProject;
        // No more than that: what stops or replaces the daemon leaves its processes alone.
        if (project is not null)
            unit.Append($"Wants={project.After.Name}.service\n");
        string?[] earlier = [isUser ? null : "network.target", project is null ? null : $"{project.After.Name}.service"];
        if (earlier.OfType<string>().Any())
            unit.Append($"After={string.Join(' ', earlier.OfType<string>())}\n");
        unit.Append($"\n[Service]\nType={(service switch { BootService.Daemon => "notify", BootService.OfProject => "oneshot", _ => "exec" })}\n");
        unit.Append($"{Execute}{SystemdQuoting.Line(service.Command)}\n");
        if (service is BootService.Daemon)
            unit.Append("ExecReload=/bin/kill -HUP $MAINPID\n");
        if (project is not null)
            unit.Append($"ExecStop={SystemdQuoting.Line(project.Stop)}\n");
        if (service.Folder is { } folder)
            unit.Append($"WorkingDirectory={SystemdQuoting.Folder(folder)}\n");
        if (service.User is not null)
            unit.Append(UserLine(service)).Append('\n');
        if (service.Home is not null)
            unit.Append(HomeLine(service)).Append('\n');
        if (project?.SearchPath is { } path)
            unit.Append($"Environment=\"PATH={SystemdQuoting.Value(path)}\"\n");
        unit.Append(Rest(service));
        unit.Append($"\n[Install]\nWantedBy={(isUser ? "default.target" : "multi-user.target")}\n");
        return unit.ToString();
    }

    private static string Rest(BootService service) => service switch
    {
        BootService.Daemon => """
            Restart=always
            RestartSec=1
            # The processes outlive the daemon. Whatever restricted it would restrict them as well, so nothing does.
            KillMode=process
            Delegate=yes

            """ + (service.User is null ? "" : "# This user owns only the unit's group: the daemon stays out of the way of groups with limits.\nDelegateSubgroup=supervisor\n"),
        BootService.OfProject => """
            RemainAfterExit=yes
            # With exit code 1 a part of it has failed. The rest goes on, and is there to be stopped.
            SuccessExitStatus=1
            # The project's file says how long each process may take.
            TimeoutSec=infinity
            # Where no daemon runs, 'up' starts one, and that outlives this unit.
            KillMode=process

            """,
        _ => "Restart=on-failure\nRestartSec=1\n",
    };

    private static bool IsOfDaemon(string unit) => CommandOf(unit) is [_, "daemon", "run"];

    private static bool HasSameHome(string unit, BootService service) => Line(unit, User) == UserLine(service) && Line(unit, Home) == HomeLine(service);

    private static string? UserLine(BootService service) => service.User is { } user ? $"{User}{SystemdQuoting.Text(user)}" : null;

    private static string? HomeLine(BootService service) => service.Home is { } home ? $"{Home}{SystemdQuoting.Value(home)}\"" : null;

    private static string? Line(string unit, string start) => unit.Split('\n').LastOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
}
