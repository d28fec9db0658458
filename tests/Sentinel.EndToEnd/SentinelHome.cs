using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>
/// A SENTINEL_HOME of a test's own, and the real binary to use it with. What was started in it is gone when it is, also
/// when the test fails.
/// </summary>
internal sealed partial class SentinelHome : IAsyncDisposable
{
    public static readonly string Binary = Built("Sentinel");

    /// <summary>The program that plays processes that misbehave; its first argument names the role.</summary>
    public static readonly string Actor = Built("Actor");

    private readonly List<Command> _commands = [];

    private readonly string _name;

    /// <param name="name">The folder's own name; it does not exist yet.</param>
    public SentinelHome(string name = "home")
    {
        _name = name;
        Root = Directory.CreateTempSubdirectory("sentinel-test-").FullName;
        Work = Directory.CreateDirectory(Path.Combine(Root, "work")).FullName;
    }

    /// <summary>One in which a daemon runs, if it is to.</summary>
    public static async Task<SentinelHome> Create(bool withDaemon)
    {
        var home = new SentinelHome();
        if (withDaemon)
            await home.StartDaemon();
        return home;
    }

    /// <summary>The test's own folder; what runs in it, writes to it or names it in its environment is the test's.</summary>
    public string Root { get; }

    /// <summary>The directory that commands are called in unless they say otherwise.</summary>
    public string Work { get; }

    public string Folder => Path.Combine(Root, _name);

    public string StateFile => Path.Combine(Folder, "state.json");

    /// <summary>The state before the last change.</summary>
    public string PreviousState => StateFile + ".bak";

    public string LockFile => Path.Combine(Folder, "lock");

    public string Events => Path.Combine(Folder, "events.jsonl");

    public string Logs => Path.Combine(Folder, "logs");

    public string Socket => Path.Combine(Folder, "daemon.sock");

    /// <summary>Where HTTP is spoken, while a daemon runs.</summary>
    public string ApiSocket => Path.Combine(Folder, "api.sock");

    /// <summary>Where the process listens that keeps sockets.</summary>
    public string HeldSockets => Path.Combine(Folder, "sockets.sock");

    public string DaemonLog => Path.Combine(Folder, "daemon.log");

    public string EventsFile => Path.Combine(Folder, "events.jsonl");

    /// <summary>The number of the last event that is recorded.</summary>
    public long LastEvent() => (long)JsonNode.Parse(File.ReadAllText(StateFile))!["lastEvent"]!;

    public string Stdout(string name) => Path.Combine(Logs, $"{name}.stdout.log");

    public string Stderr(string name) => Path.Combine(Logs, $"{name}.stderr.log");

    /// <summary>Calls the command line and waits for its end.</summary>
    public Task<Outcome> Run(params string[] arguments) => Run(new Call(arguments));

    public Task<Outcome> Run(Call call) => Begin(call).Finish();

    public Command Begin(params string[] arguments) => Begin(new Call(arguments));

    public Command Begin(Call call)
    {
        string[] line = [.. call.Through, call.Program, .. call.Arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = call.Folder ?? Work };
        start.Environment.Clear();
        foreach (var (name, value) in EnvironmentOf(call))
            start.Environment[name] = value;
        var command = new Command(start, call.HangsUpEarly);
        lock (_commands)
            _commands.Add(command);
        return command;
    }

    /// <summary>Runs a program under a name and expects it to start.</summary>
    public Task<Started> Start(string name, params string[] command) => Start(new Call(["run", "--name", name, "--", .. command]));

    public async Task<Started> Start(Call run) => Started.Parse((await Run(run)).Ok().Stdout);

    /// <summary>Starts the actor in a role that says "ready", and waits until it does.</summary>
    public async Task<Started> StartActor(string name, params string[] role)
    {
        var started = await Start(name, [Actor, .. role]);
        await Says(name, "ready");
        return started;
    }

