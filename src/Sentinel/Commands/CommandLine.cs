using System.CommandLine;
using System.CommandLine.Help;
using Sentinel.Linux.Native;
using Sentinel.Linux.Spawning;

namespace Sentinel.Commands;

/// <summary>All commands, and how a command line is parsed.</summary>
internal static class CommandLine
{
    private const string Name = "sentinel";

    private const string Description =
        """
        Sentinel runs processes in the background: it keeps their logs, shows their
        CPU, memory and uptime, restarts them when they crash, and stops them with
        all that they started.

        Exit codes: 0 success; 1 all or part of it failed; 2 the command line was
        not understood, nothing was done.
        Everything is kept in the folder SENTINEL_HOME (default ~/.sentinel).
        """;

    // In the order of help.
    private static readonly (string Name, Func<Command> Create)[] Verbs =
    [
        ("run", RunCommand.Create),
        ("list", ListCommand.Create),
        ("status", StatusCommand.Create),
        ("logs", LogsCommand.Create),
        ("events", EventsCommand.Create),
        ("why", WhyCommand.Create),
        ("wait", WaitCommand.Create),
        ("scale", ScaleCommand.Create),
        ("set", SetCommand.Create),
        ("group", GroupCommand.Create),
        ("port", PortCommand.Create),
        ("env", EnvCommand.Create),
        ("gc", GcCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("daemon", DaemonCommand.Create),
        ("startup", StartupCommand.Create),
        (LogReaders.CommandName, LogReaderCommand.Create),
        (LogCompressions.CommandName, LogCompressCommand.Create),
        ("probe", ProbeCommand.Create),
        ("start", ProcessCommands.Start),
        ("stop", ProcessCommands.Stop),
        ("restart", RestartCommand.Create),
        ("delete", ProcessCommands.Delete),
        ("reset", ProcessCommands.Reset),
        ("startall", ProcessCommands.StartAll),
        ("stopall", ProcessCommands.StopAll),
        ("restartall", ProcessCommands.RestartAll),
        ("clean", ProcessCommands.Clean),
    ];

    /// <summary>What parses this line: of all commands and options only those that it can be about. To make all takes most of the time of a command.</summary>
    public static Command For(string[] arguments) => arguments switch
    {
        [] or ["--help"] or ["-h"] => Outline(),
        ["--version"] => new Command(Name) { Version() },
        _ => ForVerb(Array.Find(arguments, argument => argument != Invocation.Debug.Name)) ?? Create(),
    };

    private static Command? ForVerb(string? verb)
    {
        foreach (var (name, create) in Verbs)
            if (name == verb || (name == "list" && verb == ListCommand.Alias))
                return new Command(Name) { create(), Help(), Invocation.Debug };
        return null;
    }

    /// <summary>All commands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand(Description);
        foreach (var verb in Verbs)
            root.Subcommands.Add(verb.Create());
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Options.Insert(0, Help());
        root.Options.Add(Invocation.Debug);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        return root;
    }

    // All that the help of the whole shows. No line is parsed by it that names a command.
    private static Command Outline()
    {
        var root = new Command(Name, Description) { Help(), Invocation.Debug, Version() };
        foreach (var (name, create) in Verbs)
            root.Subcommands.Add(name switch
            {
                "run" => RunCommand.Create([]),
                "set" => SetCommand.Create([]),
                _ => create(),
            });
        return root;
    }

    // The parser's own reads its description from resources and has aliases of Windows.
    private static Option<bool> Help() => new("--help", "-h")
    {
        Description = "Show help and usage information",
        Action = new HelpAction { MaxWidth = Terminal.Width ?? int.MaxValue },
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    private static Option<bool> Version() =>
        new("--version") { Description = "Show version information", Action = new VersionAction(), Arity = ArgumentArity.Zero };

    public static ParseResult Parse(Command root, string[] arguments) =>
        root.Parse(arguments.Length > 0 ? RunWords.Readable(root, arguments) : ["--help"], new ParserConfiguration
        {
            // An argument that begins with @ is an ordinary argument.
            ResponseFileTokenReplacer = null,
        });
}
