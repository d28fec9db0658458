using System.Globalization;
using System.Net;

namespace Sentinel.EndToEnd;

/// <summary>Projects that a real systemd brings up and down.</summary>
public class BootTests
{
    private const string Shop = """
        name = "shop"
        [process.db]
        run = ["sleep", "1001"]
        [process.web]
        run = ["sleep", "1002"]
        needs = "db"
        restart = true

        """;

    [Fact]
    public async Task A_project_comes_up_after_the_daemon_and_goes_down_before_it_and_stays_while_that_is_replaced()
    {
        await using var machine = await With(Shop);
        (await machine.Sentinel("up")).Ok();
        var before = Processes(machine);

        var installed = (await machine.Sentinel("startup", "systemd", "--user", "--project", "--install")).Ok();

        Assert.Matches("^Wrote .*/sentinel.service\nWrote .*/sentinel-shop.service\nStopped daemon .*\nEnabled and started sentinel and sentinel-shop\n$", installed.Stdout);
        (await machine.Systemctl("restart", "sentinel.service")).Ok();
        Assert.Equal("active", await machine.Show("sentinel-shop.service", "ActiveState"));
        Assert.Equal(before, Processes(machine));

        await machine.ShutDown();
        var ends = (await machine.Home.Happened()).TakeLast(3).ToList();
        Assert.Equal(["stopped", "stopped", "daemon-down"], ends.Select(end => (string)end["event"]!));
        Assert.Equal(["shop/db", "shop/web"], ends.Take(2).Select(end => (string)end["name"]!).Order());

        await machine.Boot();
        Assert.Equal(("active", "active"), (await machine.Show("sentinel.service", "ActiveState"), await machine.Show("sentinel-shop.service", "ActiveState")));
        Assert.Equal(["1001", "1002"], Processes(machine).Select(process => process.Arguments[1]));

        (await machine.Systemctl("stop", "sentinel-shop.service")).Ok();
        Assert.Empty(Processes(machine));
    }

    [Fact]
    public async Task After_a_power_cut_all_of_it_is_there_once()
    {
        await using var machine = await With(Shop);
        (await machine.Sentinel("startup", "systemd", "--user", "--project", "--install")).Ok();
        await machine.CutPower();

        await machine.Boot();

        Assert.Equal("active", await machine.Show("sentinel-shop.service", "ActiveState"));
        Assert.Equal(["1001", "1002"], Processes(machine).Select(process => process.Arguments[1]));
        // The daemon has begun with what is to be restarted, and 'up' has added what that needs.
        var starts = (await machine.Home.Happened()).Where(each => (string)each["event"]! is "started" or "restarted");
        Assert.Equal(
            ["shop/db started", "shop/db started", "shop/web restarted", "shop/web started"],
            starts.Select(each => $"{each["name"]} {each["event"]}").Order());
    }

    [Fact]
    public async Task What_failed_leaves_the_rest_and_a_file_that_is_gone_fails()
    {
        await using var machine = await With(Shop + "[process.bad]\nrun = 'exit 3'\ntype = 'task'\n");
        (await machine.Sentinel("startup", "systemd", "--user", "--project", "--install")).Ok();
        Assert.Equal(("active", "1"), (await machine.Show("sentinel-shop.service", "ActiveState"), await machine.Show("sentinel-shop.service", "ExecMainStatus")));
        (await machine.Systemctl("stop", "sentinel-shop.service")).Ok();
        Assert.Empty(Processes(machine));
        var file = Path.Combine(machine.Home.Work, "sentinel.toml");
        File.Delete(file);

        (await machine.Systemctl("start", "sentinel-shop.service")).Fails(1);

        Assert.Equal(("failed", "2"), (await machine.Show("sentinel-shop.service", "ActiveState"), await machine.Show("sentinel-shop.service", "ExecMainStatus")));
        Assert.Contains($"there is no file {file}", (await machine.Sentinel("doctor")).Stdout);
        (await machine.Sentinel("startup", "systemd", "--user", "--file", file, "--uninstall")).Ok();
        (await machine.Sentinel("startup", "systemd", "--user", "--uninstall")).Ok();
        Assert.Empty(Directory.GetFiles(machine.Units, "*", SearchOption.AllDirectories));
        Assert.Equal("not-found", await machine.Show("sentinel-shop.service", "LoadState"));
    }

    [Fact]
    public async Task Exported_units_start_jobs_at_their_times_and_servers_by_need()
    {
        await using var machine = await With("");
        var port = await PortTests.FreePort(machine.Home);
        var server = new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        File.WriteAllText(Path.Combine(machine.Home.Work, "sentinel.toml"), $"""
            name = "shop"
            [process.job]
            run = "echo ran >> runs"
            every = "1s"
            [process.web]
            run = ["{SentinelHome.Actor}", "serve-socket"]
            socket = "127.0.0.1:{port}"
            on-demand = true

            """);
        (await machine.Sentinel("export", "systemd", "--output", machine.Units)).Ok();
        (await machine.Systemctl("daemon-reload")).Ok();
        (await machine.Systemctl("start", "sentinel-shop.target")).Ok();

        var runs = Path.Combine(machine.Home.Work, "runs");
        await Wait.Until(() => File.Exists(runs) && File.ReadAllLines(runs).Length >= 3, "the job has run three times");
        Assert.Equal("inactive", await machine.Show("sentinel-shop-web.service", "ActiveState"));
        var first = await Clients.Ask(server);
        Assert.Equal($"{first}", await machine.Show("sentinel-shop-web.service", "MainPID"));
        (await machine.Systemctl("kill", "--signal=KILL", "sentinel-shop-web.service")).Ok();
        await Wait.Until(async () => await machine.Show("sentinel-shop-web.service", "ActiveState") == "failed", () => "it was killed");
        Assert.NotEqual(first, await Clients.Ask(server));

        (await machine.Systemctl("stop", "sentinel-shop.target")).Ok();
        string[] units = ["sentinel-shop-job.timer", $"sentinel-shop-web:{port}.socket", "sentinel-shop-web.service"];
        foreach (var unit in units)
            await Wait.Until(async () => await machine.Show(unit, "ActiveState") == "inactive", () => $"{unit} is stopped");
        await SocketTests.Refused(port);
    }

    private static async Task<Systemd> With(string project)
    {
        var machine = new Systemd();
        File.WriteAllText(Path.Combine(machine.Home.Work, "sentinel.toml"), project);
        await machine.Boot();
        return machine;
    }

    private static List<Live> Processes(Systemd machine) => [.. machine.Home.Supervised().Where(process => process.Arguments is ["sleep", _]).OrderBy(process => process.Arguments[1])];
}
