using System.Diagnostics;
using System.Globalization;

namespace Sentinel.EndToEnd;

/// <summary>
/// A Docker Swarm of two machines, a and b: Debian's dockerd(8), each in namespaces of its own for network, mounts, processes and its name, joined by a
/// cable. They are started once for all tests of a class, when the first one asks, and leave nothing behind.
/// </summary>
public sealed class SwarmMachines : IAsyncDisposable
{
    private const string Wanted = "SENTINEL_SWARM", Yes = "1", Manager = "a", Worker = "b";

    /// <summary>An image with a shell, which both machines have.</summary>
    public const string Image = "base:1";

    private static readonly string[] Names = [Manager, Worker];

    // What an engine is known to change of the whole machine.
    private static readonly string[] Settings = ["net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory"];

    // One that has to remove its tasks first ends within seconds.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(30);

    private readonly List<Process> _machines = [];
    private readonly SemaphoreSlim _turn = new(1);
    private string? _folder;
    private string? _before;

    /// <summary>What makes docker reach the manager.</summary>
    public string Host => $"unix://{Socket(Manager)}";

    /// <summary>
    /// Starts them, unless they run, and has them for one test alone until <see cref="Release"/>; skips the test where that is not wanted or not possible.
    /// </summary>
    public async Task Take()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Wanted) == Yes, $"starts two Docker engines, which {Wanted}={Yes} asks for");
        Needs.Root();
        foreach (var program in new[] { "dockerd", "containerd", "docker", "busybox", "ip", "nsenter", "unshare", "tar" })
            Needs.Program(program);
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        if (_folder is null)
            await Start();
    }

    public void Release() => _turn.Release();

    /// <summary>Asks the manager.</summary>
    public async Task<string> Docker(params string[] arguments) => await Tools.Run("docker", ["--host", Host, .. arguments]);

    public Task<(int ExitCode, string Output)> TryDocker(params string[] arguments) => Tools.Try("docker", ["--host", Host, .. arguments]);

    /// <summary>Takes the cable of b out, so that what runs there goes on unseen, and waits until the manager has noticed.</summary>
    public async Task LoseWorker()
    {
        await Tools.Run("ip", "-n", Namespace(Worker), "link", "set", Cable(Worker), "down");
        await Wait.Until(async () => (await StateOfWorker()).Contains("Down"), () => "the manager notices that b is lost");
    }

    public async Task BringWorkerBack()
    {
        await Tools.Run("ip", "-n", Namespace(Worker), "link", "set", Cable(Worker), "up");
        await Wait.Until(async () => (await StateOfWorker()).Contains("Ready"), () => "b is back");
    }

    public async ValueTask DisposeAsync()
    {
        _turn.Dispose();
        if (_folder is null)
            return;
        foreach (var machine in _machines)
        {
            // The engine itself, which ends its tasks first.
            foreach (var engine in ChildrenOf(machine.Id))
                Signals.Send(engine, Signals.Terminate);
            using var patience = new CancellationTokenSource(LongestEnd);
            try
            {
                await machine.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                // All processes of its namespace end with it.
                machine.Kill();
                await machine.WaitForExitAsync();
            }

            machine.Dispose();
        }

        foreach (var name in Names)
            await Tools.Try("ip", "netns", "delete", Namespace(name));
        RemoveGroups();
        Directory.Delete(_folder, recursive: true);
        var mounts = File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(_folder, StringComparison.Ordinal) || Names.Any(name => line.Contains(Namespace(name), StringComparison.Ordinal)));
        Assert.Empty(mounts);
        Assert.All(Names, name => Assert.False(File.Exists($"/run/netns/{Namespace(name)}")));
        Assert.DoesNotContain(Live.All(), process => process.Mentions(_folder));
        Assert.Equal(_before, await Shared());
    }

    private async Task Start()
    {
        _before = await Shared();
        _folder = Directory.CreateTempSubdirectory("swarm").FullName;
        foreach (var name in Names)
            await Tools.Run("ip", "netns", "add", Namespace(name));
        await Tools.Run("ip", "link", "add", Cable(Manager), "netns", Namespace(Manager), "type", "veth", "peer", "name", Cable(Worker), "netns", Namespace(Worker));
        foreach (var name in Names)
            await Start(name);
        foreach (var name in Names)
            await Wait.Until(async () => (await Tools.Try("docker", "--host", $"unix://{Socket(name)}", "info")).ExitCode == 0, () => $"{name} answers: {File.ReadAllText(Log(name))}");
        await Docker("swarm", "init", "--advertise-addr", Address(Manager));
        var token = (await Docker("swarm", "join-token", "--quiet", "worker")).Trim();
        await Tools.Run("docker", "--host", $"unix://{Socket(Worker)}", "swarm", "join", "--token", token, "--advertise-addr", Address(Worker), $"{Address(Manager)}:2377");
        await MakeImage();
    }

    private static string Namespace(string name) => string.Create(CultureInfo.InvariantCulture, $"swarm-{name}{Environment.ProcessId}");

    private static string Cable(string name) => $"to-{name}";

    private static string Address(string name) => $"10.213.9.{Array.IndexOf(Names, name) + 1}";

    private string Socket(string name) => Path.Combine(_folder!, name, "sock");

    private string Log(string name) => Path.Combine(_folder!, name, "log");

    private async Task<string> StateOfWorker() => (await Docker("node", "ls", "--format", "{{.Hostname}} {{.Status}}")).Split('\n').First(line => line.StartsWith(Worker, StringComparison.Ordinal));

    // With rules for packets it would need modules of the kernel, and no more limits than there are.
    private async Task Start(string name)
    {
        await Tools.Run("ip", "-n", Namespace(name), "address", "add", $"{Address(name)}/24", "dev", Cable(name));
        await Tools.Run("ip", "-n", Namespace(name), "link", "set", "lo", "up");
        await Tools.Run("ip", "-n", Namespace(name), "link", "set", Cable(name), "up");
        var own = Directory.CreateDirectory(Path.Combine(_folder!, name)).FullName;
        Directory.CreateDirectory(Path.Combine(own, "run"));
        // Not 'ip netns exec', which mounts /sys anew, without the control groups of devices.
        _machines.Add(Process.Start("nsenter",
        [
            $"--net=/run/netns/{Namespace(name)}", "unshare", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
            $"""
            hostname {name}; mount --make-rprivate /; mount --bind {own}/run /run; most=$(ulimit -Hn)
            exec dockerd --data-root {own}/data --exec-root {own}/exec --pidfile {own}/pid --host unix://{own}/sock --iptables=false \
                --default-ulimit nofile=$most:$most >{own}/log 2>&1
            """,
        ]));
    }

    // From one static file, and carried from one to the other: there is no registry.
    private async Task MakeImage()
    {
        var programs = Directory.CreateDirectory(Path.Combine(_folder!, "image", "bin")).FullName;
        File.Copy(Needs.Program("busybox"), Path.Combine(programs, "busybox"));
        foreach (var program in new[] { "sh", "sleep", "echo", "cat", "chroot" })
            File.CreateSymbolicLink(Path.Combine(programs, program), "busybox");
        var (packed, saved) = (Path.Combine(_folder!, "image.tar"), Path.Combine(_folder!, "saved.tar"));
        await Tools.Run("tar", "-C", Path.Combine(_folder!, "image"), "-cf", packed, ".");
        await Docker("import", packed, Image);
        await Docker("save", "--output", saved, Image);
        await Tools.Run("docker", "--host", $"unix://{Socket(Worker)}", "load", "--input", saved);
    }

    // What an engine leaves of its control groups, where nobody else has one.
    private static void RemoveGroups()
    {
        foreach (var hierarchy in Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
            if (Path.Combine(hierarchy, "docker") is var group && Directory.Exists(group) && !Directory.EnumerateDirectories(group).Any())
                Directory.Delete(group);
    }

    // What all of the machine has in common.
    private static async Task<string> Shared() => string.Join('\n',
    [
        .. Settings.Select(setting => Path.Combine("/proc/sys", setting)).Where(File.Exists).Select(setting => $"{setting} {File.ReadAllText(setting).Trim()}"),
        .. File.Exists("/usr/sbin/iptables") ? (await Tools.Try("iptables", "--list-rules")).Output.Split('\n') : [],
    ]);

    private static IEnumerable<int> ChildrenOf(int pid) => File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture));
}
