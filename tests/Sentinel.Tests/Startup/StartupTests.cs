using System.Diagnostics;
using System.Xml;
using System.Xml.Linq;
using Sentinel.Core.Startup;

namespace Sentinel.Tests.Startup;

public sealed class StartupTests
{
    private static readonly BootService.Daemon Daemon = new("sentinel", "/usr/bin/sentinel", null, "/srv/home of it");
    private static readonly BootService.Program Odd = new("web", "serve 100% of it", ["/bin/sh", "-c", "echo '50%' \"$HOME\" & wait"], "/srv/my app", "www");
    private static readonly BootService.OfProject Shop = new(
        "sentinel-shop", "shop", Daemon with { GivenHome = null }, "/srv/100% \"größe\" \\/sentinel.toml", ["a b", "%n"], "/opt/$x:/bin", "www");

    [Fact]
    public void The_daemon_says_when_it_is_ready_and_leaves_its_processes_alone() => Assert.Equal(
        """
        # Written by 'sentinel startup'.
        [Unit]
        Description=Sentinel, which keeps processes running

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
    public void A_project_comes_up_after_the_daemon_and_stays_what_it_is_when_that_is_replaced() => Assert.Equal(
        """
        # Written by 'sentinel startup'.
        [Unit]
        Description=Sentinel's project shop
        Wants=sentinel.service
        After=network.target sentinel.service

        [Service]
        Type=oneshot
        ExecStart=/usr/bin/sentinel up --file "/srv/100%% \"größe\" \\/sentinel.toml" "--profile=a b" "--profile=%%n"
        ExecStop=/usr/bin/sentinel down --file "/srv/100%% \"größe\" \\/sentinel.toml"
        WorkingDirectory=/srv/100%% "größe" \/
        User=www
        Environment="PATH=/opt/$x:/bin"
        RemainAfterExit=yes
        # With exit code 1 a part of it has failed. The rest goes on, and is there to be stopped.
        SuccessExitStatus=1
        # The project's file says how long each process may take.
        TimeoutSec=infinity
        # Where no daemon runs, 'up' starts one, and that outlives this unit.
        KillMode=process

        [Install]
        WantedBy=multi-user.target

        """,
        SystemdUnit.Of(Shop, isUser: false));

    [Fact]
    public void A_unit_tells_whom_it_is_for()
    {
        BootService.Daemon another = Daemon with { GivenHome = "/srv/another" }, upgraded = Daemon with { Name = "s", Sentinel = "/opt/sentinel" };
        var other = Shop with { File = "/srv/other/sentinel.toml" };
        BootService[] all = [Daemon, another, Daemon with { User = "www" }, Odd, Shop, other, Shop with { After = another }];

        foreach (var written in all)
        {
            var unit = SystemdUnit.Of(written, isUser: false);
            Assert.True(SystemdUnit.IsOurs(unit));
            Assert.Equal(written.Command, SystemdUnit.CommandOf(unit));
            Assert.Equal((written as BootService.OfProject)?.File, SystemdUnit.ProjectOf(unit));
            Assert.Equal([written], all.Where(service => SystemdUnit.IsFor(unit, service)));
        }

        Assert.True(SystemdUnit.IsFor(SystemdUnit.Of(upgraded, isUser: false), Daemon));
        Assert.True(SystemdUnit.IsFor(SystemdUnit.Of(Shop with { Name = "s", Profiles = [], SearchPath = null }, isUser: false), Shop));
        Assert.True(SystemdUnit.IsFor(SystemdUnit.Of(Odd, isUser: false), Odd with { Words = ["/bin/true"] }));
        Assert.Empty(SystemdUnit.CommandOf("[Service]\n"));
    }

    [Theory]
    [InlineData("shop", "sentinel-shop")]
    [InlineData("My shop@2, größe", "sentinel-My-shop-2-gr-e")]
    [InlineData("лавка", "sentinel-project")]
    public void The_service_of_a_project_is_named_after_it(string project, string name)
    {
        Assert.Equal(name, BootService.NameFor(project));
        Assert.All(name, c => Assert.True(BootService.IsOfName(c)));
    }

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

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0")]
    [InlineData(2, "1")]
    public void Openrc_waits_for_the_daemon_and_brings_a_project_up_and_down(int code, string told)
    {
        // It says what it was told, knows of a daemon when asked again, and brings up as it was asked to.
        var sentinel = $"f() {{ if [ $1 = daemon ]; then [ $((asked += 1)) = 2 ]; else echo \"$@\"; [ $1 = down ] || return {code}; fi; }}\n";
        var script = OtherInits.OpenRc(Shop).Replace("#!/sbin/openrc-run", "#!/bin/sh").Replace("'/usr/bin/sentinel'", "f");
        const string inits = "ebegin() { :; }\neend() { echo $1; }\nsleep() { echo slept $1; }\n";

        Assert.Equal(
            ["slept 1", $"up --file {Shop.File} --profile=a b --profile=%n", told, $"down --file {Shop.File}", "0", "/opt/$x:/bin"],
            Shell($"{inits}{sentinel}{script}\nstart\nstop\necho \"$PATH\""));
    }

    [Fact]
    public void Cron_brings_a_project_up() => Assert.Equal(
        [
            "# Written by 'sentinel startup'. Add the next line with: crontab -e",
            "# It also starts the daemon: that needs no line of its own.",
            @"@reboot cd '/srv/100\% ""größe"" \' && PATH='/opt/$x:/bin' '/usr/bin/sentinel' 'up' '--file' '/srv/100\% ""größe"" \/sentinel.toml' '--profile=a b' '--profile=\%n'",
            "",
        ],
        OtherInits.Cron(Shop).Split('\n'));

    private static string[] Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
        return shell.StandardOutput.ReadToEnd().TrimEnd('\n').Split('\n');
    }
}
