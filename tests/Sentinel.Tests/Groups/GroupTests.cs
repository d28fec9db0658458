using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Specs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Groups;

public sealed class GroupTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void A_change_sets_and_unsets_and_leaves_the_rest()
    {
        var group = new Group("front", Clock.Start) { Variables = Block("A=1", "B=2", "C=3"), EnvironmentFiles = ["/a"] };

        var changed = new GroupChange(Block("A=9", "D=4"), ["B"], null).Of(group);

        Assert.Equal(["C=3", "A=9", "D=4"], changed.Variables.Entries().Select(entry => System.Text.Encoding.UTF8.GetString(entry.Span)));
        Assert.Equal(["/a"], changed.EnvironmentFiles);
        Assert.Empty(new GroupChange(EnvironmentBlock.Empty, [], []).Of(group).EnvironmentFiles);
    }

    [Fact]
    public void Members_get_its_variables_from_the_first_start_on()
    {
        Do(new Request.CreateGroup(new Group("front", Clock.Start) { Variables = Block("A=1") }));
        _sentinel.Supervisor.Run(In("front")).Now();
        Do(new Request.ChangeGroup("front", new GroupChange(Block("A=2"), [], null)));
        _sentinel.Restart("web");

        Assert.Equal(["1", "2"], _sentinel.Machine.Launches.Select(launch => launch.Environment["A"]));
        Assert.All(_sentinel.Machine.Launches, launch => Assert.Equal("front", launch.Environment["SENTINEL_GROUP"]));
    }

    [Fact]
    public void Whoever_runs_with_what_it_was_before_is_named()
    {
        Do(new Request.CreateGroup(new Group("front", Clock.Start)));
        _sentinel.Supervisor.Run(In("front")).Now();
        _sentinel.Run("alone");

        var changed = Assert.IsType<Outcome.GroupChanged>(Do(new Request.ChangeGroup("front", new GroupChange(Block("A=2"), [], null))));
        Assert.Equal(["web"], changed.Outdated);
        var moved = Assert.IsType<Outcome.Moved>(Do(new Request.AddToGroup("front", new Selection.Named(["alone"]))));
        Assert.True(moved.IsOutdated);
        _sentinel.Stop("alone", "web");
        Assert.Empty(Assert.IsType<Outcome.GroupChanged>(Do(new Request.ChangeGroup("front", new GroupChange(Block("A=3"), [], null)))).Outdated);
    }

    [Fact]
    public void Where_there_is_no_such_group_nothing_is_started_or_changed()
    {
        foreach (var request in new Request[]
        {
            new Request.DeleteGroup("front"), new Request.ChangeGroup("front", new GroupChange(Block("A=1"), [], null)),
            new Request.AddToGroup("front", new Selection.All()), new Request.RemoveFromGroup("front", new Selection.All()),
            new Request.Start(new Selection.Members("front"), null), new Request.Stop(new Selection.Members("front"), StopOptions.Default),
        })
            Assert.Equal("there is no group 'front'; 'sentinel group list' shows all groups", Assert.IsType<Outcome.Failed>(Do(request)).Why);
    }

    [Fact]
    public void A_group_is_made_with_the_process_and_not_without_it()
    {
        _sentinel.Machine.FailsToStart = _ => "it does not";
        Assert.IsType<Outcome.Failed>(_sentinel.Supervisor.RunOne(In("front")));
        Assert.Empty(_sentinel.Store.Read().Groups);

        _sentinel.Machine.FailsToStart = _ => null;
        Assert.Collection(
            _sentinel.Supervisor.Run(In("front")).Now(),
            started => Assert.IsType<Outcome.Started>(started),
            made => Assert.Equal("front", Assert.IsType<Outcome.GroupCreated>(made).Target));
        Assert.Equal(["front"], _sentinel.Store.Read().Groups.Keys);
        Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(MadeUpSentinel.Request("second") with { Spec = In("front").Spec with { Name = "second" } }));
    }

    [Fact]
    public void A_group_is_not_kept_for_a_set_of_which_some_could_not_be_started()
    {
        _sentinel.Machine.FailsToStart = launch => launch.Environment["SENTINEL_INSTANCE"] == "2" ? "it does not" : null;

        Assert.IsType<Outcome.Failed>(_sentinel.Supervisor.RunOne(In("front") with { Instances = 2 }));

        Assert.Empty(_sentinel.Store.Read().Groups);
        Assert.Empty(_sentinel.Store.Read().Processes);
    }

    [Fact]
    public void A_group_that_is_there_as_asked_need_not_be_created()
    {
        Do(new Request.CreateGroup(new Group("front", default) { Variables = Block("A=1") }));

        Assert.IsType<Outcome.GroupExists>(Do(new Request.CreateGroup(new Group("front", default) { Variables = Block("A=1") })));
        Assert.Equal(FailureCode.NameTaken, Assert.IsType<Outcome.Failed>(Do(new Request.CreateGroup(new Group("front", default)))).Code);
    }

    [Fact]
    public void What_is_deleted_leaves_its_members_in_no_group()
    {
        _sentinel.Supervisor.Run(In("front")).Now();

        Assert.Equal(["web"], Assert.IsType<Outcome.GroupDeleted>(Do(new Request.DeleteGroup("front"))).Members);

        Assert.Null(_sentinel["web"].Spec.Group);
        Assert.IsType<Outcome.Failed>(Do(new Request.DeleteGroup("front")));
    }

    [Fact]
    public void A_variable_that_it_does_not_have_is_not_unset()
    {
        Do(new Request.CreateGroup(new Group("front", Clock.Start)));
        Assert.Equal(
            "group 'front' has no variable A",
            Assert.IsType<Outcome.Failed>(Do(new Request.ChangeGroup("front", new GroupChange(EnvironmentBlock.Empty, ["A"], null)))).Why);
    }

    private Outcome Do(Request request) => Assert.Single(_sentinel.Supervisor.Do(request).Now());

    private static RunRequest In(string group)
    {
        var request = MadeUpSentinel.Request("web");
        return request with { Spec = request.Spec with { Group = group } };
    }

    private static EnvironmentBlock Block(params string[] entries) => MadeUpSentinel.EnvironmentOf(string.Join('\0', entries));
}
