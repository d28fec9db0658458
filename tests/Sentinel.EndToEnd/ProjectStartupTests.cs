namespace Sentinel.EndToEnd;

/// <summary>Projects at boot, as far as this can be told without a service manager; <see cref="BootTests"/> has one.</summary>
public class ProjectStartupTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("my \"shöp\" 50% $HOME \\")]
    public async Task The_unit_of_a_project_is_one_that_systemd_takes(string folder)
    {
        Needs.Program("systemd-analyze");
        await using var home = new SentinelHome();
        var file = Project(home, folder, "name = 'shop'\n[process.web]\nrun = 'true'\nprofile = ['a b']\n");
        foreach (var manager in (string[])["--system", "--user"])
        {
            var unit = Path.Combine(home.Work, "tried.service");
            File.WriteAllText(unit, (await home.Run("startup", "systemd", manager, "--file", file, "--profile", "a b")).Ok().Stdout);
            var verified = await home.Run(new Call { Through = ["systemd-analyze", manager, "verify", "--man=no", unit], Program = "" });
            Assert.DoesNotContain("tried.service:", verified.Stderr);
        }
    }

    [Theory]
    [InlineData("systemd", "ExecStart=")]
    [InlineData("openrc", "want sentinel")]
    [InlineData("cron", "@reboot")]
    public async Task It_is_printed_from_a_folder_below_as_from_another_by_the_file(string kind, string holds)
    {
        await using var home = new SentinelHome();
        var file = Project(home, "shop", "[process.web]\nrun = 'true'\n");
        var below = Directory.CreateDirectory(Path.Combine(home.Work, "shop", "below")).FullName;

        var printed = (await home.Run(new Call("startup", kind, "--project") { Folder = below })).Ok().Stdout;

        Assert.Contains(holds, printed);
        Assert.Contains(file, printed);
        Assert.Contains(home.Folder, printed);
        Assert.Equal(printed, (await home.Run("startup", kind, "--file", "shop/sentinel.toml")).Ok().Stdout);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Fact]
    public async Task The_file_of_another_tool_is_one_of_a_project_too()
    {
        await using var home = new SentinelHome();
        var procfile = Path.Combine(home.Work, "Procfile");
        File.WriteAllText(procfile, "web: sleep 1000\n");

        Assert.Contains($"up --file {procfile}\n", (await home.Run("startup", "systemd", "--project")).Ok().Stdout);
    }

    [Fact]
    public async Task Installing_a_project_installs_the_daemon_before_it_and_removing_it_leaves_that()
    {
        await using var home = new SentinelHome();
        var (_, daemon, variables) = StartupTests.Systemctl(home, "echo \"$*\" >> calls");
        var shop = daemon.Replace("sentinel.service", "sentinel-shop.service");
        Project(home, "shop", "[process.web]\nrun = 'true'\n");

        var installed = (await Startup("--project", "--install")).Ok();

        Assert.Equal($"Wrote {daemon}\nWrote {shop}\nEnabled and started sentinel and sentinel-shop\n", installed.Stdout);
        Assert.Equal(["daemon-reload", "enable --now sentinel.service sentinel-shop.service"], Calls());
        Assert.Equal((await Startup()).Ok().Stdout, File.ReadAllText(daemon));
        Assert.Equal((await Startup("--project")).Ok().Stdout, File.ReadAllText(shop));
        // The daemon's is there now, under whatever name.
        var renamed = daemon.Replace("sentinel.service", "keeper.service");
        File.Move(daemon, renamed);
        Assert.Equal($"Wrote {shop}\nEnabled and started keeper and sentinel-shop\n", (await Startup("--project", "--install")).Ok().Stdout);
        Assert.Contains("After=keeper.service\n", File.ReadAllText(shop));
        Assert.Equal(["daemon-reload", "enable --now keeper.service sentinel-shop.service"], Calls());

        var removed = (await Startup("--project", "--uninstall")).Ok();

        Assert.Equal($"Stopped and disabled sentinel-shop\nDeleted {shop}\n", removed.Stdout);
        Assert.Equal(["disable --now sentinel-shop.service", "daemon-reload"], Calls());
        Assert.Equal([renamed], Directory.GetFiles(Path.GetDirectoryName(renamed)!));
        Assert.Contains("no unit of Sentinel is installed here for ", (await Startup("--project", "--uninstall")).Fails(1).Stderr);
        (await Startup("--uninstall")).Ok();
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(renamed)!));

        Task<Outcome> Startup(params string[] arguments) =>
            home.Run(new Call(["startup", "systemd", "--user", .. arguments]) { Folder = Path.Combine(home.Work, "shop"), Environment = variables });

        List<string> Calls()
        {
            var calls = Path.Combine(home.Work, "shop", "calls");
            var said = File.ReadAllLines(calls).Select(call => call["--user ".Length..]).Where(call => !call.StartsWith("show", StringComparison.Ordinal)).ToList();
            File.Delete(calls);
            return said;
        }
    }

    [Fact]
    public async Task What_is_installed_for_something_else_is_left_alone()
    {
        await using var home = new SentinelHome();
        var (_, daemon, variables) = StartupTests.Systemctl(home, "true");
        Project(home, "shop", "[process.web]\nrun = 'true'\n");
        Project(home, "other", "name = 'shop'\n[process.web]\nrun = 'true'\n");
        (await Install("--file", "shop/sentinel.toml")).Ok();
        var written = File.ReadAllText(daemon);

        var taken = (await Install("--file", "other/sentinel.toml")).Fails(1).Stderr;

        Assert.Contains($"sentinel-shop.service starts something else: {SentinelHome.Binary} up --file {home.Work}/shop/sentinel.toml; choose another name with --name", taken);
        (await Install("--file", "other/sentinel.toml", "--name", "other")).Ok();
        // Nor does a command without a name, or the daemon of another home.
        Assert.Contains("choose another name with --name", (await Install("sleep 1000")).Fails(1).Stderr);
        variables["SENTINEL_HOME"] = Path.Combine(home.Root, "another");
        Assert.Contains("'sentinel startup systemd --install --name NAME'", (await Install("--file", "shop/sentinel.toml", "--name", "third")).Fails(1).Stderr);
        Assert.Equal(written, File.ReadAllText(daemon));
        Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(daemon)!).Length);

        File.WriteAllText(daemon, "[Unit]\n");
        Assert.Contains("leaves it alone", (await home.Run(new Call("startup", "systemd", "--user", "--uninstall", "--name", "sentinel") { Environment = variables })).Fails(1).Stderr);
        Assert.True(File.Exists(daemon));

        Task<Outcome> Install(params string[] arguments) =>
            home.Run(new Call(["startup", "systemd", "--user", "--install", .. arguments]) { Environment = variables });
    }

    [Theory]
    [InlineData(2, "launchd", "--project")]
    [InlineData(2, "systemd", "--project", "sleep 1000")]
    [InlineData(2, "systemd", "--profile", "debug")]
    [InlineData(2, "systemd", "--install", "--uninstall")]
    [InlineData(2, "systemd", "--uninstall", "sleep 1000")]
    [InlineData(2, "cron", "--project", "--uninstall")]
    [InlineData(2, "systemd", "--file", "nowhere.toml")]
    [InlineData(2, "openrc", "--project")]
    [InlineData(1, "systemd", "--project", "--uninstall")]
    public async Task What_makes_no_sense_is_refused(int exitCode, params string[] words)
    {
        await using var home = new SentinelHome();
        var refused = (await home.Run(["startup", .. words])).Fails(exitCode);
        Assert.Empty(refused.Stdout);
        Assert.NotEmpty(refused.Stderr);
    }

    [Fact]
    public async Task A_wrong_file_and_a_profile_that_there_is_not_are_told_before_the_machine_boots()
    {
        await using var home = new SentinelHome();
        Project(home, "shop", "[process.web]\nrun = 'true'\nneeds = 'db'\n");
        Assert.Contains("db", (await home.Run("startup", "systemd", "--file", "shop/sentinel.toml")).Fails(2).Stderr);
        Project(home, "shop", "[process.web]\nrun = 'true'\n");
        Assert.Contains("no profile 'debug'", (await home.Run("startup", "systemd", "--file", "shop/sentinel.toml", "--profile", "debug")).Fails(1).Stderr);
    }

    [Fact]
    public async Task A_folder_of_which_systemd_cannot_be_told_is_refused()
    {
        await using var home = new SentinelHome();
        var file = Project(home, "two\nlines", "name = 'shop'\n[process.web]\nrun = 'true'\n");
        Assert.Contains("line break", (await home.Run("startup", "systemd", "--file", file)).Fails(1).Stderr);
    }

    /// <returns>The path of its file.</returns>
    private static string Project(SentinelHome home, string folder, string content)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Work, folder)).FullName, "sentinel.toml");
        File.WriteAllText(file, content);
        return file;
    }
}
