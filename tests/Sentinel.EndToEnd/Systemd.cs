namespace Sentinel.EndToEnd;

/// <summary>
/// A machine of a test's own, as far as systemd can tell: a user's service manager with processes, a /run, control groups and boots of
/// its own. What it runs is gone when it is.
/// </summary>
internal sealed class Systemd : IAsyncDisposable
{
    private static readonly string? Manager = ((string[])["/usr/lib/systemd/systemd", "/lib/systemd/systemd"]).FirstOrDefault(File.Exists);

    private static readonly Dictionary<string, string?> Folders = new() { ["XDG_RUNTIME_DIR"] = "/run/manager" };

    private readonly string _group;
    private Command? _machine;
    private Live? _first;

    public Systemd()
    {
        Needs.Root();
        Needs.PidNamespaces();
        Needs.MountNamespaces();
        Needs.ControlGroups();
        Needs.Program("systemctl");
        Needs.Program("nsenter");
        Assert.SkipWhen(Manager is null, "needs the program systemd");
        Home = new SentinelHome();
        _group = Directory.CreateDirectory(Path.Combine(ControlGroups.Own!, Path.GetFileName(Home.Root))).FullName;
    }

    public SentinelHome Home { get; }

    /// <summary>Where the units of its user are.</summary>
    public string Units => Path.Combine(Home.Root, ".config", "systemd", "user");

    /// <summary>Waits until all that starts at boot has been started, or has failed.</summary>
    public async Task Boot()
    {
        var bootId = Path.Combine(Home.Root, "boot-id");
        File.WriteAllText(bootId, $"{Guid.NewGuid()}\n");
        var script = Path.Combine(Home.Root, "boot");
        File.WriteAllText(script, $"""
            mount -t tmpfs tmpfs /run
            mkdir -p /run/systemd/system /run/manager
            mount --bind {bootId} /proc/sys/kernel/random/boot_id
            umount -l /sys/fs/cgroup
            mount -t cgroup2 none /sys/fs/cgroup
            {Manager} --user --log-target=console &
            wait
            """);
        _machine = Home.Begin(Call.Line($"{Enter}exec unshare --mount --pid --fork --kill-child --mount-proc --cgroup sh {script}") with { Environment = Folders });
        await Wait.Until(async () => !_machine.HasEnded && Live.All().FirstOrDefault(process => process.Parent == _machine.Pid) is { } first
            && (_first = first) is not null && (await Systemctl("is-system-running")).Stdout.Trim() is "running" or "degraded", () => "it is booted");
    }

    /// <summary>In good order, as before a machine is switched off.</summary>
    public async Task ShutDown()
    {
        Live.All().Single(process => process.Parent == _first!.Pid && process.Arguments is [_, "--user", ..]).Signal(Signals.Terminate);
        await _machine!.Finish();
    }

    public async Task CutPower()
    {
        _first!.Signal(Signals.Kill);
        await _machine!.Finish();
    }

    public Task<Outcome> Sentinel(params string[] arguments) => Run(SentinelHome.Binary, arguments);

    public Task<Outcome> Systemctl(params string[] arguments) => Run("systemctl", ["--user", .. arguments]);

    /// <summary>A property of a unit.</summary>
    public async Task<string> Show(string unit, string property) => (await Systemctl("show", unit, $"--property={property}", "--value")).Ok().Stdout.Trim();

    public async ValueTask DisposeAsync()
    {
        if (_first is { IsAlive: true })
            await CutPower();
        await Home.DisposeAsync();
        await Wait.Until(() => ControlGroups.Remove(_group), "its control groups are removed");
    }

    private string Enter => $"echo $$ >{_group}/cgroup.procs; ";

    private Task<Outcome> Run(string program, string[] arguments) => Home.Run(new Call(arguments)
    {
        Program = program,
        Through = [.. Call.AfterShell(Enter), "nsenter", "--pid", "--mount", "--cgroup", $"--wd={Home.Work}", $"--target={_first!.Pid}"],
        Environment = Folders,
    });
}
