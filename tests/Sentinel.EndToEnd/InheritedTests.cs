using System.Globalization;

namespace Sentinel.EndToEnd;

/// <summary>What a process has of its caller is the caller's, whoever starts it and how often.</summary>
public class InheritedTests
{
    private const string Tell = "ulimit -Sn; ulimit -Hc; nice; nproc; id -G; exec sleep 1000";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Limits_priorities_and_CPUs_are_those_of_the_caller_at_every_start(bool withDaemon)
    {
        Needs.Program("taskset");
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run(Call.Line($"ulimit -Sn 512; ulimit -c 0; nice -n 3 taskset -c 0 \"$1\" run --name web --restart -- sh -c '{Tell}'"))).Ok();
        await HasTold(times: 1);
        var first = Live.Find((await home.Show("web")).Pid!.Value)!;
        first.Signal(Signals.Kill);
        await Wait.Until(() => !first.IsAlive, "it is killed");
        if (!withDaemon)
            (await home.Run("list")).Ok();
        await HasTold(times: 2);
        (await home.Run("restart", "web")).Ok();
        await HasTold(times: 3);
        var told = File.ReadAllLines(home.Stdout("web"));
        // It is added to what this test has itself.
        Assert.Equal(["512", "0", $"{int.Parse(SetTests.Nice(Environment.ProcessId), CultureInfo.InvariantCulture) + 3}", "1"], told[..4]);
        Assert.Equal(told[..5], told[5..10]);
        Assert.Equal(told[..5], told[10..]);

        // What is asked for goes before it, and --update-env takes this shell's.
        (await home.Run("set", "web", "--nice", "5")).Ok();
        (await home.Run("restart", "web", "--update-env")).Ok();
        await HasTold(times: 4);
        told = File.ReadAllLines(home.Stdout("web"));
        Assert.NotEqual("512", told[15]);
        Assert.Equal("5", told[17]);

        // All of it: what is ended in the middle tells the rest to nobody.
        Task HasTold(int times) => Wait.Until(
            () => File.Exists(home.Stdout("web")) && File.ReadAllLines(home.Stdout("web")).Length == 5 * times, $"it has told all, {times} times");
    }

    [Fact]
    public async Task The_groups_are_those_of_the_caller()
    {
        Needs.Root();
        Needs.Program("setpriv");
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "web", "--", "sh", "-c", "id -G; exec sleep 1000") { Through = ["setpriv", "--groups", "33,4"] });
        await home.Says("web", "0 4 33");
        (await home.Run("restart", "web")).Ok();
        await home.Says("web", "0 4 33", times: 2);
    }

    [Fact]
    public async Task Limits_that_a_daemon_was_started_with_are_its_own_affair()
    {
        await using var home = new SentinelHome();
        (await home.Run(Call.Line("ulimit -Sn 64; nice -n 2 \"$1\" daemon start"))).Ok();
        await home.Start(new Call("run", "--name", "web", "--", "sh", "-c", "ulimit -Sn; nice; exec sleep 1000") { Through = ["sh", "-c", "ulimit -Sn 777; exec nice -n 2 \"$@\"", "sh"] });
        await home.Says("web", "777");
    }

    [Theory]
    [InlineData("another network namespace", "unshare", "--net")]
    [InlineData("another mount namespace", "unshare", "--mount")]
    [InlineData("bounding set", "setpriv", "--bounding-set", "-net_raw")]
    public async Task What_only_a_child_of_the_caller_could_have_is_refused_with_a_word(string said, params string[] through)
    {
        Needs.Root();
        Needs.Program(through[0]);
        await using var home = await SentinelHome.Create(withDaemon: true);
        var refused = (await home.Run(new Call("run", "--name", "web", "--", "sleep", "1000") { Through = through })).Fails(1);
        Assert.Contains(said, refused.Stderr);
        Assert.Contains("SENTINEL_HOME", refused.Stderr.ReplaceLineEndings(" "));
        Assert.Empty(home.Supervised());
        Assert.Empty((await home.List()).Processes);
    }

    [Fact]
    public async Task A_process_gains_no_privileges_where_its_caller_may_not()
    {
        Needs.Program("setpriv");
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "web", "--", "sh", "-c", "grep NoNewPrivs /proc/self/status; exec sleep 1000") { Through = ["setpriv", "--no-new-privs"] });
        await home.Says("web", "NoNewPrivs:\t1");
    }
}
