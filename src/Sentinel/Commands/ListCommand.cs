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

    private const string Columns = "--columns";

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
        var columns = WordList.Option(Columns, "Show these columns in this order, such as id,name,ports", "columns", [.. ProcessColumn.Names]);
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
            return result.GetValue(watch) ? Watch((style, now) => Look(session, list, style, now)) : List(session, list);
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

    private static Seen Look(Session session, Listing list, Style style, DateTimeOffset now)
    {
        var look = ProcessLook.List(session, list.Selection).Only(list.Filter);
        return new Seen(look.Summaries, [.. look.RestartLines()], ProcessList.Lines(look.Summaries, style, now, list.Columns, list.IsOfProject));
    }

    /// <summary>Shows a list, and how it is every second, until somebody wants no more.</summary>
    public static int Watch(Func<Style, DateTimeOffset, Seen> look)
    {
        if (!Style.Detect().IsRich)
            return Session.Fail("--watch needs a terminal that can move its cursor", ExitCode.Usage);
        using var keyboard = Keyboard.Open();
        using var output = new Output(StandardStream.Output);
        while (true)
        {
            // Draws over the old lines instead of clearing them first: nothing flickers.
            output.Write("\e[H"u8.ToArray());
            foreach (var line in Screen(keyboard is null ? "Ctrl+C quits" : "q quits"))
                output.Write(Encoding.UTF8.GetBytes($"{line}\e[K\n"));
            output.Write("\e[J"u8.ToArray());
            output.Flush();
            if (keyboard is null)
                Thread.Sleep(Refresh);
            else if (keyboard.Read(Refresh) == 'q')
                return ExitCode.Success;
        }

        IEnumerable<string> Screen(string way)
        {
            var (style, now) = (Style.Detect(), DateTimeOffset.UtcNow);
            var seen = look(style, now);
            List<string> head = [style.Paint(ListScreen.Heading(seen.Summaries, now, way, style.Width ?? int.MaxValue), Color.Bold), .. seen.Notes];
            // Lines that do not fit would scroll, and be drawn again below.
            var room = Terminal.Height - 1 - head.Count ?? int.MaxValue;
            return head.Concat(ListScreen.Cut([.. seen.Table], room));
        }
    }

    /// <summary>A line without what only people need, for whom what it prints is shown in another way.</summary>
    public static IEnumerable<string> ForPrograms(IReadOnlyList<string> arguments) => Arguments.Without(arguments, [Columns], ["--watch", "-w"]);

    /// <summary>What there is to show.</summary>
    /// <param name="Notes">What is said above the table.</param>
    internal sealed record Seen(IReadOnlyList<ProcessSummary> Summaries, IReadOnlyList<string> Notes, IEnumerable<string> Table);

    /// <summary>What to list.</summary>
    /// <param name="Columns">Their names; null: those that serve the reader best.</param>
    /// <param name="IsOfProject">Whether the reader wants to know how a project is.</param>
    private sealed record Listing(Selection Selection, ProcessFilter Filter, IReadOnlyList<string>? Columns, bool IsOfProject);
}
