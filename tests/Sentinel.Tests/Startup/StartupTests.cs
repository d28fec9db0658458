using System.Diagnostics;
using System.Xml;
using System.Xml.Linq;
using Sentinel.Core.Startup;

namespace Sentinel.Tests.Startup;

public sealed class StartupTests
{
    private static readonly BootService Daemon = new("sentinel", "Sentinel", ["/usr/bin/sentinel", "daemon", "run"], IsDaemon: true, null, null, "/srv/home of it");
    private static readonly BootService Odd = new(
        "web", "serve 100% of it", ["/bin/sh", "-c", "echo '50%' \"$HOME\" & wait"], IsDaemon: false, "/srv/my app", "www", null);

    [Fact]
    public void The_daemon_says_when_it_is_ready_and_leaves_its_processes_alone() => Assert.Equal(
        """
        # Written by 'sentinel startup'.
        [Unit]
        Description=Sentinel

        [Service]
        Type=notify
        ExecStart=/usr/bin/sentinel daemon run
        ExecReload=/bin/kill -HUP $MAINPID
        Environment="SENTINEL_HOME=/srv/home of it"
        Restart=always
        RestartSec=1
        # The processes outlive the daemon. Whatever restricted it would restrict them as well, so nothing does.
        KillMode=process
        Delegate=yes

        [Install]
        WantedBy=default.target

        """,
        SystemdUnit.Of(Daemon, isUser: true));

    [Fact]
    public void A_command_is_executed_as_it_is() => Assert.Equal(
        """
        # Written by 'sentinel startup'.
        [Unit]
        Description=serve 100%% of it
        After=network.target

        [Service]
        Type=exec
        ExecStart=/bin/sh -c "echo '50%%' \"$$HOME\" & wait"
        WorkingDirectory=/srv/my app
        User=www
        Restart=on-failure
        RestartSec=1

        [Install]
        WantedBy=multi-user.target

        """,
        SystemdUnit.Of(Odd, isUser: false));

    [Fact]
    public void Launchd_gets_its_words_whole()
    {
        using var reader = XmlReader.Create(new StringReader(OtherInits.Launchd(Odd)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var plist = XDocument.Load(reader);
        Assert.Equal(Odd.Command, plist.Descendants("array").Single().Elements("string").Select(element => element.Value));
        Assert.Contains("/srv/my app", plist.Descendants("string").Select(element => element.Value));
    }

    [Fact]
    public void Openrc_and_cron_are_shell_that_means_the_same_words()
    {
        var script = OtherInits.OpenRc(Odd).Replace("#!/sbin/openrc-run", "#!/bin/sh");
        Assert.Equal(
            ["/bin/sh", "-c", "echo '50%' \"$HOME\" & wait"],
            Shell($"{script}\neval \"set -- $command_args\"; printf '%s\\n' \"$command\" \"$@\""));
        // Cron takes the backslash before a % away.
        var line = OtherInits.Cron(Odd).Split('\n')[1].Replace("@reboot ", "").Replace("\\%", "%");
        Assert.Equal(["-c", "echo '50%' \"$HOME\" & wait"], Shell(line.Replace("cd '/srv/my app' && '/bin/sh'", "printf '%s\\n'")));
    }

    private static string[] Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
        return shell.StandardOutput.ReadToEnd().TrimEnd('\n').Split('\n');
    }
}
