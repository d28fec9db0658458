using Sentinel.Core.Host;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class ControlGroupTests : IDisposable
{
    private readonly Children _children = new();

    public void Dispose() => _children.Dispose();

    [Fact]
    public void A_group_is_killed_as_a_whole()
    {
        var (launch, child) = InGroup();

        Assert.True(_children.Handles.KillGroup(launch.Cookie!));

        Assert.Equal(new Exit.Signal(SignalName.Kill, CoreDumped: false), _children.End(child));
    }

    [Fact]
    public void What_is_started_where_a_group_was_killed_lives_in_a_new_one()
    {
        var (launch, killed) = InGroup();
        Assert.True(_children.Handles.KillGroup(launch.Cookie!));
        _children.End(killed);

        Assert.Equal(new Exit.Code(0), _children.End(_children.Start(IsInGroup(launch.Cookie!))));
    }

    [Fact]
    public void Where_a_group_that_was_killed_has_to_stay_it_is_done_without()
    {
        var (launch, killed) = InGroup();
        var group = FolderOf(killed.Pid);
        var below = Path.Combine(group, "sentinel-below");
        Directory.CreateDirectory(below);
        try
        {
            File.WriteAllText(Path.Combine(group, "cgroup.kill"), "1");
            _children.End(killed);

            // Whether it is in there is as the kernel will have it.
            Assert.IsType<Exit.Code>(_children.End(_children.Start(IsInGroup(launch.Cookie!))));
        }
        finally
        {
            LibC.rmdir(below);
        }
    }

    [Fact]
    public void A_group_that_has_another_tree_in_it_is_not_killed()
    {
        var (launch, child) = InGroup("env", $"{Cookie.Variable}=another's", "sleep", "60");
        Assert.True(SpinWait.SpinUntil(() => _children.Table.SignOf(child.Pid).Cookie == "another's", TimeSpan.FromMinutes(2)));

        Assert.False(_children.Handles.KillGroup(launch.Cookie!));

        Assert.False(_children.Table.Look(child)!.Value.HasEnded);
    }

    [Fact]
    public void A_group_with_groups_below_is_not_killed()
    {
        var (launch, child) = InGroup();
        var below = Path.Combine(FolderOf(child.Pid), "sentinel-below");
        Directory.CreateDirectory(below);
        try
        {
            Assert.False(_children.Handles.KillGroup(launch.Cookie!));
            Assert.False(_children.Table.Look(child)!.Value.HasEnded);
        }
        finally
        {
            LibC.rmdir(below);
        }
    }

    [Fact]
    public void Without_a_group_there_is_nothing_to_kill_and_nothing_to_see()
    {
        Assert.False(_children.Handles.KillGroup("nobody"));
        Assert.Null(_children.Table.LookAtGroup("nobody"));
    }

    [Fact]
    public void A_limit_that_cannot_be_had_starts_nothing()
    {
        var limits = new TreeLimits(MemoryBytes: 1L << 30);
        Assert.SkipWhen(ControlGroup.WhyNot(limits) is null, "this machine can limit memory");
        var launch = _children.Launch("sleep", "60") with { Treatment = new Treatment { Tree = limits } };

        Assert.StartsWith("--memory-max", _children.Spawner.WhyNot(launch));
        Assert.StartsWith("--memory-max", Assert.Throws<SpawnException>(() => _children.Start(launch)).Message);
    }

    private (Launch Launch, ProcessIdentity Child) InGroup(params string[] command)
    {
        var launch = _children.Launch(command.Length > 0 ? command : ["sleep", "60"]);
        using (var group = ControlGroup.Open(launch.Cookie!, TreeLimits.None))
            Assert.SkipWhen(group is null, "no control group can be made here");
        return (launch, _children.Start(launch));
    }

    // Ends with 0 if it is, else with 1.
    private Launch IsInGroup(string cookie) => _children.Launch("grep", "-q", cookie, "/proc/self/cgroup") with { Cookie = cookie };

    private static string FolderOf(int pid) =>
        File.ReadLines("/proc/self/mountinfo").First(line => line.Contains(" - cgroup2 ")).Split(' ')[4]
        + File.ReadLines($"/proc/{pid}/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..];
}
