using System.Globalization;
using System.Net;

namespace Sentinel.EndToEnd;

/// <summary>Processes that are started by who connects to their sockets.</summary>
public class OnDemandTests
{
    [Fact]
    public async Task Who_connects_starts_it_and_when_nobody_does_it_stops()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var port = await PortTests.FreePort(home);
        var server = new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));

        Assert.Equal(
            "Listening web (id: 1): who connects starts it\n",
            (await home.Run("run", "--name", "web", "--socket", $"127.0.0.1:{port}", "--on-demand", "--idle-timeout", "1", "--", SentinelHome.Actor, "serve-socket")).Ok().Stdout);
        Assert.Equal(("listening", null), await home.Show("web") is var idle ? (idle.State, idle.Pid) : default);

        Assert.Contains("Who connects to its socket starts it; 'sentinel stop web' closes the socket.", (await home.Run("why", "web")).Ok().Stdout.ReplaceLineEndings(" ").Replace("  ", " "));

        var first = await Clients.Ask(server);
        Assert.Equal("running", (await home.Show("web")).State);
        await Wait.Until(async () => (await home.Show("web")).State == "listening", () => "it is stopped when nobody is connected");
        await home.KillDaemon();
        (await home.Run("daemon", "start")).Ok();

        Assert.NotEqual(first, await Clients.Ask(server));
        (await home.Run("stop", "web")).Ok();
        await SocketTests.Refused(port);
    }

    [Fact]
    public async Task Without_a_daemon_it_is_told_that_nothing_is_started_by_need()
    {
        await using var home = new SentinelHome();
        var port = await PortTests.FreePort(home);

        var told = (await home.Run("run", "--name", "web", "--socket", $"127.0.0.1:{port}", "--on-demand", "--", "sleep", "1000")).Ok();

        Assert.Contains("it is not running", told.Stderr);
    }
}
