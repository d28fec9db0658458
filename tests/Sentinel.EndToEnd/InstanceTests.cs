using System.Net;
using System.Net.Sockets;

namespace Sentinel.EndToEnd;

public class InstanceTests
{
    private static readonly string[] Servers =
        ["--port", "http", "--ready-tcp", "$PORT", "--wait", "--", SentinelHome.Actor, "listen", "PORT"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_set_is_one_thing_and_each_of_it_has_its_number_and_port(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run(["run", "--name", "web", "--instances", "3", .. Servers])).Ok();

        var listed = (await home.List()).Processes;
        Assert.Equal(["web-1", "web-2", "web-3"], listed.Select(process => process.Name));
        Assert.Equal(3, listed.Select(process => Assert.Single(process.Ports).Port).Distinct().Count());
        foreach (var (number, process) in listed.Index())
            Assert.Contains($"SENTINEL_INSTANCE={number + 1}", File.ReadAllText($"/proc/{process.Pid}/environ").Split('\0'));

        Assert.Equal(3, (await home.Run("status", "web")).Ok().Lines.Count(line => line.StartsWith("web-", StringComparison.Ordinal)));
        var logs = (await home.Run("logs", "web")).Ok().Stdout;
        Assert.All(listed, process => Assert.Contains(process.Name, logs));
        (await home.Run("stop", "web")).Ok();
        Assert.Empty(home.Supervised());
        (await home.Run("start", "web")).Ok();
        Assert.Equal(3, (await home.List()).Processes.Count(process => process.Pid is not null));
        (await home.Run("delete", "web")).Ok();
        Assert.Empty((await home.List()).Processes);
        Assert.Empty(await home.Ports());
    }

    [Theory]
    [InlineData("5", "web-1 web-2 web-3 web-4 web-5")]
    [InlineData("+1", "web-1 web-2 web-3 web-4")]
    [InlineData("-2", "web-1")]
    [InlineData("1", "web-1")]
    [InlineData("3", "web-1 web-2 web-3")]
    public async Task A_set_has_as_many_as_one_says(string count, string names)
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "--instances", "3", "--nice", "3", "--", "sleep", "1000")).Ok();
        var scaled = (await home.Run("scale", "web", count)).Ok();

        Assert.Equal(names, string.Join(' ', (await home.List()).Processes.Select(process => process.Name)));
        Assert.Equal(names.Split(' ').Length, home.Supervised().Count);
        Assert.Contains($"web has {names.Split(' ').Length} instance", scaled.Stdout);
        Assert.All((await home.List()).Processes, process => Assert.Equal("3", File.ReadAllText($"/proc/{process.Pid}/stat").Split(' ')[18]));
    }

    [Fact]
    public async Task What_is_missing_in_a_set_is_what_is_added()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "--instances", "3", "--", "sleep", "1000")).Ok();
        (await home.Run("delete", "web-2")).Ok();
        Assert.Equal("web has 3 instances", (await home.Run("scale", "web-1", "+1")).Ok().Lines[^1]);
        Assert.Equal(["web-1", "web-2", "web-3"], (await home.List()).Processes.Select(process => process.Name).Order());
    }

    [Theory]
    [InlineData("would have 0", "scale", "web", "0")]
    [InlineData("would have -1", "scale", "web", "-4")]
    [InlineData("there is no set named 'nosuch'", "scale", "nosuch", "2")]
    [InlineData("alone is a single process", "scale", "alone", "2")]
    [InlineData("'web' is 3 processes; name one of them: web-1, web-2, web-3", "env", "web")]
    [InlineData("'web' is 3 processes", "wait", "web")]
    [InlineData("is that of a set", "run", "--name", "web", "--", "sleep", "1000")]
    [InlineData("is that of a set", "run", "--name", "web", "--instances", "2", "--", "sleep", "1000")]
    [InlineData("the name 'alone' is taken", "run", "--name", "alone", "--instances", "2", "--", "sleep", "1000")]
    public async Task What_cannot_be_changes_nothing(string said, params string[] arguments)
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "--instances", "3", "--", "sleep", "1000")).Ok();
        await home.Sleeper("alone");
        var before = home.Files();
        Assert.Contains(said, (await home.Run(arguments)).Fails(1).Stderr);
        Assert.Equal(before, home.Files());
    }

    [Fact]
    public async Task Of_a_set_with_a_name_that_is_taken_nothing_is_started()
    {
        await using var home = new SentinelHome();
        var alone = await home.Sleeper("web-2");
        var before = home.Files();

        Assert.Contains("the name 'web-2' is taken", (await home.Run("run", "--name", "web", "--instances", "3", "--", "sleep", "1000")).Fails(1).Stderr);

        Assert.Equal(before, home.Files());
        Assert.Equal([alone.Process], home.Supervised());
    }

    [Theory]
    [InlineData("scale", "web", "many")]
    [InlineData("run", "--instances", "0", "--", "sleep", "1000")]
    [InlineData("run", "--instances", "1001", "--", "sleep", "1000")]
    public async Task What_is_not_understood_changes_nothing(params string[] arguments)
    {
        await using var home = new SentinelHome();
        (await home.Run(arguments)).Fails(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_a_set_is_restarted_one_by_one_all_but_one_serve(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run(["run", "--name", "web", "--instances", "4", .. Servers])).Ok();
        var before = (await home.List()).Processes;
        var ends = (await home.Happened()).Count;

        (await home.Run("restart", "web", "--rolling")).Ok();

        // Each is ready again, which it is when it takes connections, before the next is ended.
        Assert.Equal(
            Enumerable.Range(1, 4).SelectMany(i => (string[])[$"stopped web-{i}", $"started web-{i}", $"ready web-{i}"]),
            (await home.Happened()).Skip(ends).Select(happened => $"{happened["event"]} {happened["name"]}"));
        Assert.All(before, process => Assert.True(Serves(process.Ports[0].Port)));
        Assert.Empty((await home.List()).Processes.Select(process => process.Pid).Intersect(before.Select(process => process.Pid)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_that_fails_ends_it_and_the_others_go_on(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "web", "--instances", "3", "--ready-log", "up", "--wait", "--", "sh", "-c",
            "test \"$SENTINEL_INSTANCE\" != 2 || ! test -e broken || { echo no database >&2; exit 3; }; echo up; sleep 1000")).Ok();
        var before = (await home.List()).Processes;
        File.WriteAllText(Path.Combine(home.Work, "broken"), "");

        var rolled = (await home.Run("restart", "web", "--rolling")).Fails(1);

        Assert.Contains("Restarted web-1", rolled.Stdout);
        Assert.Contains("web-2: its start failed: it ended before it was ready (exited with code 3); not restarted: web-3", rolled.Stderr);
        Assert.Contains("stderr | no database", rolled.Stderr);
        Assert.Equal(before[2].Pid, (await home.Show("web-3")).Pid);
    }

    private static bool Serves(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
