using System.CommandLine;
using System.CommandLine.Help;
using Sentinel.Linux.Native;

namespace Sentinel.Commands;

/// <summary>All commands, and how a command line is parsed.</summary>
internal static class CommandLine
{
    public static RootCommand Create()
    {
        var root = new RootCommand(
            """
            Sentinel runs processes in the background: it keeps their logs, shows their
            CPU, memory and uptime, restarts them when they crash, and stops them with
            all that they started.

            Exit codes: 0 success; 1 all or part of it failed; 2 the command line was
            not understood, nothing was done.
            Everything is kept in the folder SENTINEL_HOME (default ~/.sentinel).
            """)
        {
            RunCommand.Create(),
            ListCommand.Create(),
            StatusCommand.Create(),
            LogsCommand.Create(),
            EventsCommand.Create(),
            WhyCommand.Create(),
            WaitCommand.Create(),
            ScaleCommand.Create(),
            SetCommand.Create(),
            GroupCommand.Create(),
            PortCommand.Create(),
            EnvCommand.Create(),
            GcCommand.Create(),
            DoctorCommand.Create(),
            DaemonCommand.Create(),
            StartupCommand.Create(),
            LogReaderCommand.Create(),
            LogCompressCommand.Create(),
            ProbeCommand.Create(),
        };
        foreach (var command in ProcessCommands.Create())
            root.Subcommands.Add(command);
        root.Options.Add(Invocation.Debug);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        var help = root.Options.OfType<HelpOption>().Single();
        ((HelpAction)help.Action!).MaxWidth = Terminal.Width ?? int.MaxValue;
        foreach (var alias in new[] { "/h", "/?", "-?" })
            help.Aliases.Remove(alias);
        return root;
    }

    public static ParseResult Parse(RootCommand root, string[] arguments) =>
        root.Parse(arguments.Length > 0 ? RunWords.Readable(root, arguments) : ["--help"], new ParserConfiguration
        {
            // An argument that begins with @ is an ordinary argument.
            ResponseFileTokenReplacer = null,
        });
}
