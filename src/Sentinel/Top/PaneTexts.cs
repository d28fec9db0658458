using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Projects;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Processes;
using Sentinel.Rendering;
using Sentinel.Screen;

namespace Sentinel.Top;

/// <summary>What panes say, but for logs: the same words as the commands of their names.</summary>
internal sealed class PaneTexts(TopTools tools, Sights sights)
{
    // How many lines of stderr are shown before each end.
    private const int LinesOfRun = 10;
    private const int MostEvents = 500;

    /// <param name="columns">The width that there is for it.</param>
    /// <param name="told">Gets the lines, with colours.</param>
    public void Load(Pane pane, int columns, Action<IReadOnlyList<string>> told)
    {
        var style = new Style(IsRich: true, Math.Max(1, columns));
        try
        {
            switch (pane.Kind)
            {
                case PaneKind.Why:
                    Ask<Answer.Stories>(new Query.Stories(new Selection.Named(pane.Names), LinesOfRun), told, answer =>
                        answer.All.SelectMany((story, i) => story.Lines(style).Prepend("").Skip(i == 0 ? 1 : 0)));
                    break;
                case PaneKind.Env when pane.Names is [var name, ..]:
                    Ask<Answer.Environment>(new Query.Environment(name, pane.ShowsSecrets), told, answer => EnvironmentList.Lines(answer.Of?.Variables ?? [], style));
                    break;
                case PaneKind.Tree when pane.Names is [var name, ..]:
                    Ask<Answer.Processes>(new Query.Processes(new Selection.Named([name])) { WithRemains = true }, told, answer =>
                        TreeText.Lines([.. answer.All.SelectMany(process => process.Pids).Distinct().Select(tools.Table.Look).OfType<Sighting>().Select(one => new TreeMember(
                            one.Pid, one.Parent, tools.Table.ProgramOf(one.Pid) ?? "?", one.MemoryBytes, tools.Table.CpuTimeOf(one.Pid)))], style));
                    break;
                case PaneKind.Ports:
                    Ask<Answer.Ports>(new Query.Ports(null), told, answer => PortList.Lines(answer.All, style));
                    break;
                case PaneKind.Graph:
                    told([.. GraphText.Tree(ProjectGraph.Of(tools.Store.Read()), style)]);
                    break;
                case PaneKind.Events:
                    var reader = new EventReader(tools.Store);
                    // The newest first: they are what one looks for.
                    told([.. reader.AllAfter(Math.Max(0, reader.Last - MostEvents)).OfType<Notice.Happened>().Reverse().Select(notice => Events.Line(notice.Event, style))]);
                    break;
                default:
                    told(["Nothing is chosen"]);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or StateException or UnauthorizedAccessException)
        {
            told([Text.Printable(e.Message)]);
        }
    }

    private void Ask<TAnswer>(Query query, Action<IReadOnlyList<string>> told, Func<TAnswer, IEnumerable<string>> lines)
        where TAnswer : Answer => sights.Ask(query, answer => told(answer switch
        {
            { Missing: [var missing, ..] } => [Text.Printable(Outcomes.Line(missing))],
            TAnswer known => [.. lines(known)],
            _ => ["There is no answer"],
        }));
}
