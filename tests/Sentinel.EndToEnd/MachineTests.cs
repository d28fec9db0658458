using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>
/// A machine that systemd boots: a container of systemd-nspawn(1) with its own network, which ssh reaches. It is made of a root file system that the
/// variable names, because to make one takes minutes and what it is made of comes from elsewhere:
/// <c>mmdebstrap --variant=minbase --include=systemd-sysv,dbus,openssh-server bookworm FILE.tar</c>.
/// </summary>
public sealed class MachineTests : IAsyncDisposable
{
    private const string Wanted = "SENTINEL_MACHINE";

    private const string There = "10.213.8.2", Here = "10.213.8.1", Program = ".local/bin/sentinel";

    private static readonly string Id = Environment.ProcessId.ToString();

    // The control groups of all machines are the same.
    private static readonly SemaphoreSlim Turn = new(1);

    private readonly SentinelHome _home = new();

    private Process? _machine;

    private bool _hasTurn;

    private string Folder => Path.Combine(_home.Root, "machine");

    private static string Inside => $"machine-{Id}";

    private static string Outside => $"client-{Id}";

    private string Ssh => $"nsenter --net=/run/netns/{Outside} ssh -F {Path.Combine(_home.Root, "ssh_config")}";

    public async ValueTask DisposeAsync()
    {
        if (_hasTurn)
            try
            {
                await End();
            }
            finally
            {
                Turn.Release();
            }

        await _home.DisposeAsync();
    }

    [Fact]
    public async Task A_project_is_deployed_and_comes_back_when_its_machine_boots_again()
    {
        await Make();
        await Boot();
        await Project();

        (await Run("deploy", "m1")).Ok();
        var installed = (await Run("startup", "systemd", "--install", "--host", "m1")).Ok();
        var doctor = await Shell($"~/{Program} doctor");
        await Shell("kill -9 $(systemctl show --property MainPID --value sentinel)");
        await Wait.Until(async () => (await Shell("systemctl show --property NRestarts,ActiveState sentinel")) == "NRestarts=1\nActiveState=active\n", () => "systemd has started the daemon again");
        var before = (await Run("list", "--host", "m1")).Ok().Stdout;
        await On("poweroff");
        await _machine!.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Boot();

        Assert.Contains("Enabled and started sentinel\n", installed.Stdout);
        Assert.EndsWith("All is well\n", doctor);
        Assert.Contains("| shop/web ", before);
        await Wait.Until(async () => (await Run("list", "--host", "m1")).Stdout.Split("| running |").Length == 3, () => "both run again");
        Assert.Equal("active\n", await Shell("systemctl is-active sentinel"));
    }

