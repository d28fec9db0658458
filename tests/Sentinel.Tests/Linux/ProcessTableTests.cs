using System.Text;
using CsCheck;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class ProcessTableTests : IDisposable
{
    // From the state on; see proc_pid_stat(5).
    private const string Sleeping =
        "S 70 80 90 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 123456 8192000 25 18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

    private readonly Children _children = new();

    public void Dispose() => _children.Dispose();

    [Theory]
    [InlineData("server")]
    [InlineData("my server")]
    [InlineData("(sd-pam)")]
    [InlineData(") R 1 1 1 (")]
    [InlineData("a\nb")]
    [InlineData("日本")]
    [InlineData("")]
    public void A_process_is_read_whatever_its_name(string name) =>
        Assert.Equal(
            new Sighting(7, Parent: 70, Session: 90, HasEnded: false, IsOnCpu: false, StartTicks: 123456, MemoryBytes: 25L * Environment.SystemPageSize, WaitStatus: 0) { Group = 80, CpuTicks = 3, Threads = 1 },
            Parse($"7 ({name}) {Sleeping}"));

    [Theory]
    [InlineData('S', 1, false, false)]
    [InlineData('R', 1, false, true)]
    [InlineData('D', 1, false, false)]
    [InlineData('T', 1, false, false)]
    [InlineData('Z', 1, true, false)]
    [InlineData('X', 1, true, false)]
    // Its main thread has ended, and others go on.
    [InlineData('Z', 3, false, false)]
    public void A_zombie_has_ended_and_only_who_runs_is_on_a_CPU(char state, int threads, bool hasEnded, bool isOnCpu)
    {
        var seen = Parse($"7 (server) {state}{Sleeping[1..].Replace(" 20 0 1 0 123456 ", $" 20 0 {threads} 0 123456 ")}");

        Assert.Equal((hasEnded, isOnCpu), (seen!.Value.HasEnded, seen.Value.IsOnCpu));
    }

    [Fact]
    public void A_zombie_tells_how_it_ended() =>
        Assert.Equal(3 << 8, Parse("7 (server) Z" + Sleeping[1..].Replace(" 0\n", " 768\n"))!.Value.WaitStatus);

    [Fact]
    public void A_thread_of_the_kernel_is_no_process() =>
        Assert.Null(Parse("2 (kthreadd) " + Sleeping.Replace(" 4194304 ", " 2129984 ")));

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7 (server")]
    [InlineData("7 (server)")]
    [InlineData("7 (server) ")]
    [InlineData("7 (server) S")]
    public void What_is_no_process_is_none(string stat) => Assert.Null(Parse(stat));

    [Fact]
    public void Nothing_that_it_reads_is_its_end() => Gen.Byte.Array[0, 200].Sample(bytes => ProcessTable.Parse(7, bytes));

    [Fact]
    public void Whoever_looks_sees_itself_and_its_children()
    {
        var child = _children.Start("sleep", "60");

        var all = _children.Table.All().ToDictionary(seen => seen.Pid);

        Assert.False(all[Environment.ProcessId].HasEnded);
        Assert.Equal(_children.Table.Look(Environment.ProcessId)!.Value.StartTicks, all[Environment.ProcessId].StartTicks);
        Assert.Equal((Environment.ProcessId, child.StartTicks), (all[child.Pid].Parent, all[child.Pid].StartTicks));
    }

    [Fact]
    public void A_pid_that_nobody_has_shows_nothing()
    {
        // Beyond what Linux gives away (proc_sys_kernel(5), pid_max).
        const int nobody = 5_000_000;

        Assert.Null(_children.Table.Look(nobody));
        Assert.Null(_children.Table.SignOf(nobody).Cookie);
        Assert.Null(_children.Table.CpuTimeOf(nobody));
    }

    [Fact]
    public void A_child_that_has_ended_is_a_zombie_that_tells_how()
    {
        var child = _children.Start("sh", "-c", "exit 3");
        _children.AwaitEnd(child);

        var seen = _children.Table.Look(child)!.Value;
        Assert.True(seen.HasEnded);
        Assert.Equal(new Exit.Code(3), Exit.FromWaitStatus(seen.WaitStatus));
    }

    [Fact]
    public void Time_goes_by_the_clock_that_starts_are_told_by()
    {
        var before = _children.Table.NowTicks;
        var child = _children.Start("sleep", "60");

        Assert.InRange(child.StartTicks, (long)before - 1, (long)_children.Table.NowTicks + 1);
    }

    [Fact]
    public void CPU_time_is_that_of_the_process() =>
        Assert.InRange(_children.Table.CpuTimeOf(Environment.ProcessId)!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));

    [Fact]
    public void A_cookie_is_found_in_an_environment_of_any_size()
    {
        var launch = _children.Launch("sleep", "60");
        var large = launch.Environment;
        for (var i = 0; i < 5; i++)
            large = large.With($"LARGE_{i}", new string('x', 10_000));
        // At its end, where a program that sets its environment anew may put it.
        launch = launch with { Command = Command.From(["env", "-u", Cookie.Variable, $"{Cookie.Variable}=moved", "sleep", "60"]), Environment = large };

        var child = _children.Start(launch);

        // Until env has executed sleep, it is the first.
        Assert.True(SpinWait.SpinUntil(() => _children.Table.SignOf(child.Pid).Cookie == "moved", TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void A_process_that_empties_its_environment_and_changes_what_it_executes_keeps_the_mark()
    {
        var launch = _children.Launch("env", "-i", "sleep", "60");

        var child = _children.Start(launch);

        Assert.True(SpinWait.SpinUntil(() => _children.Table.SignOf(child.Pid) == new TreeSign(null, TreeMark.Of(launch.Cookie!)), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_limit_of_real_time_that_is_asked_for_is_the_one_it_has()
    {
        var launch = _children.Launch("env", "-i", "sh", "-c", "grep realtime.timeout /proc/$$/limits");
        launch = launch with { Treatment = new Treatment { Limits = [new ResourceLimit("rttime", 5_000_000, ResourceLimit.Unlimited)] } };

        Assert.Contains("5000000", _children.Written(launch));
    }

    [Fact]
    public void A_shell_is_told_by_its_program_whatever_it_calls_itself()
    {
        var shell = _children.Start("sh", "-c", "kill -STOP $$");
        var other = _children.Start("sleep", "60");

        Assert.True(SpinWait.SpinUntil(() => _children.Table.IsShell(shell.Pid), TimeSpan.FromSeconds(30)));
        Assert.True(SpinWait.SpinUntil(() => !_children.Table.IsShell(other.Pid), TimeSpan.FromSeconds(30)));
        Assert.False(_children.Table.IsShell(int.MaxValue));
    }

    [Fact]
    public void The_pid_that_was_given_away_last_is_that_of_the_newest_process_or_thread()
    {
        var before = _children.Table.NewestPid;

        var child = _children.Start("sleep", "60");

        // Pids begin anew at the end.
        Assert.True(_children.Table.NewestPid >= child.Pid || _children.Table.NewestPid < before);
        Assert.False(_children.Table.IsThread(child.Pid));
        Assert.False(_children.Table.IsThread(Environment.ProcessId));
        Assert.Contains(Directory.GetDirectories("/proc/self/task").Select(path => int.Parse(Path.GetFileName(path))), _children.Table.IsThread);
    }

    [Fact]
    public void A_process_that_empties_its_environment_is_known_by_its_control_group()
    {
        var launch = _children.Launch("env", "-i", "sleep", "60");
        using (var group = ControlGroup.Open(launch.Cookie!, TreeLimits.None))
            Assert.SkipWhen(group is null, "no control group can be made here");
        var child = _children.Start(launch);

        Assert.True(SpinWait.SpinUntil(
            () => new FileInfo($"/proc/{child.Pid}/exe").LinkTarget?.EndsWith("/env") == false, TimeSpan.FromMinutes(2)));
        Assert.Equal(launch.Cookie, ControlGroup.CookieOf(child.Pid));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("PATH=/bin\0", null)]
    [InlineData("SENTINEL_COOKIE=abc\0PATH=/bin\0", "abc")]
    [InlineData("PATH=/bin\0SENTINEL_COOKIE=abc\0", "abc")]
    [InlineData("PATH=/bin\0SENTINEL_COOKIE=abc", "abc")]
    [InlineData("NO_SENTINEL_COOKIE=abc\0", null)]
    [InlineData("SENTINEL_COOKIES=abc\0", null)]
    [InlineData("\0\0SENTINEL_COOKIE=abc\0", "abc")]
    public void A_cookie_is_a_variable_of_that_name(string environment, string? cookie) =>
        Assert.Equal(cookie, Cookie.In(Encoding.UTF8.GetBytes(environment)));

    private static Sighting? Parse(string stat) => ProcessTable.Parse(7, Encoding.UTF8.GetBytes(stat));
}
