using Sentinel.Core.Engines;

namespace Sentinel.Tests.Engines;

/// <summary>Recorded from two machines with docker 20.10, by a client 28.2.</summary>
public sealed class SwarmReadingTests
{
    [Fact]
    public void Services_that_have_just_been_made_are_starting()
    {
        var cluster = Recordings.Swarm("new", "shop");

        Assert.Equal(["api", "web"], cluster.Services.Select(service => service.Name));
        Assert.Empty(cluster.Strangers);
        Assert.Empty(cluster.Warnings);
        var (api, web) = (cluster.Services[0], cluster.Services[1]);
        Assert.Equal(("shop_api", "cf89699ff7b01d7a", "base:1", 1), (api.Object, api.SpecHash, api.Image, api.Replicas));
        Assert.Equal(["8080"], api.Ports);
        Assert.Equal((2, 0, "starting"), (web.Replicas, web.Ready, web.Status));
        Assert.All(web.Tasks, task => Assert.True(task is { IsCurrent: true, IsWanted: true, State: TaskState.Starting }));
        Assert.IsType<Verdict.NotYet>(Verdict.On(web, before: null));
    }

    [Fact]
    public void What_is_on_a_lost_machine_is_unknown_and_told_and_what_replaced_it_counts()
    {
        var cluster = Recordings.Swarm("lost", "shop");
        var web = cluster.Services.Single(service => service.Name == "web");

        Assert.Equal(["web.1", "web.2"], web.Tasks.Where(task => task.State == TaskState.Unknown).Select(task => task.Name));
        Assert.All(web.Tasks.Where(task => task.State == TaskState.Running), task => Assert.Equal("a", task.Node));
        Assert.Equal((2, "running"), (web.Ready, web.Status));
        Assert.Equal(["a", "b"], web.Nodes);
        Assert.Equal("b does not answer; what ran there may still run, and so twice once it is replaced: web.1, web.2", Assert.Single(cluster.Warnings));
    }

    [Fact]
    public void Until_it_is_replaced_the_service_is_unknown_too()
    {
        // Before the manager has noticed, it still wants those tasks.
        var cluster = SwarmReading.Read(
            "shop",
            Recordings.Text("new-services.json"),
            Recordings.Text("new-tasks.json").Replace("\"State\": \"starting\"", "\"State\": \"running\""),
            Recordings.Text("new-nodes.json").Replace("\"State\": \"ready\"", "\"State\": \"down\""));

        Assert.All(cluster.Services, service => Assert.Equal(("unknown", 0), (service.Status, service.Ready)));
    }

    [Fact]
    public void A_service_of_the_same_name_without_our_labels_is_a_stranger()
    {
        Assert.Equal([new Stranger("shop_foreign", Project: null)], Recordings.Swarm("lost", "shop").Strangers);
        // And to another project all of these are.
        Assert.Equal("shop", Recordings.Swarm("new", "other").Strangers[0].Project);
        Assert.Empty(Recordings.Swarm("new", "other").Services);
    }

    [Fact]
    public void What_cannot_start_fails_with_the_words_of_the_engine_and_what_has_ended_is_done()
    {
        var services = Recordings.Swarm("failed", "miss").Services.ToDictionary(service => service.Name);

        Assert.Equal("x.1 on a: No such image: nosuch:1", Assert.IsType<Verdict.Failed>(Verdict.On(services["x"], before: null)).Why);
        Assert.Equal("bad.1 on a: task: non-zero exit (4)", Assert.IsType<Verdict.Failed>(Verdict.On(services["bad"], before: null)).Why);
        Assert.IsType<Verdict.Ready>(Verdict.On(services["j"], before: null));
        Assert.Equal(("done", "failed"), (services["j"].Status, services["bad"].Status));
    }

    [Fact]
    public void An_update_that_was_rolled_back_is_told_once()
    {
        var services = SwarmReading.Read("shop", Recordings.Text("rolled-services.json"), "[]", "[]").Services;

        var rolled = Assert.IsType<Rollout.Failed>(services[0].Rollout);
        Assert.True(rolled.IsRolledBack);
        Assert.IsType<Verdict.Failed>(Verdict.On(services[0], before: null));
        // The next command does not take it for its own.
        Assert.IsType<Verdict.NotYet>(Verdict.On(services[0], services[0]));
    }

    [Fact]
    public void A_task_with_other_settings_is_not_the_service()
    {
        var tasks = Recordings.Text("new-tasks.json").Replace("\"State\": \"starting\"", "\"State\": \"running\"");
        var cluster = SwarmReading.Read("shop", Recordings.Text("new-services.json").Replace("echo hello", "echo other"), tasks, Recordings.Text("new-nodes.json"));

        var web = cluster.Services.Single(service => service.Name == "web");
        Assert.All(web.Tasks, task => Assert.False(task.IsCurrent));
        Assert.IsType<Verdict.NotYet>(Verdict.On(web, before: null));
        Assert.IsType<Verdict.Ready>(Verdict.On(cluster.Services.Single(service => service.Name == "api"), before: null));
    }
}
