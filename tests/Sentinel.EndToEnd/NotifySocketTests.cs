using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>Where processes tell by themselves how they are, and who else would like to.</summary>
public class NotifySocketTests
{
    private const string Nobody = "65534";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Descriptors_that_are_sent_along_are_not_kept(bool isOfTheTree)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--ready-notify", "--", "sh", "-c", isOfTheTree
            ? $"{SentinelHome.Actor} tell \"$NOTIFY_SOCKET\" FDSTORE=1 50 50; {SentinelHome.Actor} tell \"$NOTIFY_SOCKET\" READY=1; sleep 1000"
            : "sleep 1000")).Ok();
        var daemon = home.Daemon();
        var before = daemon.Descriptors.Count;

        if (isOfTheTree)
            (await home.Run("wait", "web", "--for", "running", "--timeout", "50")).Ok();
        else
            await Send(await AddressOf(home, "web"), "FDSTORE=1", "50", "50");

        Assert.InRange((await DescriptorsOf(home, daemon)).Count, 0, before + 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_not_of_the_tree_is_not_believed_and_that_is_told_once(bool isOfAnotherTree)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--ready-notify", "--", "sleep", "1000")).Ok();
        var address = await AddressOf(home, "web");

        if (isOfAnotherTree)
        {
            await home.Start("other", "sh", "-c", $"{SentinelHome.Actor} tell {address} READY=1 0 3; echo told; exec sleep 1000");
            await home.Says("other", "told");
        }
        else
        {
            await Send(address, "READY=1", "0", "3");
        }

        await Wait.Until(() => File.ReadAllText(home.DaemonLog).Contains("is not believed"), "that is told");
        Assert.Single(File.ReadLines(home.DaemonLog), line => line.Contains("is not believed: it is not a process of web"));
        Assert.Equal("starting", (await home.Show("web")).State);
    }

    [Fact]
    public async Task What_an_earlier_run_has_left_does_not_make_the_next_ready()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--ready-notify", "--", "sleep", "1000")).Ok();
        var (cookie, address) = (home.Supervised().Single().Environment["SENTINEL_COOKIE"], await AddressOf(home, "web"));
        (await home.Run("restart", "web")).Ok();
        Assert.NotEqual(address, await AddressOf(home, "web"));
        Assert.False(File.Exists(address));

        // Even if it knows the address.
        (await home.Run(new Call("tell", await AddressOf(home, "web"), "READY=1")
        {
            Program = SentinelHome.Actor,
            Environment = new Dictionary<string, string?> { ["SENTINEL_COOKIE"] = cookie },
        })).Ok();

        await Wait.Until(() => File.ReadAllText(home.DaemonLog).Contains("is not believed"), "that is told");
        Assert.Equal("starting", (await home.Show("web")).State);
    }

    [Fact]
    public async Task A_child_that_ends_at_once_is_believed_whether_it_left_the_session_or_not()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var say = $"{SentinelHome.Actor} tell \"$NOTIFY_SOCKET\" READY=1";
        (await home.Run("run", "--name", "child", "--ready-notify", "--wait", "--startup-timeout", "50", "--", "sh", "-c", $"{say}; exec sleep 1000")).Ok();
        (await home.Run("run", "--name", "left", "--ready-notify", "--wait", "--startup-timeout", "50", "--", "sh", "-c", $"setsid --fork {say}; exec sleep 1000")).Ok();
    }

    [Fact]
    public async Task Another_user_is_given_an_address_that_no_other_can_reach_find_or_take()
    {
        Needs.Root();
        Needs.Program("setpriv");
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--user", $"{Nobody}:{Nobody}", "--cwd", "/", "--ready-notify", "--", "sleep", "1000")).Ok();
        var address = await AddressOf(home, "web");
        var folder = Path.GetDirectoryName(address)!;

        // It tells nobody where it is, and neither does its folder.
        Assert.DoesNotContain(Path.GetFileName(address), File.ReadAllText("/proc/net/unix"));
        Assert.NotEqual(0, await As("12345", $"ls {folder}"));
        Assert.NotEqual(0, await As(Nobody, $"ls {folder}"));
        Assert.NotEqual(0, await As("12345", $"test -w {address}"));
        Assert.Equal(0, await As(Nobody, $"test -w {address}"));
        // Nor while nothing listens.
        await home.KillDaemon();
        Assert.NotEqual(0, await As(Nobody, $"rm {address}"));
        Assert.NotEqual(0, await As(Nobody, $"touch {folder}/x"));

        await home.StartDaemon();
        (await home.Run("stop", "web")).Ok();
        Assert.False(File.Exists(address));
        (await home.Run("daemon", "stop")).Ok();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_told_is_heard_again_by_the_next_daemon(bool isKilled)
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "web", "--ready-notify", "--", "sh", "-c",
            $"while ! test -e go; do sleep 0.02; done; {SentinelHome.Actor} tell \"$NOTIFY_SOCKET\" READY=1; exec sleep 1000")).Ok();

        if (isKilled)
            await home.KillDaemon();
        else
            (await home.Run("daemon", "stop")).Ok();
        await home.StartDaemon();
        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        (await home.Run("wait", "web", "--for", "running", "--timeout", "50")).Ok();
    }

    [Fact]
    public async Task In_a_home_with_a_name_too_long_for_a_socket_it_is_heard_as_well()
    {
        await using var home = new SentinelHome(new string('h', 120));
        await home.StartDaemon();
        (await home.Run("run", "--name", "web", "--ready-notify", "--wait", "--startup-timeout", "50", "--", "sh", "-c",
            $"{SentinelHome.Actor} tell \"$NOTIFY_SOCKET\" READY=1; exec sleep 1000")).Ok();
        (await home.Run("stop", "web")).Ok();
    }

    private static async Task<string> AddressOf(SentinelHome home, string name)
    {
        var pid = (await home.Show(name)).Pid!.Value;
        return Live.Find(pid)!.Environment["NOTIFY_SOCKET"];
    }

    // The daemon has read all of it when it answers.
    private static async Task<IReadOnlyCollection<int>> DescriptorsOf(SentinelHome home, Live daemon)
    {
        await home.DescribeDaemon();
        return daemon.Descriptors.Keys.ToList();
    }

    private static async Task Send(params string[] message)
    {
        string[] arguments = ["tell", .. message];
        using var sender = Process.Start(SentinelHome.Actor, arguments);
        await sender.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, sender.ExitCode);
    }

    private static async Task<int> As(string user, string line)
    {
        string[] arguments = ["--reuid", user, "--regid", user, "--clear-groups", "sh", "-c", line];
        var start = new ProcessStartInfo("setpriv", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
