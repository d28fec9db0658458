namespace Sentinel.EndToEnd;

public class GroupTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_is_made_listed_and_deleted(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var file = home.EnvFile("backend.env", "FROM_FILE=1");
        Assert.Equal("No groups\n", (await home.Run("group", "list")).Ok().Stdout);

        Assert.Equal("Created group backend\n", (await home.Run("group", "create", "backend", "--env", "A=1", "-e", "B=2", "--env-file", "backend.env")).Ok().Stdout);
        (await home.Run("group", "create", "other")).Ok();
        await home.Sleeper("web", "--group", "backend");
        await home.Sleeper("idle", "--group", "backend");
        (await home.Run("stop", "idle")).Ok();

        var listed = (await home.Groups())["backend"];
        Assert.Equal(["A", "B"], listed.Variables.Order());
        Assert.Equal([file], listed.EnvironmentFiles);
        Assert.Equal(["idle", "web"], listed.Members);
        var table = (await home.Run("group", "list")).Ok().Stdout;
        Assert.Matches(@"\| backend +\| +2 \| +1 \| A, B", table);
        Assert.Matches(@"\| other +\| +0 \| +0 \| - ", table);
        var one = (await home.Run("group", "list", "backend")).Ok().Stdout;
        Assert.Contains("| web ", one);
        Assert.Contains(file, one);

        Assert.Equal("Deleted group other\n", (await home.Run("group", "delete", "other")).Ok().Stdout);
        Assert.Equal(["backend"], (await home.Groups()).Groups.Select(group => group.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_that_there_is_stays_as_it_is_when_it_is_made_again(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g", "--env", "A=1")).Ok();
        var before = File.ReadAllBytes(home.StateFile);

        var again = (await home.Run("group", "create", "g", "--env", "A=2")).Fails(1);

        Assert.Empty(again.Stdout);
        Assert.Contains("group 'g' already exists", again.Stderr);
        Assert.Equal(before, File.ReadAllBytes(home.StateFile));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Processes_are_added_and_removed_by_id_and_by_name(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g")).Ok();
        (await home.Run("group", "create", "with-variables", "--env", "A=1")).Ok();
        foreach (var name in (string[])["one", "two", "three"])
            await home.Sleeper(name);

        Assert.Equal("Added one (id: 1) to g\nAdded two (id: 2) to g\n", (await home.Run("group", "add", "g", "1", "two")).Ok().Stdout);
        Assert.Equal(["one", "two"], (await home.Groups())["g"].Members);
        Assert.Equal("g", (await home.Show("one")).Group);
        Assert.Contains("Group:     g\n", (await home.Run("status", "one")).Ok().Stdout);
        Assert.Matches(@"\| +1 \| one .* g ", (await home.Run("list")).Ok().Stdout);

        Assert.Equal("Removed one (id: 1) from g\nRemoved two (id: 2) from g\n", (await home.Run("group", "remove", "g", "one", "2")).Ok().Stdout);
        Assert.Empty((await home.Groups())["g"].Members);
        Assert.Null((await home.Show("one")).Group);
        Assert.Contains("Group:     none\n", (await home.Run("status", "one")).Ok().Stdout);

        // One that changes what it runs with; and from one group to another.
        Assert.Contains("'sentinel restart three' changes its environment", (await home.Run("group", "add", "with-variables", "three")).Ok().Stdout);
        (await home.Run("group", "add", "g", "three")).Ok();
        Assert.Empty((await home.Groups())["with-variables"].Members);
        Assert.Equal(["three"], (await home.Groups())["g"].Members);
        Assert.Equal(3, home.Supervised().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cannot_be_added_or_removed_fails_and_the_rest_is(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("group", "create", "g")).Ok();
        await home.Sleeper("in", "--group", "g");
        await home.Sleeper("out");

        var added = (await home.Run("group", "add", "g", "in", "nobody", "out", "99")).Fails(1);
        Assert.Equal("Added out (id: 2) to g\n", added.Stdout);
        Assert.Contains("in: it is already in group 'g'", added.Stderr);
        Assert.Contains("no process named 'nobody'", added.Stderr);
        Assert.Contains("no process with the id 99", added.Stderr);
        Assert.Equal(["in", "out"], (await home.Groups())["g"].Members);

        var removed = (await home.Run("group", "remove", "g", "in", "nobody", "in")).Fails(1);
        Assert.Equal("Removed in (id: 1) from g\n", removed.Stdout);
        Assert.Contains("in: it is not in group 'g'", (await home.Run("group", "remove", "g", "in")).Fails(1).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_that_there_is_not_is_an_error_everywhere_and_nothing_happens(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web");
        await home.Sleeper("idle");
        (await home.Run("stop", "idle")).Ok();
        (await home.Run("group", "create", "known")).Ok();
        (await home.Run("group", "create", "gone")).Ok();
        (await home.Run("group", "delete", "gone")).Ok();
        var (state, running) = (File.ReadAllBytes(home.StateFile), home.Supervised());
        string[][] commands =
        [
            ["group", "set", "gone", "--env", "A=1"],
            ["group", "set", "gone", "--unset", "A"],
            ["group", "add", "gone", "web"],
            ["group", "remove", "gone", "web"],
            ["group", "list", "gone"],
            ["group", "list", "gone", "--json"],
            ["group", "start", "gone"],
            ["group", "stop", "gone"],
            ["group", "restart", "gone"],
            ["group", "delete", "gone"],
            ["group", "delete", "gone", "--stop"],
            ["group", "delete", "gone", "--with-processes"],
            ["list", "--group", "gone"],
        ];

        foreach (var command in commands)
        {
            var failed = (await home.Run(command)).Fails(1);
            Assert.Empty(failed.Stdout);
            Assert.StartsWith("Error: there is no group 'gone'", failed.Stderr);
            Assert.Equal(state, File.ReadAllBytes(home.StateFile));
            Assert.Equal(running, home.Supervised());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("12")]
    [InlineData("two\nlines")]
    [InlineData("\u001b[31mred")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task What_cannot_be_a_name_is_not_understood(string name)
    {
        await using var home = new SentinelHome();

        foreach (Call call in (Call[])[new("group", "create", name), new("run", "sleep 1000", "--group", name)])
        {
            var failed = (await home.Run(call)).Fails(2);
            Assert.Contains("cannot be a name", failed.Stderr);
            Assert.DoesNotContain('\u001b', failed.Stderr);
        }

        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData("A", "'A' is not a variable; write NAME=value")]
    [InlineData("=1", "a variable needs a name")]
    [InlineData("A B=1", "'A B' cannot be the name of a variable")]
    [InlineData("A\t=1", "cannot be the name of a variable")]
    [InlineData("A\nB=1", "cannot be the name of a variable")]
    [InlineData("A\u0001=1", "cannot be the name of a variable")]
    [InlineData("A\u00a0B=1", "cannot be the name of a variable")]
    [InlineData("SENTINEL_ID=1", "SENTINEL_ID is set by sentinel itself")]
    [InlineData("SENTINEL_NAME=x", "SENTINEL_NAME is set by sentinel itself")]
    [InlineData("SENTINEL_GROUP=x", "SENTINEL_GROUP is set by sentinel itself")]
    [InlineData("SENTINEL_COOKIE=x", "SENTINEL_COOKIE is set by sentinel itself")]
    public async Task What_cannot_be_a_variable_is_not_understood(string variable, string why)
    {
        await using var home = new SentinelHome();
        (await home.Run("group", "create", "g", "--env", "KEPT=1")).Ok();
        var before = home.Files();

        foreach (string[] command in (string[][])[["group", "create", "new"], ["group", "set", "g"], ["run", "sleep 1000"]])
            Assert.Contains(why, (await home.Run([.. command, "--env", "GOOD=1", "--env", variable])).Fails(2).Stderr);

        Assert.Equal(before, home.Files());
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData(2, "cannot be the name of a variable", "--unset", "A=B")]
    [InlineData(2, "a variable needs a name", "--unset", "")]
    [InlineData(2, "SENTINEL_ID is set by sentinel itself", "--unset", "SENTINEL_ID")]
    [InlineData(2, "there is nothing to set")]
    [InlineData(1, "group 'g' has no variable NOT_THERE", "--unset", "NOT_THERE", "--env", "NEW=1")]
    [InlineData(1, "/missing.env", "--env-file", "missing.env", "--env", "NEW=1")]
    public async Task A_change_that_cannot_be_made_changes_nothing(int exitCode, string why, params string[] options)
    {
        await using var home = new SentinelHome();
        (await home.Run("group", "create", "g", "--env", "KEPT=1")).Ok();
        var before = home.Files();

        var failed = (await home.Run(["group", "set", "g", .. options])).Fails(exitCode);

        Assert.Empty(failed.Stdout);
        Assert.Contains(why, failed.Stderr);
        Assert.Equal(before, home.Files());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_makes_the_group_and_says_so_only_when_it_starts(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);

        Assert.Contains("no-such-program", (await home.Run("run", "./no-such-program", "--group", "g")).Fails(1).Stderr);
        Assert.Contains("missing.env", (await home.Run("run", "sleep 1000", "--env-file", "missing.env", "--group", "g")).Fails(1).Stderr);
        Assert.Empty((await home.Groups()).Groups);
        Assert.Empty((await home.List()).Processes);
        Assert.Empty(home.Supervised());

        Assert.Matches("^Started web .*\nCreated group g\n$", (await home.Run("run", "--name", "web", "--group", "g", "--", "sleep", "1000")).Ok().Stdout);
        var web = Assert.Single(home.Supervised());
        await home.Sleeper("second", "--group", "g");
        Assert.Equal("g", web.Environment["SENTINEL_GROUP"]);
        Assert.Equal(["second", "web"], (await home.Groups())["g"].Members);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_that_is_deleted_leaves_its_processes_running(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var web = await home.Sleeper("web", "--group", "g");

        Assert.Equal("Deleted group g; 1 process is in no group now\n", (await home.Run("group", "delete", "g")).Ok().Stdout);

        Assert.True(web.Process.IsAlive);
        Assert.Null((await home.Show("web")).Group);
        Assert.Contains("there is no group 'g'", (await home.Run("group", "delete", "g")).Fails(1).Stderr);
        (await home.Run("restart", "web")).Ok();
        Assert.Equal("", Assert.Single(home.Supervised()).Environment["SENTINEL_GROUP"]);
    }

    [Theory]
    [InlineData(true, "--stop")]
    [InlineData(false, "--stop")]
    [InlineData(true, "--with-processes")]
    [InlineData(false, "--with-processes")]
    public async Task A_group_can_be_deleted_together_with_what_runs_in_it(bool withDaemon, string option)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Sleeper("web", "--group", "g");
        await home.Sleeper("worker", "--group", "g", "--restart");
        var other = await home.Sleeper("other");

        (await home.Run("group", "delete", "g", option)).Ok();

        Assert.Equal([other.Process], home.Supervised());
        Assert.Empty((await home.Groups()).Groups);
        var left = (await home.List()).Processes.ToDictionary(process => process.Name, process => (process.State, process.Group));
        Assert.Equal(("running", null), left["other"]);
        if (option == "--stop")
            Assert.Equal((3, ("stopped", null), ("stopped", null)), (left.Count, left["web"], left["worker"]));
        else
            Assert.Single(left);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_many_changes_at_once_none_is_lost(bool withDaemon)
    {
        await using var home = new SentinelHome();
        await home.Start("copy-1", "true");
        (await home.Run("stop", "copy-1")).Ok();
        home.Multiply(24);
        if (withDaemon)
            await home.StartDaemon();
        (await home.Run("group", "create", "shared")).Ok();
        (await home.Run(["group", "add", "shared", .. Ids(1, 12)])).Ok();

        List<string[]> changes =
        [
            .. Ids(1, 12).Select(id => (string[])["group", "remove", "shared", id]),
            .. Ids(13, 12).Select(id => (string[])["group", "add", "shared", id]),
            .. Ids(1, 13).Select(id => (string[])["group", "set", "shared", "--env", $"V_{id}={id}"]),
            .. Ids(1, 13).Select(id => (string[])["group", "create", $"group-{id}"]),
        ];
        var commands = changes.ConvertAll(change => home.Begin(change));
        foreach (var command in commands)
            (await command.End()).Ok();

        var groups = await home.Groups();
        Assert.Equal(14, groups.Groups.Length);
        Assert.Equal(Ids(13, 12).Order(), groups["shared"].Processes.Select(member => $"{member.Id}").Order());
        Assert.Equal(Ids(1, 13).Select(id => $"V_{id}").Order(), groups["shared"].Variables.Order());
        // Nor from the disk.
        if (withDaemon)
            await home.KillDaemon();
        Assert.Equal(groups["shared"].Members, (await home.Groups())["shared"].Members);
    }

    private static string[] Ids(int first, int count) => [.. Enumerable.Range(first, count).Select(id => $"{id}")];
}
