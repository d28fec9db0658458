using System.CommandLine;
using System.Text;
using Sentinel.Api;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class ListCommand
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    public const string Alias = "ls";

    public static Command Create() => Create("list", project: null);

    /// <summary>Lists the processes of a project.</summary>
    public static Command OfProject() => Create("ps", new ProjectInput());

    /// <param name="project">Null: all processes are listed.</param>
    private static Command Create(string name, ProjectInput? project)
    {
        var group = new Option<string?>("--group") { Description = "Only the processes of this group", HelpName = "name" };
        group.CompletionSources.Add(_ => SharedOptions.Groups());
        var states = WordList.Option("--state", "Only processes in these states, such as crashed,failed or unhealthy", "states", ProcessFilter.Words);
        var ofSession = SessionOption.Create();
        var columns = WordList.Option("--columns", "Show these columns in this order, such as id,name,ports", "columns", [.. ProcessColumn.Names]);
        var watch = SharedOptions.Flag("--watch", "Refresh every second, until q or Ctrl+C", "-w");
        var json = SharedOptions.Json();
        var command = new Command(name) { group, states, ofSession, columns, watch, json };
        project?.AddTo(command);
        command.Check(result =>
        {
            foreach (var option in new Option[] { watch, columns })
                if (result.GetValue(json) && result.GetResult(option) is { Implicit: false })
                    throw new FormatException($"{option.Name} is for people and --json for programs; use one of them");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var members = result.GetValue(group) ?? project?.KnownIn(result, session.Store.Read());
            var list = new Listing(
                SessionOption.OfLook(result, ofSession, members is null ? new Selection.All() : new Selection.Members(members)),
                new ProcessFilter(result.GetValue(states)?.Words ?? []),
                result.GetValue(columns)?.Words,
                IsOfProject: project is not null);
            return result.GetValue(watch) ? Watch(session, list) : List(session, list);
        }));
        return command;
    }

    /// <summary>Lists all processes.</summary>
    public static int All(Session session) => List(session, new Listing(new Selection.All { Session = SessionOption.OfCaller }, new ProcessFilter([]), Columns: null, IsOfProject: false));

    /// <summary>Lists some processes.</summary>
    public static int Of(Session session, Selection selection) => List(session, new Listing(selection, new ProcessFilter([]), Columns: null, IsOfProject: false));

    private static int List(Session session, Listing list)
    {
        var look = (session.IsJson
            ? ProcessLook.Whole(session, list.Selection)
            : ProcessLook.List(session, list.Selection)).Only(list.Filter);
        if (look.Missing.Count > 0)
            return session.Fail(look.Missing);
        if (session.IsJson)
            session.Print(look.ToJson());
        else
            foreach (var line in look.RestartLines().Concat(ProcessList.Lines(look.Summaries, session.Style, chosen: list.Columns, isOfProject: list.IsOfProject)))
                session.Output.Line(line);
        return ExitCode.Success;
    }

    private static int Watch(Session session, Listing list)
    {
        if (!session.Style.IsRich)
            return Session.Fail("--watch needs a terminal that can move its cursor", ExitCode.Usage);
        using var keyboard = Keyboard.Open();
        while (true)
        {
            // Draws over the old lines instead of clearing them first: nothing flickers.
            session.Output.Write("\e[H"u8.ToArray());
            foreach (var line in Screen(ProcessLook.List(session, list.Selection).Only(list.Filter), keyboard is null ? "Ctrl+C quits" : "q quits"))
                session.Output.Write(Encoding.UTF8.GetBytes($"{line}\e[K\n"));
            session.Output.Write("\e[J"u8.ToArray());
            session.Output.Flush();
            if (keyboard is null)
                Thread.Sleep(Refresh);
            else if (keyboard.Read(Refresh) == 'q')
                return ExitCode.Success;
        }

        IEnumerable<string> Screen(ProcessLook look, string way)
        {
            var style = Style.Detect();
            var now = DateTimeOffset.UtcNow;
            List<string> head = [style.Paint(ListScreen.Heading(look.Summaries, now, way, style.Width ?? int.MaxValue), Color.Bold), .. look.RestartLines()];
            // Lines that do not fit would scroll, and be drawn again below.
            var room = Terminal.Height - 1 - head.Count ?? int.MaxValue;
            return head.Concat(ListScreen.Cut([.. ProcessList.Lines(look.Summaries, style, now, list.Columns, list.IsOfProject)], room));
        }
    }

    /// <summary>What to list.</summary>
    /// <param name="Columns">Their names; null: those that serve the reader best.</param>
    /// <param name="IsOfProject">Whether the reader wants to know how a project is.</param>
    private sealed record Listing(Selection Selection, ProcessFilter Filter, IReadOnlyList<string>? Columns, bool IsOfProject);
}
