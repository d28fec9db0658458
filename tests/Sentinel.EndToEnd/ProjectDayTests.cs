using static Sentinel.EndToEnd.Projects;

namespace Sentinel.EndToEnd;

/// <summary>What people meet with a project in the course of a day.</summary>
public class ProjectDayTests
{
    private const string Web = "name = 'shop'\n[process.web]\nrun = 'echo up; exec sleep 1000'\nready-log = 'up'\n[process.mail]\nrun = 'exec sleep 1000'\nprofile = 'debug'\n";

    [Fact]
    public async Task A_plan_says_what_does_not_run_and_what_only_a_profile_starts()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Web);

        var created = (await In(home, shop, "plan")).Ok().Stdout;
        Assert.Matches("web +new: to be started by 'up'\n", created);
        Assert.Matches("mail +new: to be started only by its profile or its name\n", created);
        (await In(home, shop, "up")).Ok();
        Assert.Equal("  = 2 unchanged\nNothing to change\n", (await In(home, shop, "plan")).Ok().Stdout);
        (await In(home, shop, "down")).Ok();
        Assert.Equal("  = 2 unchanged\nNothing to change\n1 does not run: 'sentinel up' starts it\n", (await In(home, shop, "plan", "--exit-code")).Ok().Stdout);
    }

    [Fact]
    public async Task What_apply_restarts_at_once_needs_no_other_restart_and_counts_once()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Web);
        (await In(home, shop, "up")).Ok();
        Project(home, "shop", Web.Replace("sleep 1000", "sleep 999"));

        var told = (await In(home, shop, "apply")).Ok().Stdout;

        Assert.Matches("^Changed shop/web \\(id: 1\\): command\nChanged shop/mail \\(id: 2\\): command\nRestarted shop/web .*\n2 processes changed\n$", told);
    }

    [Fact]
    public async Task A_new_file_beside_that_of_another_tool_says_which_counts()
    {
        await using var home = new SentinelHome();
        File.WriteAllText(Path.Combine(home.Work, "Procfile"), "web: serve\n");

        Assert.EndsWith("'up' takes it instead of Procfile; 'sentinel import Procfile' prints what that comes to\n", (await home.Run("init")).Ok().Stdout);
    }

    [Fact]
    public async Task What_still_runs_of_a_folder_that_was_renamed_is_told()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[process.web]\nrun = 'exec sleep 1000'\n");
        (await In(home, shop, "up")).Ok();
        var moved = Path.Combine(home.Root, "moved");
        Directory.Move(shop, moved);

        Assert.Contains($"shop still runs, and its folder {shop} is gone. If it was renamed to this one, 'sentinel delete shop' ends what runs twice.", (await In(home, moved, "up")).Ok().Stderr);

        (await In(home, moved, "delete", "shop")).Ok();
        Assert.Equal("moved/web", Assert.Single((await home.List()).Processes).Name);
    }

    [Fact]
    public async Task All_of_a_project_or_a_set_can_be_waited_for()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "[process.web]\nrun = 'exec sleep 1000'\n[process.api]\nrun = 'exec sleep 1000'\ninstances = 2\nready-log = 'never'\n");
        (await In(home, shop, "up", "--no-wait")).Ok();

        Assert.Equal("shop/web is running\nshop/web is running\n", (await home.Run("wait", "shop", "--for", "running", "--timeout", "0.2")).Fails(124).Stdout + (await home.Run("wait", "web", "--for", "running")).Ok().Stdout);
        Assert.Contains("'api' is 2 processes; name one of them: shop/api-1, shop/api-2", (await home.Run("wait", "api")).Fails(1).Stderr);
        (await home.Run("stop", "api")).Ok();
        Assert.Equal("shop/api-1 is stopped\nshop/api-2 is stopped\n", (await home.Run("wait", "api", "--for", "stopped")).Ok().Stdout);
    }

    [Fact]
    public async Task Nothing_to_start_is_said()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", "");
        Assert.EndsWith("Nothing to start: sentinel.toml has no processes\n", (await In(home, shop, "up")).Ok().Stdout);

        Project(home, "shop", "[process.mail]\nrun = 'exec sleep 1000'\nprofile = 'debug'\n");
        Assert.EndsWith("Registered shop/mail (id: 1)\nNothing to start: each process has a profile, and --profile names one\n", (await In(home, shop, "up")).Ok().Stdout);
    }

    [Fact]
    public async Task What_was_shown_by_a_command_that_was_killed_comes_up_again_without_it()
    {
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Web);
        var up = home.Begin(new Call("up", "--foreground") { Folder = shop });
        await Wait.Until(() => up.Stdout.Contains("\nup\n", StringComparison.Ordinal), () => $"the log is shown: {up.Stdout}");
        up.Signal(Signals.Kill);
        await up.End();
        await Wait.Until(async () => (await home.List())["shop/web"].State == "stopped", () => "it has ended, too");

        Assert.EndsWith("1 is up.\n", (await In(home, shop, "up")).Ok().Stdout);

        Assert.Single(home.Supervised());
    }

    [Fact]
    public async Task Who_interrupts_up_is_told_what_goes_on()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        var shop = Project(home, "shop", Web.Replace("ready-log = 'up'", "ready-log = 'never'"));
        var up = home.Begin(Terminal.Call(80, "up", "--file", Path.Combine(shop, "sentinel.toml")));
        await up.Prints("Started daemon");
        await Wait.Until(async () => Directory.Exists(home.Logs) && (await home.List()).Processes.Any(process => process.State == "starting"), () => "web is being started");
        await up.Prints("is not ready yet");

        up.Type("\x03");

        Assert.Contains("All of it goes on: 'sentinel ps' shows how far, and 'sentinel down' ends it", (await up.Finish()).Fails(130).Stdout);
        Assert.Equal("starting", (await home.List())["shop/web"].State);
    }
}