    /// <summary>Waits until a process has written a line, so many times, to its stdout.</summary>
    public Task Says(string name, string line, int times = 1) => Wait.Until(
        () => File.Exists(Stdout(name)) && File.ReadAllLines(Stdout(name)).Count(each => each.StartsWith(line, StringComparison.Ordinal)) >= times,
        $"{name} says '{line}'");

    public async Task<Listing> List() => (await Run("list", "--json")).Ok().As<Listing>();

    public async Task<Listed> Show(string name) => (await List())[name];

    public async Task<GroupListing> Groups() => (await Run("group", "list", "--json")).Ok().As<GroupListing>();

    public async Task<ListedPort[]> Ports() => (await Run("port", "list", "--json")).Ok().As<PortListing>().Ports;

    /// <summary>Runs <c>sleep</c> under a name, with options of <c>run</c>.</summary>
    public Task<Started> Sleeper(string name, params string[] options) =>
        Start(new Call(["run", "--name", name, .. options, "--", "sleep", "1000"]));

    /// <summary>Writes an environment file into the folder that commands are called in.</summary>
    /// <returns>Its path.</returns>
    public string EnvFile(string name, params string[] lines)
    {
        var path = Path.Combine(Work, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    /// <summary>Starts the daemon in the background.</summary>
    public async Task<Live> StartDaemon()
    {
        (await Run("daemon", "start")).Ok();
        return Daemon();
    }

    /// <summary>
    /// Copies the binary, to where a stranger may execute it. Another process does: what a neighbour starts meanwhile would have a
    /// file open that we write, and then nobody can execute it.
    /// </summary>
    public async Task<string> CopyBinary(string? to = null)
    {
        to ??= Path.Combine(Root, "sentinel");
        (await Run(Call.Line($"cp {Binary} {to}"))).Ok();
        return to;
    }

    /// <summary>Has the daemon run in the foreground, and waits until it answers.</summary>
    public async Task<Command> RunDaemon(Call how)
    {
        var daemon = Begin(how with { Arguments = ["daemon", "run"] });
        await Wait.Until(async () => daemon.HasEnded || (await Run("daemon", "status")).ExitCode == 0, () => "the daemon answers");
        Assert.False(daemon.HasEnded);
        return daemon;
    }

    /// <summary>The one daemon that runs.</summary>
    public Live Daemon() => Assert.Single(Daemons());

    public List<Live> Daemons()
    {
        var daemons = Mine().FindAll(IsDaemon);
        // What one of them has just made looks like it until it becomes a program of its own.
        return daemons.FindAll(daemon => !daemons.Exists(other => other.Pid == daemon.Parent));
    }

    /// <summary>
    /// How much longer than promised something may take on a machine that is as busy as this one is now: as long as twenty commands.
    /// </summary>
    public async Task<TimeSpan> Slack()
    {
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < 5; i++)
            (await Run("list")).Ok();
        return 4 * Stopwatch.GetElapsedTime(begun);
    }

    public async Task<DaemonReport> DescribeDaemon() => (await Run("daemon", "status", "--json")).Ok().As<DaemonReport>();

    /// <summary>Kills the daemon as nothing else than a fault would, and waits until it is gone.</summary>
    public async Task KillDaemon()
    {
        var daemon = Daemon();
        daemon.Signal(Signals.Kill);
        await Wait.Until(() => !daemon.IsAlive && Daemons().Count == 0, "the daemon is dead, and what it has just made is a program of its own");
    }

    /// <summary>
    /// Waits, without a command that might help it along, until one other process runs in the place of all there were, and that is
    /// written down.
    /// </summary>
    public async Task<Live> SuccessorOf(Live old)
    {
        Live? successor = null;
        await Wait.Until(() => Supervised() is [var one] && one != old && (successor = one) is not null, "it is restarted");
        await Wait.Until(() => File.ReadAllText(StateFile).Contains($"\"pid\":{successor!.Pid},"), "that is written down");
        return successor!;
    }

    /// <summary>The events that are kept, of one process if it is named.</summary>
    public async Task<List<JsonNode>> Happened(params string[] arguments) =>
        [.. (await Run(["events", "--json", "--lines", "100000", .. arguments])).Ok().Lines.Select(line => JsonNode.Parse(line)!)];

    public JsonNode ReadState() => JsonNode.Parse(File.ReadAllBytes(StateFile))!;

    public void EditState(Action<JsonNode> edit)
    {
        var state = ReadState();
        edit(state);
        File.WriteAllText(StateFile, state.ToJsonString());
    }

    /// <summary>Writes the first process of the state down again and again, under other names, until there are so many.</summary>
    public void Multiply(int count) => EditState(state =>
    {
        var processes = state["processes"]!.AsArray();
        for (var id = 2; id <= count; id++)
        {
            var copy = processes[0]!.DeepClone();
            copy["id"] = id;
            copy["spec"]!["name"] = $"copy-{id}";
            copy["logName"] = $"copy-{id}";
            copy["cookie"] = Guid.NewGuid().ToString("N");
            processes.Add(copy);
        }

        state["nextId"] = count + 1;
    });

    /// <summary>Everything in the folder, byte for byte, and when it was last written; no log.</summary>
    public Dictionary<string, (string Content, DateTime Written)> Files() => Directory.GetFiles(Folder).Where(file => file != LockFile)
        .ToDictionary(file => file, file => (Convert.ToHexString(File.ReadAllBytes(file)), File.GetLastWriteTimeUtc(file)));

    /// <summary>Holds the lock as a command does that changes something.</summary>
    public FileStream TakeTurn() => new(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    public bool IsLocked()
    {
        try
        {
            TakeTurn().Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Of all processes that there are.</summary>
    public List<string> Cookies() => [.. CookiesIn(StateFile)];

    /// <summary>Every live process that is this test's and not the command line itself.</summary>
    public List<Live> Supervised() => [.. Mine().Where(process => process.Program != Binary)];

    public string[] SupervisedPrograms() => [.. Supervised().Select(process => Path.GetFileName(process.Arguments.FirstOrDefault(""))).Order()];

    public async ValueTask DisposeAsync()
    {
        _commands.ForEach(command => command.Dispose());
        // First, for it would restart the others. It may hang or have lost its socket: it is not asked.
        await Wait.Until(
            () =>
            {
                var daemons = Daemons();
                daemons.ForEach(daemon => daemon.Signal(Signals.Kill));
                return daemons.Count == 0;
            },
            "no daemon of the test is left");
        var groups = GroupsOfState().ToHashSet();
        // One look may miss what is started, with a lower pid, while it looks; two in a row do not.
        var looksInVain = 0;
        await Wait.Until(
            () =>
            {
                var left = Mine();
                groups.UnionWith(left.Select(ControlGroups.Of).OfType<string>().Where(ControlGroups.IsOfATree));
                left.ForEach(process => process.Signal(Signals.Kill));
                looksInVain = left.Count == 0 ? looksInVain + 1 : 0;
                return looksInVain == 2;
            },
            "every process of the test is gone");
        await Wait.Until(() => groups.All(ControlGroups.Remove), "every control group of the test is removed");
        await Wait.Until(DeleteRoot, $"{Root} is deleted");
    }

    /// <summary>Waits until no command is left, nor what one that was killed had begun to become a program.</summary>
    public Task Settled() => Wait.Until(() => Commands().Count == 0, "every command is over");

    /// <summary>The command line where it is at work, and no daemon.</summary>
    public List<Live> Commands() => Mine().FindAll(process => process.Program == Binary && !IsDaemon(process));

    private List<Live> Mine() => [.. Live.All().Where(process => process.Mentions(Root))];

    // Of every state that there is, also one that a test has damaged, and those of machines (see SshMachines).
    private IEnumerable<string> GroupsOfState() => !Directory.Exists(Root) ? []
        : ControlGroups.OfTrees(Directory.GetDirectories(Root).Select(machine => Path.Combine(machine, "state")).Append(Folder)
            .Where(Directory.Exists).SelectMany(home => Directory.GetFiles(home, "state.json*")).SelectMany(CookiesIn));

    private static IEnumerable<string> CookiesIn(string state) => CookieInState().Matches(File.ReadAllText(state)).Select(cookie => cookie.Groups[1].Value);

    private static bool IsDaemon(Live process) => process.Program == Binary && process.Arguments is [_, "daemon", "run", ..];

    private bool DeleteRoot()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(Folder))
                File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return false;
        }
    }

    // The same on every machine, whoever runs the tests.
    private Dictionary<string, string> EnvironmentOf(Call call)
    {
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH"),
            ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            // An actor that is killed cannot take the sockets of its diagnostics away.
            ["DOTNET_EnableDiagnostics"] = "0",
            ["HOME"] = Root,
            ["LANG"] = "C.UTF-8",
            ["SENTINEL_HOME"] = Folder,
        };
        foreach (var (name, value) in call.Environment)
            environment[name] = value;
        return environment.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!);
    }

    [GeneratedRegex("""
        "cookie": ?"([0-9a-f]+)"
        """)]
    private static partial Regex CookieInState();

    private static string Built(string name) => typeof(SentinelHome).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == name).Value!;
}

