using System.Security;

namespace Sentinel.Core.Startup;

/// <summary>A service in the formats of other init systems.</summary>
public static class OtherInits
{
    /// <summary>An init script for OpenRC, which keeps a command running and brings a project up; see openrc-run(8).</summary>
    public static string OpenRc(BootService service) => $"""
        #!/sbin/openrc-run
        # {BootService.Mark}. Save it as /etc/init.d/{service.Name}, make it executable, then: rc-update add {service.Name} default

        description={Shell(service.Description)}
        {(service is BootService.OfProject project ? OpenRcProject(project) : OpenRcCommand(service))}
        """;

    private static string OpenRcCommand(BootService service) => $"""
        supervisor=supervise-daemon
        command={Shell(service.Command[0])}
        command_args={Shell(Line(service.Command.Skip(1)))}
        {(service.Folder is { } folder ? $"directory={Shell(folder)}\n" : "")}{(service.User is { } user ? $"command_user={Shell(user)}\n" : "")}{(service.Home is { } home ? $"export SENTINEL_HOME={Shell(home)}\n" : "")}
        depend() {"{"}
            after net
        {"}"}

        """;

    // The daemon's service counts as started before the daemon answers. With exit code 1 a part of the project has failed; the rest goes on.
    private static string OpenRcProject(BootService.OfProject project) => $"""
        {string.Concat(Variables(project).Select(variable => $"export {variable}\n"))}
        depend() {"{"}
            want {project.After.Name}
            after net {project.After.Name}
        {"}"}

        start() {"{"}
            ebegin "Starting $RC_SVCNAME"
            tries=0
            until {Shell(project.After.Sentinel)} daemon status >/dev/null 2>&1 || [ $((tries += 1)) -gt 10 ]; do sleep 1; done
            {Line(project.Command)}
            [ $? -le 1 ]
            eend $?
        {"}"}

        stop() {"{"}
            ebegin "Stopping $RC_SVCNAME"
            {Line(project.Stop)}
            eend $?
        {"}"}

        """;

    /// <summary>A property list for launchd; see launchd.plist(5).</summary>
    public static string Launchd(BootService service) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- {BootService.Mark}. Save it as ~/Library/LaunchAgents/{Xml(service.Name)}.plist, then: launchctl load -w that file -->
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
            <key>Label</key>
            <string>{Xml(service.Name)}</string>
            <key>ProgramArguments</key>
            <array>
        {string.Concat(service.Command.Select(word => $"        <string>{Xml(word)}</string>\n"))}    </array>
        {(service.Folder is { } folder ? $"    <key>WorkingDirectory</key>\n    <string>{Xml(folder)}</string>\n" : "")}{(service.Home is { } home ? $"    <key>EnvironmentVariables</key>\n    <dict>\n        <key>SENTINEL_HOME</key>\n        <string>{Xml(home)}</string>\n    </dict>\n" : "")}    <key>RunAtLoad</key>
            <true/>
            <key>KeepAlive</key>
            <true/>
        </dict>
        </plist>

        """;

    /// <summary>A line for crontab(5); cron takes a % as the end of the line.</summary>
    public static string Cron(BootService service)
    {
        var command = string.Join(' ', [.. Variables(service), Line(service.Command)]);
        if (service.Folder is { } folder)
            command = $"cd {Shell(folder)} && {command}";
        return $"# {BootService.Mark}. Add the next line with: crontab -e\n"
            + (service is BootService.OfProject ? "# It also starts the daemon: that needs no line of its own.\n" : "")
            + $"@reboot {command.Replace("%", "\\%")}\n";
    }

    private static IEnumerable<string> Variables(BootService service)
    {
        if (service.Home is { } home)
            yield return $"SENTINEL_HOME={Shell(home)}";
        if (service is BootService.OfProject { SearchPath: { } path })
            yield return $"PATH={Shell(path)}";
    }

    private static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Shell));

    private static string Xml(string text) => SecurityElement.Escape(text);

    private static string Shell(string word) => $"'{word.Replace("'", "'\\''")}'";
}
