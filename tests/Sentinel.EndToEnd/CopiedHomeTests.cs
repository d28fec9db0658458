namespace Sentinel.EndToEnd;

/// <summary>A home that was copied, moved or put back owns what is its own, and nothing else.</summary>
public class CopiedHomeTests
{
    [Fact]
    public async Task Two_daemons_of_a_home_and_its_copy_leave_each_other_alone()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", "--restart");
        var copy = await CopyOf(home);

        var seen = (await Copied(home, copy, "list", "--json")).Ok().As<Listing>();
        Assert.Equal("stopped", seen["web"].State);
        Assert.Contains("is a copy of", Assert.Single(seen.Warnings));
        (await Copied(home, copy, "daemon", "start")).Ok();
        var old = home.Supervised().Single(process => process.Arguments is ["sleep", "1000"]);
        old.Signal(Signals.Kill);
        await Wait.Until(async () => await home.Show("web") is { State: "running", Restarts: 1 }, () => "its own daemon restarts it");
        (await Copied(home, copy, "stop", "web")).Ok();
        (await Copied(home, copy, "delete", "web")).Ok();

        Assert.Equal((1, "running"), ((await home.Show("web")).Restarts, (await home.Show("web")).State));
        Assert.Empty((await Copied(home, copy, "list", "--json")).Ok().As<Listing>().Warnings);
        (await Copied(home, copy, "daemon", "stop")).Ok();
    }

    [Fact]
    public async Task A_home_that_was_moved_goes_on()
    {
        await using var home = new SentinelHome();
        var web = await home.Sleeper("web");
        var moved = Path.Combine(home.Root, "moved");
        Directory.Move(home.Folder, moved);

        var seen = (await Copied(home, moved, "list", "--json")).Ok().As<Listing>();

        Assert.Equal(web.Process.Pid, seen["web"].Pid);
        Assert.Empty(seen.Warnings);
        (await Copied(home, moved, "stop", "web")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task What_an_old_state_does_not_know_is_told_not_doubled_and_ended_with_all()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        var old = File.ReadAllBytes(home.StateFile);
        var late = await home.Sleeper("late");
        var group = ControlGroups.Of(late.Process);
        File.WriteAllBytes(home.StateFile, old);

        Assert.Contains($"late (pid {late.Process.Pid}) was started here and is in no record", Assert.Single((await home.List()).Warnings));
        Assert.Contains("is in no record", (await home.Run("doctor")).Stdout);
        Assert.Contains("is in no record", (await home.Run("run", "--name", "late", "--", "sleep", "1000")).Fails(1).Stderr.ReplaceLineEndings(" "));
        await home.Sleeper("other");
        (await home.Run("stopall")).Ok();

        Assert.Empty(home.Supervised());
        Assert.False(group is not null && ControlGroups.IsOfATree(group) && Directory.Exists(group), $"{group} is left");
        Assert.Empty((await home.List()).Warnings);
        await home.Sleeper("late");
    }

    [Fact]
    public async Task A_home_that_was_put_back_whole_has_what_it_knows_and_is_told_of_the_rest()
    {
        await using var home = new SentinelHome();
        var web = await home.Sleeper("web");
        var copy = await CopyOf(home);
        await home.Sleeper("late");
        Directory.Delete(home.Folder, recursive: true);
        Directory.Move(copy, home.Folder);

        var seen = await home.List();

        Assert.Equal(web.Process.Pid, seen["web"].Pid);
        Assert.Contains("late", Assert.Single(seen.Warnings));
        (await home.Run("stopall")).Ok();
        Assert.Empty(home.Supervised());
    }

    private static async Task<string> CopyOf(SentinelHome home)
    {
        var copy = Path.Combine(home.Root, "copy");
        (await home.Run(Call.Line($"cp -r {home.Folder} {copy}"))).Ok();
        return copy;
    }

    private static Task<Outcome> Copied(SentinelHome home, string folder, params string[] command) =>
        home.Run(new Call(command) { Environment = new Dictionary<string, string?> { ["SENTINEL_HOME"] = folder } });
}
