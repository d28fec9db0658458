using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Trees;

public sealed class TreeMembershipTests
{
    private const string Web = "web";

    private readonly Machine _machine = new();
    private readonly Machine.MadeUp _main;

    public TreeMembershipTests() => _main = _machine.Add(Web);

    [Fact]
    public void The_main_process_its_session_its_descendants_and_who_has_the_cookie_are_of_the_tree()
    {
        var child = _machine.Add(parent: _main.Pid);
        var grandchild = _machine.Add(parent: child.Pid);
        var orphan = _machine.Add(session: _main.Session);
        var doubleForked = _machine.Add(Web);

        Assert.All([_main, child, grandchild, orphan, doubleForked], member => Assert.True(Of(member.Pid)));
    }

    [Fact]
    public void Strangers_are_not_and_neither_is_who_is_supervised_by_one_of_the_tree()
    {
        var stranger = _machine.Add(parent: _machine.Add().Pid);
        var other = _machine.Add("another");
        var supervised = _machine.Add("inner", parent: _main.Pid);

        Assert.All([stranger, other, supervised], process => Assert.False(Of(process.Pid)));
        // A process in a namespace from which it cannot be seen, and the first of all.
        Assert.False(Of(0));
        Assert.False(Of(1));
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("web.2", false)]
    [InlineData("web.3", true)]
    public void Another_run_of_a_process_is_of_it_but_not_of_this_run(string root, bool isOfIt)
    {
        var (sign, mark) = (_machine.Add("web.3"), _machine.Add(mark: TreeMark.Of("web.3")));

        Assert.All([sign, mark], process => Assert.Equal(isOfIt, TreeMembership.Of(process.Pid, Root() with { Cookie = root }, _machine)));
    }

    [Fact]
    public void Who_is_gone_is_nobody_knows_what()
    {
        Assert.Null(Of(4_999_999));
        _machine.KeepsZombies = true;
        var dead = _machine.Add();
        dead.End(0);
        Assert.Null(Of(dead.Pid));
        var deadChild = _machine.Add(parent: _main.Pid);
        deadChild.End(0);
        Assert.True(Of(deadChild.Pid));
    }

    [Fact]
    public void Nobody_is_of_the_session_of_one_who_has_the_pid_of_the_main_process_by_now()
    {
        var root = Root();
        _main.End(0);
        var successor = _machine.Add(pid: _main.Pid, start: _main.Start + 1);
        var child = _machine.Fork(successor);

        Assert.False(TreeMembership.Of(successor.Pid, root, _machine));
        Assert.False(TreeMembership.Of(child.Pid, root, _machine));
    }

    private TreeRoot Root() => new(1, Web, _main.Identity, _main.Pid, StopRule.Default);

    private bool? Of(int pid) => TreeMembership.Of(pid, Root(), _machine);
}
