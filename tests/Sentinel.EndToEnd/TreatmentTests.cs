namespace Sentinel.EndToEnd;

public class TreatmentTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_asked_for_is_so_at_every_start_and_for_what_it_starts(bool withDaemon)
    {
        Needs.Root();
        Needs.Program("ionice");
        await using var home = await SentinelHome.Create(withDaemon);
        Open(home);
        string[] asked =
        [
            "--user", "65534:65534", "--nice", "5", "--ionice", "best-effort:6", "--cpu-affinity", "0", "--oom-score-adj", "300", "--umask", "027",
            "--limit", "nofile=1000:2000", "--limit", "core=0",
        ];
        var first = await home.Start(new Call(["run", "--name", "web", "--restart", .. asked, "sleep 1000 & sleep 1000"]));
        await AssertTreated(home);

        (await home.Run("restart", "web")).Ok();
        await AssertTreated(home);
        Assert.False(first.Process.IsAlive);

        var second = (await home.Show("web")).Pid!.Value;
        Live.Find(second)!.Signal(Signals.Kill);
        await Wait.Until(async () => (await home.Show("web")) is { State: "running", Pid: var pid } && pid != second, () => "it is back");
        await AssertTreated(home);

        (await home.Run("stopall")).Ok();
        (await home.Run("startall")).Ok();
        await AssertTreated(home);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.Stdout("web")));
    }

    [Theory]
    [InlineData("no user 'nosuchuser'", "--user", "nosuchuser")]
    [InlineData("no group 'nosuchgroup'", "--user", "0:nosuchgroup")]
    [InlineData("cannot keep it to the CPUs 1000", "--cpu-affinity", "1000")]
    [InlineData("cannot set the limit nofile=unlimited", "--limit", "nofile=unlimited")]
    public async Task What_the_system_refuses_starts_nothing(string said, params string[] options)
    {
        await using var home = new SentinelHome();
        Assert.Contains(said, (await home.Run(["run", .. options, "sleep", "1000"])).Fails(1).Stderr);
        Assert.Empty(home.Supervised());
        Assert.Empty((await home.List()).Processes);
    }

    [Theory]
    [InlineData("--nice", "20")]
    [InlineData("--nice", "low")]
    [InlineData("--ionice", "fast")]
    [InlineData("--cpu-affinity", "3-1")]
    [InlineData("--oom-score-adj", "1001")]
    [InlineData("--umask", "9")]
    [InlineData("--umask", "7777")]
    [InlineData("--limit", "nofile")]
    [InlineData("--limit", "files=1")]
    public async Task What_makes_no_sense_is_refused(string option, string value)
    {
        await using var home = new SentinelHome();
        Assert.Contains(value.Split('=')[0], (await home.Run("run", option, value, "sleep", "1000")).Fails(2).Stderr);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Without_the_right_to_it_nothing_is_started_as_another()
    {
        Needs.Root();
        Needs.Program("setpriv");
        await using var home = new SentinelHome();
        Open(home);
        var binary = await home.CopyBinary();
        var refused = (await home.Run(new Call
        {
            Through = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", $"SENTINEL_HOME={home.Work}/mine", binary, "run", "--user", "root", "sleep", "1000"],
        })).Fails(1);
        Assert.Contains("only root can run a process as root", refused.Stderr);
    }

    // Where others may enter: whoever it runs as, and what it executes.
    private static void Open(SentinelHome home)
    {
        File.SetUnixFileMode(home.Root, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(home.Work, (UnixFileMode)0b111_111_111);
    }

    private static async Task AssertTreated(SentinelHome home)
    {
        await Wait.Until(() => home.Supervised().Count(process => process.Program.EndsWith("sleep", StringComparison.Ordinal)) == 2, "both run");
        foreach (var process in home.Supervised())
        {
            var status = File.ReadAllText($"/proc/{process.Pid}/status");
            Assert.Matches(@"Uid:\s+65534\s+65534\s+65534\s+65534", status);
            Assert.Matches(@"Gid:\s+65534\s+65534\s+65534\s+65534", status);
            Assert.Equal("65534", process.Status("Groups").Trim());
            Assert.Equal("0027", process.Status("Umask").Trim());
            Assert.Equal("0", process.Status("Cpus_allowed_list").Trim());
            Assert.Equal("300", File.ReadAllText($"/proc/{process.Pid}/oom_score_adj").Trim());
            Assert.Equal("5", File.ReadAllText($"/proc/{process.Pid}/stat").Split(") ")[1].Split(' ')[16]);
            Assert.Equal("best-effort: prio 6", (await home.Run(Call.Line($"ionice -p {process.Pid}"))).Ok().Stdout.Trim());
            var limits = File.ReadAllText($"/proc/{process.Pid}/limits");
            Assert.Matches(@"Max open files\s+1000\s+2000", limits);
            Assert.Matches(@"Max core file size\s+0\s+0", limits);
        }
    }
}
