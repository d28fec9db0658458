using Sentinel.Core.Host;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

/// <summary>With a folder that plays the file system of control groups.</summary>
public sealed class LimitedGroupsTests : IDisposable
{
    private const string All = "cpuset cpu io memory pids\n";

    private static readonly TreeLimits Every = new(MemoryBytes: (100L << 20) + 1, CpuPercent: 150, Pids: 20);

    private readonly TempFolder _mount = new();
    private readonly string _shelf = $"sentinel.{LibC.geteuid()}";

    public LimitedGroupsTests() => Group("", All, processes: "1 2", isRoot: true);

    public void Dispose() => _mount.Dispose();

    [Fact]
    public void A_tree_gets_its_limits_before_anything_is_in_it()
    {
        using var group = From("").Make("sentinel-a", Every);

        Assert.Equal("+memory +cpu +pids", Read("cgroup.subtree_control"));
        Assert.Equal("+memory +cpu +pids", Read($"{_shelf}/cgroup.subtree_control"));
        Assert.Equal($"{100L << 20}", Read($"{_shelf}/sentinel-a/memory.max"));
        Assert.Equal("1", Read($"{_shelf}/sentinel-a/memory.oom.group"));
        Assert.Equal("150000 100000", Read($"{_shelf}/sentinel-a/cpu.max"));
        Assert.Equal("20", Read($"{_shelf}/sentinel-a/pids.max"));
        Assert.Equal(_mount[$"{_shelf}/sentinel-a"], From("").Of("sentinel-a"));
        Assert.Null(From("").Of("sentinel-b"));
    }

    [Fact]
    public void What_is_not_limited_is_not_touched()
    {
        using var group = From("").Make("sentinel-a", new TreeLimits(Pids: 3));

        Assert.Equal("+pids", Read("cgroup.subtree_control"));
        Assert.Equal(["pids.max"], Directory.GetFiles(_mount[$"{_shelf}/sentinel-a"]).Select(Path.GetFileName));
    }

    [Fact]
    public void It_is_the_nearest_group_upwards_that_has_no_processes_and_the_controllers()
    {
        Group("slice", All, processes: "");
        Group("slice/lacking", "memory pids", processes: "");
        Group("slice/lacking/session", "memory pids", processes: "70 71");

        using var memory = From("slice/lacking/session").Make("sentinel-a", new TreeLimits(MemoryBytes: 1 << 20));
        using var cpu = From("slice/lacking/session").Make("sentinel-b", new TreeLimits(CpuPercent: 50));

        Assert.Equal(_mount[$"slice/lacking/{_shelf}/sentinel-a"], From("slice/lacking/session").Of("sentinel-a"));
        Assert.Equal(_mount[$"slice/{_shelf}/sentinel-b"], From("slice/lacking/session").Of("sentinel-b"));
    }

    [Fact]
    public void Looking_for_a_place_changes_nothing()
    {
        Assert.Null(From("").WhyNot(Every));
        Assert.Null(From("").WhyNot(TreeLimits.None));
        Assert.Empty(Directory.GetDirectories(_mount.Path));
        Assert.Equal("", Read("cgroup.subtree_control"));
    }

    [Fact]
    public void Without_version_2_it_says_so() => Assert.StartsWith(
        "--memory-max and --pids-max: cgroup v2 is not mounted here; boot with",
        new LimitedGroups(null, "", ["memory"]).WhyNot(new TreeLimits(MemoryBytes: 1 << 20, Pids: 1)));

    [Fact]
    public void A_controller_that_version_1_has_is_named()
    {
        Group("", "hugetlb", processes: "1", isRoot: true);

        Refused(From(""), "--memory-max needs the memory controller of cgroup v2, and this machine has it on v1; boot with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1=memory");
    }

    [Fact]
    public void A_controller_that_nobody_has_is_named()
    {
        Group("", "cpu pids", processes: "1", isRoot: true);

        Refused(From("", onVersion1: []), $"--memory-max needs the memory controller, and {_mount.Path} has none; the kernel may have it off");
    }

    [Fact]
    public void A_group_with_processes_of_its_own_is_named_with_what_works()
    {
        // As a container has it: what looks like the root is none.
        Group("", All, processes: "1 2");

        Refused(From(""), $"--memory-max: {_mount.Path} has processes of its own, so it cannot limit others; what works: the daemon as a unit");
    }

    [Fact]
    public void A_controller_that_is_not_handed_on_is_named()
    {
        Close("");
        Group("mine", "pids", processes: "");

        Refused(From("mine"), $"--memory-max: the memory controller is not handed on to {_mount["mine"]}; what works");
    }

    [Fact]
    public void Where_nothing_is_ours_it_says_so()
    {
        Close("");

        Refused(From(""), $"--memory-max: no control group can be made, neither in {_mount.Path} nor above; what works");
    }

    [Fact]
    public void What_runs_in_a_tree_does_not_escape_its_limits()
    {
        Group("sentinel-outer", All, processes: "70");

        Refused(From("sentinel-outer"), $"--memory-max: {_mount["sentinel-outer"]} has processes of its own");
    }

    [Fact]
    public void A_limit_that_the_system_does_not_take_is_an_error()
    {
        Directory.CreateDirectory(_mount[$"{_shelf}/sentinel-a/pids.max"]);

        Assert.StartsWith("its limits cannot be set: ", Assert.Throws<SpawnException>(() => From("").Make("sentinel-a", Every)).Message);
    }

    private LimitedGroups From(string own, string[]? onVersion1 = null) =>
        new(_mount.Path, Path.Combine(_mount.Path, own).TrimEnd('/'), onVersion1 ?? ["memory", "cpu"]);

    private static void Refused(LimitedGroups groups, string why)
    {
        var limits = new TreeLimits(MemoryBytes: 1 << 20);
        Assert.StartsWith(why, groups.WhyNot(limits));
        Assert.StartsWith(why, Assert.Throws<SpawnException>(() => groups.Make("sentinel-a", limits)).Message);
    }

    private string Read(string file) => File.ReadAllText(_mount[file]);

    private void Group(string name, string controllers, string processes, bool isRoot = false)
    {
        Directory.CreateDirectory(_mount[name]);
        _mount.Write(Path.Combine(name, "cgroup.controllers"), controllers);
        _mount.Write(Path.Combine(name, "cgroup.subtree_control"), "");
        _mount.Write(Path.Combine(name, "cgroup.procs"), processes.Replace(' ', '\n'));
        File.Delete(_mount[Path.Combine(name, "cgroup.type")]);
        if (!isRoot)
            _mount.Write(Path.Combine(name, "cgroup.type"), "domain");
    }

    // Root may write to whatever is there.
    private void Close(string name) => File.Delete(_mount[Path.Combine(name, "cgroup.procs")]);
}
