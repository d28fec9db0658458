using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sentinel.EndToEnd;

public class PortTests
{
    private const string Narrow = "echo 1024 65533 > /proc/sys/net/ipv4/ip_local_port_range;";

    // What the test itself is called; it listens, and is told of.
    internal static readonly string Me = $"{File.ReadAllText("/proc/self/comm").TrimEnd('\n')} (pid {Environment.ProcessId})";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_is_leased_that_everybody_may_use_and_the_kernel_gives_to_nobody(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);

        var allocated = (await home.Run("port", "allocate")).Ok().Stdout;
        var named = (await home.Run("port", "allocate", "--name", "tunnel")).Ok().Stdout;

        Assert.Matches(@"^Allocated port \d+ \(default\)\n$", allocated);
        Assert.Matches(@"^Allocated port \d+ \(tunnel\)\n$", named);
        var ports = await home.Ports();
        Assert.Equal(2, ports.Length);
        Assert.All(ports, port => AssertMayBeChosen(port.Port));
        Assert.All(ports, port => Assert.Equal((null, null, 0), (port.ProcessId, port.Process, port.Listeners.Length)));
        Assert.Equal(["tunnel"], (await home.Run("port", "list", "--name", "tunnel", "--json")).Ok().As<PortListing>().Ports.Select(port => port.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_all_ports_the_one_is_found_that_nobody_has_and_then_there_is_none(bool withDaemon)
    {
        Assert.SkipUnless(CanNarrowPorts(), "needs the right to unshare --net and to write /proc/sys/net there");
        await using var home = new SentinelHome();
        // A network in which but two ports are left to be chosen, and one of the two is in use.
        await home.Start(new Call("run", "--name", "holder", "--", SentinelHome.Actor, "listen", "65534") { Through = ["unshare", "--net", .. Call.AfterShell(Narrow)] });
        await home.Says("holder", "port 65534");
        string[] there = [Needs.Program("nsenter"), $"--net=/proc/{home.Supervised().Single().Pid}/ns/net"];
        if (withDaemon)
            (await home.Run(new Call("daemon", "start") { Through = there })).Ok();

        Assert.Equal("Allocated port 65535 (default)\n", (await home.Run(new Call("port", "allocate") { Through = there })).Ok().Stdout);
        Assert.Contains("no port is left", (await home.Run(new Call("port", "allocate") { Through = there })).Fails(1).Stderr);
        Assert.Contains("no port is left", (await home.Run(new Call("run", "sleep 1000", "--name", "web", "--port", "http") { Through = there })).Fails(1).Stderr);
        Assert.Equal(["holder"], (await home.List()).Processes.Select(process => process.Name));
        (await home.Run("port", "free", "65535")).Ok();
        (await home.Run(new Call("run", "sleep 1000", "--name", "web", "--port", "http") { Through = there })).Ok();
        Assert.Equal([65535], (await home.Show("web")).Ports.Select(port => port.Port));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certain_port_is_leased_once(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var port = await FreePort(home);

        Assert.Equal($"Allocated port {port} (default)\n", (await home.Run("port", "allocate", port)).Ok().Stdout);
        var before = File.ReadAllBytes(home.StateFile);
        foreach (string[] again in (string[][])[[port], ["--port", port], [port, "--name", "mine"]])
            Assert.Contains($"port {port} is already leased as 'default'", (await home.Run(["port", "allocate", .. again])).Fails(1).Stderr);
        Assert.Equal(before, File.ReadAllBytes(home.StateFile));

        Assert.Equal($"Freed port {port} (default)\n", (await home.Run("port", "free", port)).Ok().Stdout);
        Assert.Equal($"Allocated port {port} (mine)\n", (await home.Run("port", "allocate", "--port", port, "--name", "mine")).Ok().Stdout);
        Assert.Contains("give it once", (await home.Run("port", "allocate", port, "--port", port)).Fails(2).Stderr);
    }

    public static TheoryData<string, ProtocolType, bool> Listeners()
    {
        var listeners = new TheoryData<string, ProtocolType, bool>();
        foreach (var address in (string[])["127.0.0.1", "0.0.0.0", "::1", "::"])
            foreach (var protocol in (ProtocolType[])[ProtocolType.Tcp, ProtocolType.Udp])
                foreach (var withDaemon in (bool[])[true, false])
                    listeners.Add(address, protocol, withDaemon);
        return listeners;
    }

    [Theory]
    [MemberData(nameof(Listeners))]
    public async Task A_port_that_somebody_uses_on_any_address_is_refused_and_he_is_named(string address, ProtocolType protocol, bool withDaemon)
    {
        using var socket = Listen(address, protocol);
        await using var home = await SentinelHome.Create(withDaemon);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;

        var refused = (await home.Run("port", "allocate", $"{port}")).Fails(1);

        Assert.Equal($"Error: port {port} is used by {Me}\n", refused.Stderr);
        Assert.Empty(refused.Stdout);
        Assert.Empty(await home.Ports());
        socket.Dispose();
        await SucceedsOnceClosed(home, "port", "allocate", $"{port}");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("70000")]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("+80")]
    [InlineData(" 80")]
    [InlineData("80.0")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task What_is_no_port_is_not_understood(string port)
    {
        await using var home = new SentinelHome();

        foreach (string[] command in (string[][])[["port", "allocate", port], ["port", "allocate", "--port", port]])
            Assert.StartsWith($"Error: '{port}' is not a port", (await home.Run(command)).Fails(2).Stderr);

        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_is_only_for_root_is_refused_to_whoever_has_not_the_right(bool withDaemon)
    {
        var first = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start"), CultureInfo.InvariantCulture);
        Assert.SkipWhen(first <= 1, "here every port is for everybody: ip_unprivileged_port_start is 0");
        var port = Math.Min(first, 1024) - 1;
        string[] through = Environment.IsPrivilegedProcess ? [Needs.Program("setpriv"), "--bounding-set=-net_bind_service"] : [];
        await using var home = new SentinelHome();
        // Who is asked is whoever would have to give it.
        if (withDaemon)
            (await home.Run(new Call("daemon", "start") { Through = through })).Ok();

        var refused = (await home.Run(new Call("port", "allocate", $"{port}") { Through = through })).Fails(1);

        Assert.StartsWith($"Error: port {port} needs root or the capability CAP_NET_BIND_SERVICE", refused.Stderr);
        Assert.Empty(await home.Ports());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ports_are_freed_by_number_and_by_name(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        foreach (var name in (string[])["one", "two", "two", "three"])
            (await home.Run("port", "allocate", "--name", name)).Ok();
        await home.Sleeper("web", "--port", "http");
        var three = (await home.Ports()).Single(port => port.Name == "three").Port;
        var http = (await home.Show("web")).Ports.Single().Port;

        Assert.Matches(@"^Freed port \d+ \(two\)\nFreed port \d+ \(two\)\n$", (await home.Run("port", "free", "two")).Ok().Stdout);
        var part = (await home.Run("port", "free", "two", $"{three}", "1", "http", $"{http}")).Fails(1);

        Assert.Equal($"Freed port {three} (three)\n", part.Stdout);
        Assert.Contains("Error: no port is leased as 'two'", part.Stderr);
        Assert.Contains("Error: port 1 is not leased", part.Stderr);
        Assert.Contains($"Error: port {http} (http) belongs to web; 'sentinel delete web' frees it", part.Stderr);
        Assert.Equal(2, part.Stderr.Split('\n').Count(line => line.Contains("belongs to web")));
        Assert.Equal(["http", "one"], (await home.Ports()).Select(port => port.Name).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_shows_whose_a_port_is_and_who_listens(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        Assert.Equal("No ports\n", (await home.Run("port", "list")).Ok().Stdout);
        var own = await home.Start(new Call("run", "--name", "web", "--port", "http", "--", SentinelHome.Actor, "listen", "PORT"));
        var port = (await home.Show("web")).Ports.Single().Port;
        await home.Says("web", $"port {port}");
        (await home.Run("port", "allocate", "--name", "mine")).Ok();
        var mine = (await home.Ports()).Single(port => port.Name == "mine").Port;
        using var tcp = Listen("127.0.0.1", ProtocolType.Tcp, mine);
        using var udp = Listen("127.0.0.1", ProtocolType.Udp, mine);

        var ports = await home.Ports();
        var table = (await home.Run("port", "list")).Ok().Stdout;

        var ofWeb = ports.Single(each => each.Name == "http");
        Assert.Equal((port, 1, "web"), (ofWeb.Port, ofWeb.ProcessId!.Value, ofWeb.Process));
        Assert.Equal([new PortListener("tcp", own.Pid, "actor")], ofWeb.Listeners);
        var ofMine = ports.Single(each => each.Name == "mine");
        Assert.Equal((null, null), (ofMine.ProcessId, ofMine.Process));
        Assert.Equal(["tcp", "udp"], ofMine.Listeners.Where(each => each.Pid == Environment.ProcessId).Select(each => each.Protocol).Order());
        Assert.Matches($@"\| +{port} \| http +\| .* \| web +\| actor \(pid {own.Pid}\) ", table);
        Assert.Contains($"| {Me}", Assert.Single(table.Split('\n'), line => line.Contains("| mine ")));
        var status = (await home.Run("status", "web")).Ok().Stdout;
        Assert.Contains($"{port}", status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ports_leased_at_once_are_all_different_and_none_is_lost(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);

        var commands = Enumerable.Range(1, 50).Select(i => home.Begin("port", "allocate", "--name", $"n{i}")).ToList();
        var said = new List<string>();
        foreach (var command in commands)
            said.Add((await command.End()).Ok().Stdout.Split(' ')[2]);

        Assert.Equal(50, said.Distinct().Count());
        var ports = await home.Ports();
        Assert.Equal(said.Order(), ports.Select(port => $"{port.Port}").Order());
        Assert.Equal(50, ports.Select(port => port.Name).Distinct().Count());
        Assert.All(ports, port => AssertMayBeChosen(port.Port));
        // Nor from the disk.
        if (withDaemon)
            await home.KillDaemon();
        Assert.Equal(50, (await home.Ports()).Length);
    }

    /// <summary>A socket of the test's own that waits for connections or packets; skips where there is no such address.</summary>
    internal static Socket Listen(string address, ProtocolType protocol, int port = 0)
    {
        var at = IPAddress.Parse(address);
        Assert.SkipUnless(at.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "there is no IPv6");
        var socket = new Socket(at.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        try
        {
            socket.Bind(new IPEndPoint(at, port));
            if (protocol == ProtocolType.Tcp)
                socket.Listen();
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            Assert.SkipWhen(e.SocketErrorCode == SocketError.AddressNotAvailable, $"there is no address {address}");
            throw;
        }
    }

    /// <summary>
    /// After a socket of the test's own was closed: what other tests start at this moment has it open, too, until it has become
    /// a program.
    /// </summary>
    internal static Task SucceedsOnceClosed(SentinelHome home, params string[] command) =>
        Wait.Until(async () => (await home.Run(command)).ExitCode == 0, () => $"'{string.Join(' ', command)}' succeeds");

    // One that nobody uses, and that no other test is given by the kernel.
    internal static async Task<string> FreePort(SentinelHome home)
    {
        var port = (await home.Run("port", "allocate", "--name", "found")).Ok().Stdout.Split(' ')[2];
        (await home.Run("port", "free", "found")).Ok();
        return port;
    }

    private static void AssertMayBeChosen(int port)
    {
        var ephemeral = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(port, 1024, 65535);
        Assert.NotInRange(port, ephemeral[0], ephemeral[1]);
    }

    private static bool CanNarrowPorts()
    {
        using var process = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-ec", Narrow]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    [Fact]
    public async Task A_process_that_may_have_any_port_is_given_another_when_a_stranger_has_the_one_that_it_had_to_have()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var stranger = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        stranger.Start();
        var port = ((System.Net.IPEndPoint)stranger.LocalEndpoint).Port;
        (await home.Run("run", "--name", "web", "--port", $"port:{port}", "--", "sleep", "1000")).Fails(1);
        stranger.Stop();
        (await home.Run("run", "--name", "web", "--port", $"port:{port}", "--", "sleep", "1000")).Ok();
        (await home.Run("stop", "web")).Ok();
        using var again = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        again.Start();

        (await home.Run("set", "web", "--port", "port")).Ok();
        (await home.Run("start", "web")).Ok();

        var web = await home.Show("web");
        Assert.Equal("running", web.State);
        Assert.NotEqual(port, web.Ports.Single().Port);
    }
}