/// <summary>One use of the command line.</summary>
internal sealed record Call(params string[] Arguments)
{
    /// <summary>What is called: the real binary, unless a test of what surrounds it names another program.</summary>
    public string Program { get; init; } = SentinelHome.Binary;

    /// <summary>The caller's directory.</summary>
    public string? Folder { get; init; }

    /// <summary>Added to the caller's environment; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>A program that executes the rest of its arguments, such as <c>nohup</c>.</summary>
    public string[] Through { get; init; } = [];

    /// <summary>Whether the reader of its output leaves after the first byte.</summary>
    public bool HangsUpEarly { get; init; }

    /// <summary>Where cgroup v2 is not mounted.</summary>
    public static string[] WithoutControlGroups =>
        ["unshare", "--mount", .. AfterShell("for at in $(awk '/ - cgroup2 /{print $5}' /proc/self/mountinfo); do umount $at; done;")];

    /// <summary>A line for a shell, with <c>sentinel</c> on its PATH, or in whatever place the line says.</summary>
    public static Call Line(string line) => new() { Through = ["sh", "-c", line, "sh"] };

    /// <summary>Through a shell that does something first, and is then replaced.</summary>
    public static string[] AfterShell(string doing) => ["sh", "-c", $"{doing} exec \"$@\"", "sh"];
}

