using Sentinel.Core.Engines;

namespace Sentinel.Tests.Engines;

public sealed class VerdictTests
{
    private static readonly EngineService Web = new("web", "shop_web", "1", "web:1", Replicas: 2, Ports: []);

    [Fact]
    public void Ready_are_all_that_are_wanted_with_the_settings_of_now()
    {
        Assert.IsType<Verdict.NotYet>(On(Recordings.Task("web.1", TaskState.Running)));
        Assert.IsType<Verdict.NotYet>(On(Recordings.Task("web.1", TaskState.Running), Recordings.Task("web.2", TaskState.Starting)));
        Assert.IsType<Verdict.NotYet>(On(Recordings.Task("web.1", TaskState.Running), Recordings.Task("web.2", TaskState.Unknown)));
        Assert.IsType<Verdict.NotYet>(On(Recordings.Task("web.1", TaskState.Running), Recordings.Task("web.2", TaskState.Running, isCurrent: false)));
        Assert.IsType<Verdict.Ready>(On(Recordings.Task("web.1", TaskState.Running), Recordings.Task("web.2", TaskState.Running)));
        Assert.IsType<Verdict.NotYet>(On(Recordings.Task("web.1", TaskState.Running), Recordings.Task("web.2", TaskState.Running), Recordings.Task("web.1", TaskState.Stopping, isCurrent: false, isWanted: false)));
    }

    [Fact]
    public void An_update_under_way_is_not_over_though_all_run() => Assert.IsType<Verdict.NotYet>(
        Verdict.On(Web with { Tasks = [Recordings.Task("web.1", TaskState.Running), Recordings.Task("web.2", TaskState.Running)], Rollout = new Rollout.UnderWay() }, before: null));

    [Fact]
    public void A_failure_that_was_there_before_is_not_the_commands_own()
    {
        var failed = Web with { Rollout = new Rollout.Failed("paused", IsRolledBack: false, "1") };

        Assert.IsType<Verdict.NotYet>(Verdict.On(failed, failed));
        Assert.Equal("paused", Assert.IsType<Verdict.Failed>(Verdict.On(failed with { Rollout = new Rollout.Failed("paused", IsRolledBack: false, "2") }, failed)).Why);
    }

    [Fact]
    public void What_the_engine_refuses_again_has_failed_and_what_merely_crashed_is_waited_for()
    {
        var refused = Recordings.Task("web.1", TaskState.Failed, "No such image", isWanted: false, isRefused: true);

        Assert.Equal("web.1 on n1: No such image", Assert.IsType<Verdict.NotYet>(On(refused)).Words);
        Assert.Equal("web.1 on n1: No such image", Assert.IsType<Verdict.Failed>(On(refused, refused with { Id = "2" })).Why);
        Assert.IsType<Verdict.NotYet>(On(Recordings.Task("web.1", TaskState.Failed, "exit (1)"), Recordings.Task("web.1", TaskState.Failed, "exit (2)"), Recordings.Task("web.1", TaskState.Failed, "exit (3)")));
    }

    [Fact]
    public void Stopped_is_what_runs_no_more()
    {
        var stopped = Web with { Replicas = 0 };

        Assert.IsType<Verdict.NotYet>(Verdict.On(stopped with { Tasks = [Recordings.Task("web.1", TaskState.Stopping, isWanted: false)] }, before: null));
        Assert.IsType<Verdict.Ready>(Verdict.On(stopped with { Tasks = [Recordings.Task("web.1", TaskState.Stopped, isWanted: false)] }, before: null));
    }

    [Theory]
    [InlineData("Error response from daemon: This node is not a swarm manager.\n\nSee 'docker service ls --help'.\n", "Error response from daemon: This node is not a swarm manager")]
    [InlineData("E1128 17:00:00.1 1 memcache.go:265] x\nThe connection to the server localhost:8080 was refused - did you specify the right host or port?\n", "The connection to the server localhost:8080 was refused - did you specify the right host or port?")]
    [InlineData("", "it ended with exit code 7, and said nothing")]
    [InlineData("one\none\ntwo\n", "one; two")]
    public void Of_what_a_program_says_the_reason_is_kept(string told, string why) => Assert.Equal(why, EngineWords.Of(told, exitCode: 7));

    private static Verdict On(params EngineTask[] tasks) => Verdict.On(Web with { Tasks = tasks }, before: null);
}
