using System.CommandLine;
using Sentinel.Linux.Native;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;

namespace Sentinel.Commands;

/// <summary>All commands, and how a command line is parsed.</summary>
internal static class CommandLine
{
    private const string Name = "sentinel";

    public const string Description =
        "Sentinel runs processes in the background: it keeps their logs, shows their CPU, memory and uptime, restarts them when they crash, "
        + "and stops them with all that they started.";

    public static readonly (string, string)[] ExitCodes =
    [
        ("0", "Success"), ("1", "All or part of it failed"), ("2", "The command line, or the file of a project, is wrong, and nothing was done"),
        ("3", "For import, export and image: done, except for what it told on stderr; for plan --exit-code: something would be changed"),
        ("124", "For wait and up: the time was up"),
    ];

    public static readonly (string, string)[] Files = [("~/.sentinel", "The state, logs and events; SENTINEL_HOME names another folder")];

    /// <summary>A command as the help of the whole shows it: to make it is not needed for that.</summary>
    /// <param name="Details">What only its own help says.</param>
    /// <param name="Reach">What it is on other machines.</param>
    /// <param name="OnEngines">Whether it can be carried out on an engine of containers.</param>
    public sealed record Verb(
        string Name, string Summary, Func<Command> Create, string? Alias = null, string? Details = null, Reach Reach = Reach.Changes, bool OnEngines = false)
    {
        public string Label => Alias is null ? Name : $"{Name}, {Alias}";

        public Command Make()
        {
            var command = Create();
            command.Description = Details is null ? Summary : $"{Summary}. {Details}.";
            if (Alias is not null)
                command.Aliases.Add(Alias);
            if (Reach != Reach.None)
                command.Options.Add(HostOption.Option);
            if (OnEngines)
                EngineOption.AddTo(command);
            // One that only has others below it.
            if (command.Action is null)
                command.SetAction(new HelpPage().Invoke);
            return command;
        }
    }