    [Fact]
    public async Task Exported_units_start_restart_and_stop_a_project()
    {
        await Make();
        await Boot();
        await Project();
        Directory.CreateDirectory(Path.Combine(Folder, "srv/shop"));
        File.Copy(Path.Combine(_home.Work, "sentinel.toml"), Path.Combine(Folder, "srv/shop/sentinel.toml"));
        File.Copy(SentinelHome.Binary, Path.Combine(Folder, "usr/bin/sentinel"));

        await Shell("sentinel export systemd --file /srv/shop/sentinel.toml --output /etc/systemd/system && systemctl daemon-reload && systemctl enable --now sentinel-shop.target");
        await Wait.Until(async () => (await Running()).Length == 2, () => "both run");
        await Shell("kill -9 $(systemctl show --property MainPID --value sentinel-shop-web.service)");
        await Wait.Until(async () => (await Shell("systemctl show --property NRestarts,ActiveState sentinel-shop-web.service")) == "NRestarts=1\nActiveState=active\n", () => "it is restarted");
        var logs = await Shell("journalctl --unit sentinel-shop-web.service --output cat");
        await Shell("systemctl stop sentinel-shop.target");

        Assert.Contains("hello\n", logs);
        await Wait.Until(async () => (await Running()).Length == 0, () => "none runs");
        Assert.Equal("0\n", await Shell("ps -e -o args | grep -c '[s]leep 1000' || true"));

        async Task<string[]> Running() => (await Shell("systemctl list-units --state running --no-legend --plain 'sentinel-shop-*' | cut -d ' ' -f 1")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task End()
    {
        if (_machine is { HasExited: false })
        {
            await On("poweroff");
            await _machine.WaitForExitAsync();
        }

        await Tools.Try("ip", "netns", "delete", Inside);
        await Tools.Try("ip", "netns", "delete", Outside);
        // What nspawn leaves of its control groups.
        foreach (var hierarchy in Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
            foreach (var group in new[] { "payload", "supervisor" }.Select(name => Path.Combine(hierarchy, name)).Where(Directory.Exists))
                await Tools.Run("find", group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";");
        Directory.Delete(Folder, recursive: true);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(Folder));
    }

    private async Task Make()
    {
        var file = Environment.GetEnvironmentVariable(Wanted);
        Assert.SkipWhen(file is null, $"boots a machine from the root file system in the archive that {Wanted} names, which mmdebstrap makes");
        Needs.Root();
        foreach (var program in new[] { "systemd-nspawn", "ip", "nsenter", "ssh", "tar" })
            Needs.Program(program);
        await Turn.WaitAsync(TestContext.Current.CancellationToken);
        _hasTurn = true;
        Directory.CreateDirectory(Folder);
        await Tools.Run("tar", "-C", Folder, "-xf", file);
        await Tools.Run("ip", "netns", "add", Inside);
        await Tools.Run("ip", "netns", "add", Outside);
        await Tools.Run("ip", "link", "add", "to-machine", "netns", Outside, "type", "veth", "peer", "name", "host0", "netns", Inside);
        foreach (var (space, address, device) in new[] { (Outside, Here, "to-machine"), (Inside, There, "host0") })
        {
            await Tools.Run("ip", "-n", space, "address", "add", $"{address}/24", "dev", device);
            await Tools.Run("ip", "-n", space, "link", "set", device, "up");
            await Tools.Run("ip", "-n", space, "link", "set", "lo", "up");
        }

        var key = Path.Combine(_home.Root, "key");
        await Tools.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        var own = Directory.CreateDirectory(Path.Combine(Folder, "root/.ssh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        File.Copy($"{key}.pub", Path.Combine(own, "authorized_keys"));
        var known = Path.Combine(_home.Root, "known_hosts");
        await File.WriteAllTextAsync(known, $"{There} {await File.ReadAllTextAsync(Path.Combine(Folder, "etc/ssh/ssh_host_ed25519_key.pub"), TestContext.Current.CancellationToken)}");
        await File.WriteAllTextAsync(Path.Combine(_home.Root, "ssh_config"), $"""
            Host m1
              HostName {There}
              User root
              IdentityFile {key}
              IdentitiesOnly yes
              UserKnownHostsFile {known}
              BatchMode yes

            """, TestContext.Current.CancellationToken);
    }

    // It does not ask systemd here, which may not be there.
    private async Task Boot()
    {
        _machine?.Dispose();
        _machine = Process.Start(new ProcessStartInfo("systemd-nspawn",
            ["--register=no", "--keep-unit", "--directory", Folder, "--boot", "--quiet", $"--network-namespace-path=/run/netns/{Inside}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _machine.StandardInput.Close();
        _ = _machine.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = _machine.StandardError.ReadToEndAsync(CancellationToken.None);
        await Wait.Until(async () => (await On("systemctl is-system-running")).Output.Trim() is "running" or "degraded", () => "it has booted");
    }

    private async Task Project() => await File.WriteAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), """
        name = "shop"

        [process.web]
        run = "/bin/sh -c 'echo hello; exec sleep 1000'"
        restart = true
        restart-delay = 1

        [process.worker]
        run = "sleep 1000"
        restart = true
        restart-delay = 1
        needs = "web"

        """, TestContext.Current.CancellationToken);

    private Task<Outcome> Run(params string[] arguments) => _home.Run(new Call(arguments) { Environment = new Dictionary<string, string?> { [SshMachines.Variable] = Ssh } });

    private async Task<string> Shell(string line)
    {
        var (exitCode, output) = await On(line);
        Assert.True(exitCode == 0, $"'{line}' ended with {exitCode}: {output}");
        return output;
    }

    private Task<(int ExitCode, string Output)> On(string line) => Tools.Try("nsenter", [.. Ssh.Split(' ').Skip(1), "m1", line]);
}
