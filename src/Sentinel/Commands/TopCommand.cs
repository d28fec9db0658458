using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Screen.Cells;
using Sentinel.Top;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>The screen that people leave open.</summary>
internal static class TopCommand
{
    public static Command Create()
    {
        var names = SharedOptions.Processes("Show only these processes, groups or projects [default: all]");
        names.Arity = ArgumentArity.ZeroOrMore;
        var command = new Command("top") { names };
        command.SetAction(result =>
        {
            using var session = new Session(isJson: false) { Verb = "top" };
            return Run(session, result.GetValue(names) ?? []);
        });
        return command;
    }

    /// <summary>What it cannot be shown without.</summary>
    public const string ATerminal = "a terminal that can move its cursor";

    /// <summary>Shows the processes of several machines.</summary>
    /// <param name="project">The name and the file of the project here; null: there is none.</param>
    /// <returns>False: this is no terminal for it.</returns>
    public static bool ShowOf(IReadOnlyList<HostName> hosts, IReadOnlyList<string> names, (string Name, string File)? project) =>
        TerminalTraits.Of(Environment.GetEnvironmentVariable) is { } traits
        && TopScreen.Run((loop, readers) => new OtherMachines(loop, hosts, names, project, FolderNow(), readers), traits);

    /// <summary>Which processes, groups or projects are to be shown; empty: all.</summary>
    public static IReadOnlyList<string> NamesIn(ParseResult result) => result.GetValue((Argument<string[]>)result.CommandResult.Command.Arguments[0]) ?? [];

    private static int Run(Session session, string[] names)
    {
        Selection selection = names.Length > 0 ? SharedOptions.Named(names) : new Selection.All();
        if (selection.In(session.Store.Read(), _ => true).Missing is { Count: > 0 } missing)
            return session.Fail(missing);
        var traits = TerminalTraits.Of(Environment.GetEnvironmentVariable);
        if (traits is null || !Terminal.IsTerminal)
            return List(session, selection, ATerminal);
        var folder = FolderNow();
        var place = names.Length > 0 ? string.Join(' ', names) : Short(session.Home.Folder);
        var tools = new TopTools(session.Home, session.Store, session.Observer, session.Table, selection, place, folder, folder is null ? null : ProjectLook.Found());
        return TopScreen.Run((loop, readers) => new OwnMachine(loop, tools, readers), traits) ? ExitCode.Success : List(session, selection, "a keyboard");
    }

    // As a shell would write it.
    private static string Short(string folder) => Environment.GetEnvironmentVariable("HOME") is { Length: > 1 } home && folder.StartsWith($"{home}/", StringComparison.Ordinal)
        ? $"~{folder[home.Length..]}" : folder;

    // What can be shown is shown.
    private static int List(Session session, Selection selection, string what)
    {
        Output.Tell($"'sentinel top' needs {what}; this is 'sentinel list'.");
        return ListCommand.Of(session, selection);
    }

    private static string? FolderNow()
    {
        try
        {
            return Caller.FolderAsSeen;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