/// <summary>What a command said.</summary>
internal sealed record Outcome(int ExitCode, string Stdout, string Stderr)
{
    public string[] Lines => Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Outcome Ok() => Fails(0);

    public Outcome Fails(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}\nstdout:\n{Stdout}\nstderr:\n{Stderr}");
        return this;
    }

    /// <summary>It printed the JSON that <typeparamref name="T"/> describes, nothing missing and nothing else.</summary>
    public T As<T>() => JsonSerializer.Deserialize<T>(Stdout, Listing.Schema)!;
}

/// <summary>The line that says that a process was started.</summary>
internal sealed partial record Started(string Name, int Id, int Pid)
{
    /// <summary>One that is already over has its pid and is not alive.</summary>
    public Live Process { get; } = Live.Find(Pid) ?? new Live(Pid, StartTicks: -1);

    public static Started Parse(string output)
    {
        var line = Pattern().Match(output);
        Assert.True(line.Success, $"no line says that it was started:\n{output}");
        return new Started(line.Groups[1].Value, int.Parse(line.Groups[2].Value), int.Parse(line.Groups[3].Value));
    }

    [GeneratedRegex(@"^(?:Started|Restarted) (.*) \(id: (\d+), pid: (\d+)(?:, .*)?\)$", RegexOptions.Multiline)]
    private static partial Regex Pattern();
}
