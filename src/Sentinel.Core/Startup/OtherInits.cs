using System.Security;

namespace Sentinel.Core.Startup;

/// <summary>A service in the formats of other init systems.</summary>
public static class OtherInits
{
    /// <summary>An init script for OpenRC, which keeps the service running; see openrc-run(8).</summary>
    public static string OpenRc(BootService service) => $"""
        #!/sbin/openrc-run
        # {BootService.Mark}. Save it as /etc/init.d/{service.Name}, make it executable, then: rc-update add {service.Name} default

        description={Shell(service.Description)}
        supervisor=supervise-daemon
        command={Shell(service.Command[0])}
        command_args={Shell(string.Join(' ', service.Command.Skip(1).Select(Shell)))}
        {(service.Folder is { } folder ? $"directory={Shell(folder)}\n" : "")}{(service.User is { } user ? $"command_user={Shell(user)}\n" : "")}{(service.Home is { } home ? $"export SENTINEL_HOME={Shell(home)}\n" : "")}
        depend() {"{"}
            after net
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
        var command = string.Join(' ', service.Command.Select(Shell));
        if (service.Home is { } home)
            command = $"SENTINEL_HOME={Shell(home)} {command}";
        if (service.Folder is { } folder)
            command = $"cd {Shell(folder)} && {command}";
        return $"# {BootService.Mark}. Add the next line with: crontab -e\n@reboot {command.Replace("%", "\\%")}\n";
    }

    private static string Xml(string text) => SecurityElement.Escape(text);

    private static string Shell(string word) => $"'{word.Replace("'", "'\\''")}'";
}
