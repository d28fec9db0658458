using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>
/// Machines that ssh(1) reaches: servers of Debian's sshd(8) on addresses of loopback, each with a key, a home folder and a SENTINEL_HOME of its own,
/// and a config for the client that knows them as m1, m2 and so on.
/// </summary>
internal sealed class SshMachines : IAsyncDisposable
{
    public const string Variable = "SENTINEL_SSH";

    private const string Server = "/usr/sbin/sshd", ServersFolder = "/run/sshd";

    // The server's own unit makes its folder, and tests leave nothing behind.
    private static int _users;
    private static bool _isFolderOurs;

    private readonly SentinelHome _home;
    private readonly List<Process> _servers = [];
    private readonly int _port;

    private SshMachines(SentinelHome home)
    {
        (_home, _port) = (home, FreePort());
        lock (Server)
            if (_users++ == 0 && Environment.IsPrivilegedProcess && !Directory.Exists(ServersFolder))
            {
                Directory.CreateDirectory(ServersFolder);
                _isFolderOurs = true;
            }
    }

    /// <summary>What makes commands of this machine reach them.</summary>
    public string Ssh => $"ssh -F {Config}";

    private string Config => Path.Combine(_home.Root, "ssh_config");

    /// <summary>So many, called m1, m2 and so on.</summary>
    /// <param name="withSentinel">Whether a command finds sentinel there.</param>
    public static Task<SshMachines> Start(SentinelHome home, int count, bool withSentinel = true) => Start(home, [.. Enumerable.Range(1, count).Select(i => $"m{i}")], withSentinel);

    public static async Task<SshMachines> Start(SentinelHome home, string[] names, bool withSentinel = true)
    {
        Assert.SkipUnless(File.Exists(Server), "needs Debian's openssh-server");
        var machines = new SshMachines(home);
        await machines.MakeKey(Path.Combine(home.Root, "key"));
        var programs = Directory.CreateDirectory(Path.Combine(home.Root, "programs")).FullName;
        if (withSentinel)
            File.CreateSymbolicLink(Path.Combine(programs, "sentinel"), SentinelHome.Binary);
        for (var i = 1; i <= names.Length; i++)
            await machines.Start(i, names[i - 1], programs);
        return machines;
    }

    public string HomeOf(int machine) => Path.Combine(_home.Root, $"m{machine}");

    public string SentinelHomeOf(int machine) => Path.Combine(HomeOf(machine), "state");

    /// <summary>Commands on this machine that know them.</summary>
    public Call Call(params string[] arguments) => new(arguments) { Environment = new Dictionary<string, string?> { [Variable] = Ssh } };

    public Task<Outcome> Run(params string[] arguments) => _home.Run(Call(arguments));

    public string Log(int machine, string name) => Path.Combine(SentinelHomeOf(machine), "logs", $"{name}.stdout.log");

    /// <summary>Cuts all connections to a machine that there are, and lets new ones in.</summary>
    public void Cut(int machine)
    {
        foreach (var connection in Connections(machine))
            connection.Signal(Signals.Kill);
    }

    /// <summary>Ends a machine's server and its connections.</summary>
    public async Task TurnOff(int machine)
    {
        var connections = Connections(machine);
        _servers[machine - 1].Kill();
        await _servers[machine - 1].WaitForExitAsync(TestContext.Current.CancellationToken);
        foreach (var connection in connections)
            connection.Signal(Signals.Kill);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        lock (Server)
            if (--_users == 0 && _isFolderOurs)
            {
                Directory.Delete(ServersFolder);
                _isFolderOurs = false;
            }
    }

    private List<Live> Connections(int machine) => [.. Live.All().Where(live => live.Parent == _servers[machine - 1].Id)];

    private async Task Start(int machine, string name, string programs)
    {
        var home = Directory.CreateDirectory(HomeOf(machine)).FullName;
        var key = Path.Combine(home, "hostkey");
        await MakeKey(key);
        var allowed = Path.Combine(home, "authorized_keys");
        File.Copy(Path.Combine(_home.Root, "key.pub"), allowed);
        var config = Path.Combine(home, "sshd_config");
        File.WriteAllLines(config,
        [
            $"ListenAddress 127.0.7.{machine}", $"Port {_port}", $"HostKey {key}", "PidFile none", $"AuthorizedKeysFile {allowed}", "StrictModes no", "UsePAM no",
            "PasswordAuthentication no", "PermitRootLogin prohibit-password",
            $"SetEnv SENTINEL_HOME={SentinelHomeOf(machine)} HOME={home} PATH={programs}:{Path.Combine(_home.Root, "bin")}:/usr/local/bin:/usr/bin:/bin",
        ]);
        var known = File.ReadAllText($"{key}.pub").Split(' ');
        File.AppendAllLines(Path.Combine(_home.Root, "known_hosts"), [$"[127.0.7.{machine}]:{_port} {known[0]} {known[1]}"]);
        File.AppendAllLines(Config,
        [
            $"Host {name}", $"  HostName 127.0.7.{machine}", $"  Port {_port}", $"  IdentityFile {Path.Combine(_home.Root, "key")}", "  IdentitiesOnly yes",
            $"  UserKnownHostsFile {Path.Combine(_home.Root, "known_hosts")}",
        ]);
        // In the foreground: its connections are its children.
        _servers.Add(Process.Start(new ProcessStartInfo(Server, ["-D", "-f", config, "-E", Path.Combine(home, "sshd.log")]))!);
        await Wait.Until(() => Answers(machine), $"the sshd of {name} answers");
    }

    private bool Answers(int machine)
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient();
            client.Connect($"127.0.7.{machine}", _port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private async Task MakeKey(string path) => (await _home.Run(EndToEnd.Call.Line($"ssh-keygen -q -t ed25519 -N '' -f {path}"))).Ok();

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
