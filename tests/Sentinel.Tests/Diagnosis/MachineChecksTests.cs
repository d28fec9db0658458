using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Host;

namespace Sentinel.Tests.Diagnosis;

public class MachineChecksTests
{
    private const long Plenty = 1_000_000;

    private static readonly Limits Roomy = new(Plenty, 128, CanWatch: true, 1024, 4096);

    [Theory]
    [InlineData(true, true, true, "ok: Linux 6.18: pidfds hold processes")]
    [InlineData(true, true, null, "ok: Linux 6.18: pidfds hold processes")]
    [InlineData(true, false, true, "degraded: Linux 6.18 does not tell how a process ended")]
    [InlineData(false, false, true, "broken: Linux 6.18 provides no pidfds")]
    [InlineData(true, true, false, "ok: Linux 6.18", "degraded: processes cannot be created in a control group")]
    [InlineData(false, false, false, "broken: Linux 6.18 provides no pidfds", "degraded: processes cannot be created in a control group")]
    public void A_kernel_is_told_by_what_it_can(bool hasPidFds, bool tellsExits, bool? clones, params string[] told) =>
        Told.Are(told, KernelCheck.Of(new Kernel("6.18", hasPidFds, tellsExits, clones)));

    public static TheoryData<ControlGroups, string> Groups => new()
    {
        { new ControlGroups.None(), "degraded: cgroup v2 is not mounted" },
        { new ControlGroups.Closed("/sys/fs/cgroup/x"), "degraded: no control group can be created below our own, /sys/fs/cgroup/x:" },
        { new ControlGroups.Open("/cg", ["--cpu-max", "--pids-max"], null), "ok: cgroup v2, and every tree gets a group below /cg; --cpu-max, --pids-max can be used" },
        { new ControlGroups.Open("/cg", ["--pids-max"], "none is here"), "ok: cgroup v2, and every tree gets a group below /cg; --pids-max can be used (none is here)" },
        { new ControlGroups.Open("/cg", [], "none is here"), "ok: cgroup v2, and every tree gets a group below /cg; no tree can have limits (none is here)" },
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public void Control_groups_are_told_by_what_can_be_made(ControlGroups groups, string told) => Told.Are([told], ControlGroupCheck.Of(groups));

    [Theory]
    [InlineData(LogRung.Collapse, "ok: ext4: a log is rotated by cutting off its front")]
    [InlineData(LogRung.Punch, "ok: ext4: a log is rotated by freeing the space of its front")]
    [InlineData(LogRung.Reader, "degraded: ext4 cannot remove the front of a file")]
    [InlineData(null, "ok: ext4: the first 'run' tries how logs can be rotated")]
    public void A_folder_of_logs_is_told_by_how_they_are_rotated(LogRung? rung, string told) =>
        Told.Are([told], LogFolderCheck.Of(new LogFolder("/logs", "ext4", rung)));

    public static TheoryData<string?[], string[]> Units => new()
    {
        { [], [] },
        { [null, null], ["ok: /etc/0.service starts a program that exists", "ok: /etc/1.service starts a program that exists"] },
        {
            [null, "there is no program /x"],
            ["broken: /etc/1.service starts nothing: there is no program /x -> put it back, rewrite the unit with 'sentinel startup systemd --install', or remove it with 'sentinel startup systemd --uninstall --name 1'"]
        },
    };

    [Theory]
    [MemberData(nameof(Units))]
    public void Units_are_told_by_whether_they_start_anything(string?[] whyNot, string[] told) =>
        Told.Are(told, BootCheck.Of([.. whyNot.Select((why, number) => new BootUnit($"/etc/{number}.service", why))]));

    [Fact]
    public void Limits_that_are_far_are_told_with_how_far() =>
        Told.Are(["ok: 1024 open files and 1000000 inotify watches are enough for 704 processes"], LimitsCheck.Of(Roomy, 0));

    [Theory]
    [InlineData(704, "ok: 1024 open files")]
    [InlineData(705, "degraded: the daemon needs 769 open files for 705 processes, and may have 1024 -> ulimit -n 4096 && sentinel daemon restart (in a unit of systemd: LimitNOFILE=4096)")]
    [InlineData(1100, "degraded: the daemon needs 1164 open files for 1100 processes, and may have 1024 -> raise nofile in /etc/security/limits.conf to 8192")]
    public void Open_files_are_near_from_three_quarters_on(int registered, string told) => Told.Are([told], LimitsCheck.Of(Roomy, registered));

    [Theory]
    [InlineData(150, "ok: 1024 open files and 400 inotify watches are enough for 150 processes")]
    [InlineData(151, "degraded: 151 processes would have 302 inotify watches, and a user may have 400: logs beyond that are looked at twice a second, and the times of their lines are less exact -> sudo sysctl fs.inotify.max_user_watches=2048")]
    public void So_are_inotify_watches(int registered, string told) => Told.Are([told], LimitsCheck.Of(Roomy with { Watches = 400 }, registered));

    [Theory]
    [InlineData(128, false, "degraded: files cannot be watched, as all 128 inotify instances of this user are taken: a daemon that starts now looks at logs twice a second, and the times of lines are less exact -> sudo sysctl fs.inotify.max_user_instances=512")]
    [InlineData(15, true, "degraded: a user may have 15 inotify instances; the daemon and each --follow need one -> sudo sysctl fs.inotify.max_user_instances=64")]
    [InlineData(16, true, "ok: 1024 open files")]
    public void Without_an_inotify_instance_nothing_can_be_watched(int instances, bool canWatch, string told) =>
        Told.Are([told], LimitsCheck.Of(Roomy with { Instances = instances, CanWatch = canWatch }, 1));

    [Fact]
    public void Every_limit_that_is_near_is_told() => Assert.Equal(
        [Level.Degraded, Level.Degraded, Level.Degraded],
        LimitsCheck.Of(new Limits(10, 1, CanWatch: false, 64, 64), 100).Select(finding => finding.Level));

    [Fact]
    public void A_look_that_fails_is_a_finding() => Told.Are(
        ["degraded: this cannot be checked: it is gone ->"],
        Finding.Of(Areas.Kernel, () => throw new InvalidOperationException("it is gone.")));
}