    /// <summary>The commands in the order of help.</summary>
    public static readonly (string Title, Verb[] Verbs)[] Sections =
    [
        ("Start and stop",
        [
            new("run", "Start a background process", RunCommand.Create),
            new("start", "Start stopped processes again", ProcessCommands.Start, OnEngines: true),
            new("stop", "Stop running processes and all that they started", ProcessCommands.Stop, OnEngines: true),
            new("restart", "Stop processes and start them again", RestartCommand.Create, OnEngines: true),
            new("delete", "Stop and delete processes", ProcessCommands.Delete),
            new("startall", "Start all processes that are not running", ProcessCommands.StartAll),
            new("stopall", "Stop all processes", ProcessCommands.StopAll),
            new("restartall", "Restart all processes except those that you stopped", ProcessCommands.RestartAll),
            new("trigger", "Start a process that has a schedule now, besides its times", ProcessCommands.Trigger),
            new("clean", "Delete processes that are not running and will not be restarted", ProcessCommands.Clean),
        ]),
        ("Look",
        [
            new("list", "List all processes", ListCommand.Create, ListCommand.Alias, Reach: Reach.Looks, OnEngines: true),
            new("top", "Show all processes and their logs on a screen, with a key for each verb", TopCommand.Create, Details: "Leaving it stops nothing", Reach: Reach.Shows),
            new("status", "Show everything about a process; without a name, list all", StatusCommand.Create, Reach: Reach.Looks, OnEngines: true),
            new("logs", "Show what processes wrote; without a name, all of them", LogsCommand.Create, Reach: Reach.Looks, OnEngines: true),
            new("why", "Explain a process's state: how its last runs ended, what is next", WhyCommand.Create, Reach: Reach.Looks),
            new("events", "Show what happened: starts, ends, restarts", EventsCommand.Create, Reach: Reach.Looks),
            new("env", "Show the environment of a process, and where each value comes from", EnvCommand.Create, Details: "Of one that does not run, it is what it would get", Reach: Reach.Looks),
            new("cron", "Show schedules: when each is started next, and how its last run ended", CronCommand.Create, Reach: Reach.Looks),
            new("wait", "Wait until a process has ended, and exit with its code", WaitCommand.Create, Details: "That is 128 + the signal that killed it, and 1 if it is unknown", Reach: Reach.Looks),
        ]),
        ("Change",
        [
            new("set", "Change the options that a process was run with", SetCommand.Create, Details: "Some take effect at once, the others at its next start"),
            new("scale", "Run more or fewer instances of a set", ScaleCommand.Create, OnEngines: true),
            new("send", "Send a line to the standard input of a process", SendCommand.Create, Details: "It needs 'run --stdin open' or '--tty'"),
            new("attach", "Connect this terminal to that of a process", AttachCommand.Create, Details: "It needs 'run --tty'; Ctrl+P Ctrl+Q detaches", Reach: Reach.None),
            new("signal", "Send a signal to what runs, without stopping it", SignalCommand.Create),
            new("reset", "Forget the failures of processes that were given up", ProcessCommands.Reset, Details: "They can be started again then"),
            new("gc", "Stop processes whose lease has expired", GcCommand.Create, Details: "'run --ttl' and '--until' give a lease"),
        ]),
        ("Projects",
        [
            new("up", "Start a project, and wait until all of it is ready", UpCommand.Create, Details: "Its file is sentinel.toml; what runs as the file says is left alone", OnEngines: true),
            new("down", "Stop a project, in reverse order", DownCommand.Create, OnEngines: true),
            new("plan", "Show what 'up' would change, and why", ApplyCommand.Plan, Reach: Reach.Looks, OnEngines: true),
            new("apply", "Change what runs into what the project's file says, and start nothing else", ApplyCommand.Create),
            new("ps", "List the processes of a project, with what they wait for and where people reach them", ListCommand.OfProject, Details: "Where there is no project, it lists all processes", Reach: Reach.Looks),
            new("deploy", "Bring a project to other machines over ssh, and start it there", DeployCommand.Create, Details: "What it needs is there then: sentinel itself, and the project's folder as a release", Reach: Reach.None),
            new("graph", "Show which process of a project needs which", GraphCommand.Create, Reach: Reach.None),
            new("init", "Write an example of a sentinel.toml, the file that describes a project", InitCommand.Create, Reach: Reach.None),
            new("check", "Tell all that is wrong in a project's file; change nothing", CheckCommand.Create, Reach: Reach.None),
            new("config", "Show a project with all that files add to it, and where each value is", ConfigCommand.Create, Reach: Reach.None),
            new("schema", "Print the JSON schema of sentinel.toml, for editors", SchemaCommand.Create, Reach: Reach.None),
        ]),
        ("Groups, ports and hooks",
        [
            new("group", "Manage groups of processes and their shared environment", GroupCommand.Create),
            new("hook", "Run a command, or tell a server, when something happens", HookCommand.Create),
            new("port", "Lease ports, so that no two programs are given the same one", PortCommand.Create),
        ]),
        ("Browsers and programs",
        [
            new("web", "Show all of it on a page in the browser, until Ctrl+C", WebCommand.Web, Details: "It prints an address that lets one browser in", Reach: Reach.Shows),
            new("serve", "Serve an HTTP API to programs, until Ctrl+C", WebCommand.Serve, Reach: Reach.None),
            new("mcp", "Serve tools to a coding agent, on standard input and output", McpCommand.Create, Details: "The agent's program starts it; what the agent runs ends with it", Reach: Reach.None),
        ]),
        ("Daemon and machine",
        [
            new("daemon", "Manage the daemon that restarts processes when they end", DaemonCommand.Create),
            new("import", "Make a sentinel.toml from the file of another tool", ImportCommand.Create, Details: "What is not taken is told on stderr, and the exit code is 3", Reach: Reach.None),
            new("export", "Make files for systemd or for containers from a project", ExportCommand.Create, Details: "What has no equal there is told on stderr, and the exit code is 3", Reach: Reach.None),
            new("image", "Make a container image of a project, without docker", ImageCommand.Create, Details: "What is left out is told on stderr, and the exit code is 3", Reach: Reach.None),
            new("metrics", "Print what is measured and counted, for Prometheus", MetricsCommand.Create, Reach: Reach.Looks),
            new("doctor", "Check this machine and what Sentinel keeps; change nothing", DoctorCommand.Create, Reach: Reach.Looks),
            new("startup", "Start the daemon, a project or a command at boot", StartupCommand.Create),
            new("completion", "Print the completion script for a shell", CompletionCommand.Create, Reach: Reach.None),
        ]),
    ];

