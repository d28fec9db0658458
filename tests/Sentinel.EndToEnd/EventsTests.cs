using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class EventsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_happens_to_a_process_is_told_in_order(bool isWatched)
    {
        await using var home = new SentinelHome();
        if (isWatched)
            await home.StartDaemon();
        var web = await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        (await home.Run("start", "web")).Ok();
        (await home.Run("delete", "web")).Ok();

        var events = await home.Happened("web");

        Assert.Equal(["started", "stopped", "started", "stopped", "deleted"], events.Select(happened => (string)happened["event"]!));
        Assert.All(events, happened => Assert.Equal((1, "web"), ((int)happened["id"]!, (string)happened["name"]!)));
        Assert.Equal((web.Pid, web.Pid), ((int)events[0]["pid"]!, (int)events[1]["pid"]!));
        Assert.Equal("killed by SIGTERM", (string)events[1]["text"]!);
        var times = events.ConvertAll(happened => (string)happened["time"]!);
        Assert.All(times, time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", time));
        Assert.Equal(times.Order(StringComparer.Ordinal), times);
        var lines = (await home.Run("events", "web")).Ok().Lines;
        Assert.Matches($@"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{3}} web \(id: 1\) started, pid: {web.Pid}$", lines[0]);
        Assert.Contains("stopped, killed by SIGTERM after", lines[1]);
    }

    [Fact]
    public async Task A_crash_its_restart_and_the_end_of_patience_are_told()
    {
        await using var home = new SentinelHome();
        await home.StartDaemon();
        await home.Start(new Call("run", "--name", "broken", "--restart", "--max-restarts", "1", "--", SentinelHome.Actor, "exit", "3"));
        (await home.Run("wait", "broken", "--for", "stopped")).Ok();
        (await home.Run("stop", "broken")).Ok();

        var events = await home.Happened("broken");

        Assert.Equal(["started", "exited", "restarted", "exited", "gave-up", "stopped"], events.Select(happened => (string)happened["event"]!));
        Assert.All(events.Where(happened => (string)happened["event"]! == "exited"), happened =>
        {
            Assert.Equal(3, (int)happened["how"]!["code"]!);
            Assert.True((bool)happened["witnessed"]!);
        });
        Assert.Contains("1 restart within", (string)events[4]["why"]!);
    }

    [Fact]
    public async Task That_the_daemon_began_and_ended_is_told()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        (await home.Run("daemon", "stop")).Ok();

        Assert.Equal(
            [("daemon-up", daemon.Pid), ("daemon-down", daemon.Pid)],
            (await home.Happened()).Select(happened => ((string)happened["event"]!, (int)happened["pid"]!)));
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_shown()
    {
        await using var home = new SentinelHome();
        for (var i = 0; i < 3; i++)
            await home.Start($"p{i}", "sleep", "1000");
        (await home.Run("stopall")).Ok();

        Assert.Equal(6, (await home.Run("events")).Ok().Lines.Length);
        Assert.Equal(2, (await home.Run("events", "--lines", "2")).Ok().Lines.Length);
        Assert.Equal(4, (await home.Run("events", "p0", "3")).Ok().Lines.Length);
        Assert.Equal(6, (await home.Run("events", "--since", "1h")).Ok().Lines.Length);
        Assert.Empty((await home.Run("events", "--since", DateTimeOffset.Now.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss"))).Ok().Stdout);
        var middle = (DateTimeOffset)(await home.Happened())[3]["time"]!;
        Assert.InRange((await home.Run("events", "--since", middle.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))).Ok().Lines.Length, 3, 5);
        Assert.Contains("no process named 'nobody'", (await home.Run("events", "nobody")).Fails(1).Stderr);
        (await home.Run("events", "--since", "yesterday-ish")).Fails(2);
    }

    [Fact]
    public async Task One_that_was_deleted_is_still_known_by_what_happened_to_it()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("delete", "web")).Ok();

        Assert.Contains("deleted", (await home.Run("events", "web")).Ok().Lines[^1]);
        Assert.Contains("deleted", (await home.Run("events", "1")).Ok().Lines[^1]);
    }

    [Fact]
    public async Task Where_nothing_happened_nothing_is_shown()
    {
        await using var home = new SentinelHome();

        Assert.Empty((await home.Run("events")).Ok().Stdout);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Follow_shows_what_happens_when_it_does(bool isWatched)
    {
        await using var home = new SentinelHome();
        if (isWatched)
            await home.StartDaemon();
        await home.Start("web", "sleep", "1000");
        await home.Start("other", "sleep", "1000");
        using var follow = home.Begin("events", "web", "--follow", "--json");
        await follow.Prints("started");

        (await home.Run("stop", "other")).Ok();
        (await home.Run("restart", "web")).Ok();
        await Wait.Until(() => follow.Stdout.Count(each => each == '\n') == 3, "the restart is shown");

        Assert.Equal(
            [("started", "web"), ("stopped", "web"), ("started", "web")],
            follow.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
                .Select(happened => ((string)happened["event"]!, (string)happened["name"]!)));
        follow.Signal(Signals.Interrupt);
        Assert.Equal(128 + Signals.Interrupt, (await follow.End()).ExitCode);
    }

    [Fact]
    public async Task What_is_kept_is_bounded_and_no_event_is_lost_where_the_next_file_begins()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        var line = Encoding.UTF8.GetBytes(File.ReadAllLines(home.EventsFile)[0] + "\n");
        await using (var file = new FileStream(home.EventsFile, FileMode.Append))
            while (file.Length < 2 * 1024 * 1024)
                file.Write(line);
        var full = new FileInfo(home.EventsFile).Length;
        File.WriteAllText(home.EventsFile + ".1", "{\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"deleted\",\"id\":7,\"name\":\"ancient\"}\n");

        (await home.Run("stop", "web")).Ok();
        (await home.Run("start", "web")).Ok();

        Assert.InRange(new FileInfo(home.EventsFile).Length, 1, 2000);
        Assert.Equal(full, new FileInfo(home.EventsFile + ".1").Length);
        Assert.Equal(
            ["started", "stopped", "started"],
            (await home.Run("events", "--lines", "3", "--json")).Ok().Lines.Select(each => (string)JsonNode.Parse(each)!["event"]!));
        (await home.Run("events", "ancient")).Fails(1);
    }

    [Fact]
    public async Task What_is_damaged_or_of_a_newer_version_is_passed_over()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        File.AppendAllText(home.EventsFile, "{\"time\":\"2099-01-01T00:00:00.000Z\",\"event\":\"teleported\",\"id\":1,\"name\":\"web\"}\n{\"time\":\nhalf a li");

        (await home.Run("stop", "web")).Ok();

        Assert.Equal(["started", "stopped"], (await home.Happened("web")).Select(happened => (string)happened["event"]!));
    }
}
