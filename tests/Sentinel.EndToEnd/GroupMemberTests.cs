namespace Sentinel.EndToEnd;

/// <summary>What a group does for its processes, and what is done to them through it.</summary>
public class GroupMemberTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Members_have_the_variables_of_the_group_from_their_first_start_and_its_changes_from_the_next(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        home.EnvFile("group.env", "FROM_FILE=file 1");
        (await home.Run("group", "create", "g", "--env", "A=1", "--env", "B=b c = d", "--env-file", "group.env")).Ok();

        var first = await home.Sleeper("web", "--group", "g");
        var stranger = await home.Sleeper("stranger");
        Assert.Equal(("1", "b c = d", "file 1", "g"), Got(first.Process));
        Assert.DoesNotContain("A", stranger.Process.Environment.Keys);

        (await home.Run("group", "set", "g", "--env", "A=2", "--unset", "B")).Ok();
        home.EnvFile("group.env", "FROM_FILE=file 2");
        Assert.Equal(("1", "b c = d", "file 1", "g"), Got(first.Process));
        Assert.Equal(("2", null, "file 2", "g"), Got(await Now(home, "restart", "web")));

        (await home.Run("group", "set", "g", "--env", "A=3", "--no-env-file")).Ok();
        (await home.Run("stopall")).Ok();
        (await home.Run("startall")).Ok();
        var web = Live.Find((await home.Show("web")).Pid!.Value)!;
        Assert.Equal(("3", null, null, "g"), Got(web));

        (await home.Run("group", "remove", "g", "web")).Ok();
        Assert.Equal((null, null, null, ""), Got(await Now(home, "restart", "web")));
    }

    [Fact]
    public async Task The_daemon_restarts_a_member_with_what_the_group_has_by_then()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("group", "create", "g", "--env", "A=1")).Ok();
        var first = await home.Sleeper("web", "--group", "g", "--restart");
        (await home.Run("group", "set", "g", "--env", "A=2")).Ok();

        first.Process.Signal(Signals.Kill);

        Assert.Equal("2", (await home.SuccessorOf(first.Process)).Environment["A"]);
        Assert.Equal("g", (await home.Show("web")).Group);
    }

    [Fact]
    public async Task List_restarts_a_member_with_what_the_group_has_by_then()
    {
        await using var home = new SentinelHome();
        (await home.Run("group", "create", "g", "--env", "A=1")).Ok();
        var first = await home.Sleeper("web", "--group", "g", "--restart");
        (await home.Run("group", "set", "g", "--env", "A=2")).Ok();
        first.Process.Signal(Signals.Kill);
        await Wait.Until(() => !first.Process.IsAlive, "it is dead");

        Assert.Contains("Auto-restarted web", (await home.Run("list", "--group", "g")).Ok().Stdout);

        Assert.Equal("2", Assert.Single(home.Supervised()).Environment["A"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Membership_survives_every_kind_of_restart(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--group", "g");

        foreach (string[] command in (string[][])[
            ["restart", "web"], ["restartall"], ["group", "restart", "g"], ["stop", "web"], ["start", "web"],
            ["stopall"], ["startall"], ["restart", "web", "--update-env"], ["daemon", "restart"]])
        {
            (await home.Run(command)).Ok();
            Assert.Equal("g", (await home.Show("web")).Group);
            Assert.All(home.Supervised(), process => Assert.Equal("g", process.Environment["SENTINEL_GROUP"]));
        }

        Assert.Equal(["web"], (await home.Groups())["g"].Members);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_names_the_members_that_run_with_what_was_before(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g")).Ok();
        await home.Sleeper("idle", "--group", "g");
        (await home.Run("stop", "idle")).Ok();
        Assert.Equal("Changed group g\n", (await home.Run("group", "set", "g", "--env", "A=0")).Ok().Stdout);

        await home.Sleeper("web", "--group", "g");
        await home.Sleeper("stranger");
        Assert.Equal(
            "Changed group g; 'sentinel group restart g' changes the environment of web\n",
            (await home.Run("group", "set", "g", "--env", "A=1")).Ok().Stdout);

        await home.Sleeper("worker", "--group", "g");
        Assert.Equal(
            "Changed group g; 'sentinel group restart g' changes the environment of web, worker\n",
            (await home.Run("group", "set", "g", "--unset", "A")).Ok().Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_stop_and_restart_act_on_members_only(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var one = await home.Sleeper("one", "--group", "g");
        var two = await home.Sleeper("two", "--group", "g");
        var stranger = await home.Sleeper("stranger", "--group", "h");
        await home.Sleeper("idle stranger", "--group", "h");
        (await home.Run("stop", "idle stranger")).Ok();

        var restarted = (await home.Run("group", "restart", "g")).Ok();
        Assert.EndsWith("Restarted 2 processes\n", restarted.Stdout);
        Assert.False(one.Process.IsAlive || two.Process.IsAlive);

        Assert.EndsWith("Stopped 2 processes\n", (await home.Run("group", "stop", "g")).Ok().Stdout);
        Assert.Equal([stranger.Process], home.Supervised());
        Assert.Equal("No processes to restart\n", (await home.Run("group", "restart", "g")).Ok().Stdout);

        (await home.Run("start", "one")).Ok();
        Assert.Equal("two", Started.Parse((await home.Run("group", "start", "g")).Ok().Stdout).Name);
        Assert.Equal("No processes to start\n", (await home.Run("group", "start", "g")).Ok().Stdout);
        Assert.Contains(stranger.Process, home.Supervised());
        Assert.Equal("stopped", (await home.Show("idle stranger")).State);
    }

    [Theory]
    [InlineData(true, "stop")]
    [InlineData(false, "stop")]
    [InlineData(true, "restart")]
    [InlineData(false, "restart")]
    [InlineData(true, "delete", "--stop")]
    [InlineData(false, "delete", "--with-processes")]
    public async Task All_members_are_told_to_end_before_the_first_one_has(bool withDaemon, string verb, params string[] options)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g")).Ok();
        string[] names = ["one", "two", "three", "four"];
        foreach (var name in names)
            await home.Start(new Call("run", "--name", name, "--group", "g", "--", SentinelHome.Actor, "ignore-term"));
        foreach (var name in names)
            await home.Says(name, "ready");
        var members = home.Supervised();

        using var command = home.Begin(["group", verb, "g", "--timeout", "600", .. options]);
        foreach (var name in names)
            await home.Says(name, "SIGTERM");

        Assert.Equal(members, home.Supervised());
        Assert.False(command.HasEnded);
        members.ForEach(member => member.Signal(Signals.Kill));
        (await command.End()).Ok();
        Assert.DoesNotContain(members, member => member.IsAlive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_member_that_could_not_be_started_is_named_and_the_others_are(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g")).Ok();
        foreach (var name in (string[])["good", "bad", "worse"])
        {
            Directory.CreateDirectory(Path.Combine(home.Work, name));
            await home.Sleeper(name, "--group", "g", "--cwd", name);
        }

        (await home.Run("group", "stop", "g")).Ok();
        Directory.Delete(Path.Combine(home.Work, "bad"));
        Directory.Delete(Path.Combine(home.Work, "worse"));

        var start = (await home.Run("group", "start", "g")).Fails(1);

        Assert.Equal("good", Started.Parse(start.Stdout).Name);
        Assert.EndsWith("Started 1 process, 2 failed\n", start.Stdout);
        Assert.Contains($"Error: bad: there is no folder {home.Work}/bad", start.Stderr);
        Assert.Contains($"Error: worse: there is no folder {home.Work}/worse", start.Stderr);
        Assert.Equal(Path.Combine(home.Work, "good"), Assert.Single(home.Supervised()).Folder);

        var report = (await home.Run("group", "restart", "g", "--json")).Fails(1).As<Report>();
        Assert.Equal(["bad", "good", "worse"], report.Results.Select(result => result.Target).Order());
        Assert.Equal(["restarted"], report.Results.Where(result => result.Ok).Select(result => result.Outcome));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_member_that_could_not_start_again_goes_on_when_the_group_is_restarted(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var file = home.EnvFile("one.env", "A=1");
        (await home.Run("group", "create", "g")).Ok();
        var one = await home.Sleeper("one", "--group", "g", "--env-file", "one.env");
        var two = await home.Sleeper("two", "--group", "g");
        File.Delete(file);

        var restart = (await home.Run("group", "restart", "g")).Fails(1);

        Assert.Contains($"Error: one: there is no environment file {file}", restart.Stderr);
        Assert.EndsWith("Restarted 1 process, 1 failed\n", restart.Stdout);
        Assert.True(one.Process.IsAlive);
        Assert.False(two.Process.IsAlive);
        Assert.Equal("running", (await home.Show("one")).State);
        Assert.Equal(2, home.Supervised().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_shows_the_members_of_one_group(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--group", "g");
        await home.Sleeper("other", "--group", "h");
        await home.Sleeper("alone");
        (await home.Run("group", "create", "empty")).Ok();

        var listing = (await home.Run("list", "--group", "g", "--json")).Ok().As<Listing>();
        var table = (await home.Run("list", "--group", "g")).Ok().Stdout;

        Assert.Equal([("web", "g")], listing.Processes.Select(process => (process.Name, process.Group)));
        Assert.Contains("| web ", table);
        Assert.DoesNotContain("other", table);
        Assert.DoesNotContain("alone", table);
        Assert.Empty((await home.Run("list", "--group", "empty", "--json")).Ok().As<Listing>().Processes);
        foreach (var verb in (string[])["start", "stop", "restart"])
            Assert.Equal($"No processes to {verb}\n", (await home.Run("group", verb, "empty")).Ok().Stdout);
    }

    private static (string? A, string? B, string? FromFile, string? Group) Got(Live process)
    {
        var environment = process.Environment;
        return (environment.GetValueOrDefault("A"), environment.GetValueOrDefault("B"),
            environment.GetValueOrDefault("FROM_FILE"), environment.GetValueOrDefault("SENTINEL_GROUP"));
    }

    private static async Task<Live> Now(SentinelHome home, params string[] command) =>
        Started.Parse((await home.Run(command)).Ok().Stdout).Process;
}
