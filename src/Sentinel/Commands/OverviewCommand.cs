using System.CommandLine;
using Sentinel.Api;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>What <c>sentinel</c> alone shows on a terminal: how things are, and how to go on; where there is nothing yet, the help.</summary>
internal static class OverviewCommand
{
    // More than fits at a glance is for 'list'.
    private const int MostLines = 14;

    public static Command Create(string name)
    {
        var command = new Command(name);
        command.SetAction(_ =>
        {
            using var session = new Session(isJson: false);
            return Show(session) ?? CommandLine.Parse(CommandLine.For(["--help"]), ["--help"]).Invoke();
        });
        return command;
    }

    // Null: there is nothing to show.
    private static int? Show(Session session)
    {
        var processes = ProcessLook.List(session, new Selection.All()).Summaries;
        var project = ProjectLook.Found();
        if (processes.Count == 0 && project is null)
            return null;
        if (processes.Count > 0)
        {
            var (output, style) = (session.Output, session.Style);
            output.Line(style.Paint(ListScreen.Counts(processes), Color.Bold));
            foreach (var line in ListScreen.Cut([.. ProcessList.Lines(processes, style)], MostLines))
                output.Line(line);
        }
        else
        {
            session.Prose($"{Text.Printable(Path.GetFileName(project!))} describes a project here, of which nothing is known yet: 'sentinel up' starts it", indent: 2);
        }

        session.Prose("'sentinel top' shows it on a screen, 'sentinel --help' all commands", indent: 2);
        return ExitCode.Success;
    }
}
