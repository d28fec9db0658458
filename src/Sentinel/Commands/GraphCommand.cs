using System.CommandLine;
using Sentinel.Core.Projects;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class GraphCommand
{
    private const string Text = "text", Dot = "dot", Mermaid = "mermaid", Json = "json";

    public static Command Create()
    {
        var input = new ProjectInput();
        var format = new Option<string>("--format") { Description = "How to draw it", HelpName = string.Join('|', Text, Dot, Mermaid, Json), DefaultValueFactory = _ => Text };
        format.AcceptOnlyFromAmong(Text, Dot, Mermaid, Json);
        var all = SharedOptions.Flag("--all", "Show all registered processes, not those of a project's file");
        var json = SharedOptions.Json();
        var command = new Command("graph") { format, all };
        input.AddTo(command);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var state = session.Store.Read();
            var graph = result.GetValue(all) ? ProjectGraph.Of(state) : input.Read(result) is { } project ? ProjectGraph.Of(project, state) : null;
            return graph is null ? ExitCode.Usage : Print(session, graph, session.IsJson ? Json : result.GetValue(format)!);
        }));
        return command;
    }

    private static int Print(Session session, ProjectGraph graph, string format)
    {
        if (format == Json)
            session.Print(Documents.Of(graph));
        else
            foreach (var line in format switch { Dot => GraphText.Dot(graph), Mermaid => GraphText.Mermaid(graph), _ => GraphText.Tree(graph, session.Style) })
                session.Output.Line(line);
        return ExitCode.Success;
    }
}