    // What we call ourselves.
    private static readonly Verb[] Hidden =
    [
        new(LogReaders.CommandName, "", LogReaderCommand.Create, Reach: Reach.None),
        new(LogReaders.TerminalName, "", TerminalKeeperCommand.Create, Reach: Reach.None),
        new(SocketKeeper.CommandName, "", SocketKeeperCommand.Create, Reach: Reach.None),
        new(LogCompressions.CommandName, "", LogCompressCommand.Create, Reach: Reach.None),
        new(HookErrands.Post, "", PostCommand.Create, Reach: Reach.None),
        new("probe", "Ask a server whether it answers", ProbeCommand.Create, Reach: Reach.None),
        new(RelayCommand.Name, "", RelayCommand.Create, Reach: Reach.None),
        new(ReleaseCommand.Name, "", ReleaseCommand.Create, Reach: Reach.None),
    ];

    /// <summary>What parses this line: of all commands and options only those that it can be about. To make all takes most of the time of a command.</summary>
    public static Command For(string[] arguments) => arguments switch
    {
        [] when Terminal.IsTerminal => OverviewCommand.Create(Name),
        [] or ["--help"] or ["-h"] => new Command(Name) { Help(), Version(), Invocation.Debug },
        ["--version"] => new Command(Name) { Version() },
        _ => ForVerb(Array.Find(arguments, argument => argument != Invocation.Debug.Name)) ?? Create(),
    };

    private static Command? ForVerb(string? word)
    {
        // Without LINQ, which would take longer to load than this takes.
        foreach (var (_, verbs) in Sections)
            foreach (var verb in verbs)
                if (verb.Name == word || (verb.Alias is not null && verb.Alias == word))
                    return Alone(verb);
        foreach (var verb in Hidden)
            if (verb.Name == word)
                return Alone(verb);
        return null;
    }

    private static Command Alone(Verb verb) => new(Name) { verb.Make(), Help(), Invocation.Debug };

    /// <summary>What the command of this name is on other machines.</summary>
    public static Reach ReachOf(string name) => Verbs.First(verb => verb.Name == name).Reach;

    private static IEnumerable<Verb> Verbs => Sections.SelectMany(section => section.Verbs).Concat(Hidden);

    /// <summary>All commands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand(Description);
        foreach (var verb in Verbs)
            root.Subcommands.Add(verb.Make());
        // Ours are in place of the parser's.
        root.Options.Clear();
        root.Options.Add(Help());
        root.Options.Add(Version());
        root.Options.Add(Invocation.Debug);
        return root;
    }

    // The parser's own reads its description from resources and has aliases of Windows.
    private static Option<bool> Help() => new("--help", "-h")
    {
        Description = "Show this help",
        Action = new HelpPage(),
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    private static Option<bool> Version() =>
        new("--version") { Description = "Show the version", Action = new VersionAction(), Arity = ArgumentArity.Zero };

    public static ParseResult Parse(Command root, string[] arguments) =>
        root.Parse(arguments.Length > 0 ? RunWords.Readable(root, arguments) : root.Action is null ? ["--help"] : [], new ParserConfiguration
        {
            // An argument that begins with @ is an ordinary argument.
            ResponseFileTokenReplacer = null,
        });
}
