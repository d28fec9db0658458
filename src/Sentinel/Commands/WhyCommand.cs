using System.CommandLine;
using Sentinel.Core.Queries;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class WhyCommand
{
    private const int DefaultLines = 20;

    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var lines = SharedOptions.Lines("Number of stderr lines to show before each end", DefaultLines);
        var json = SharedOptions.Json();
        var command = new Command("why", "Explain a process's state: how its last runs ended, and what comes next") { processes, lines, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(processes)!, result.GetValue(lines))));
        return command;
    }

    private static int Show(Session session, string[] targets, int lines)
    {
        var sight = session.Look();
        var (found, missing) = new Selection.Named(targets).In(sight.State, _ => true);
        var stories = new Stories(session.Home, new LogFiles(), TimeProvider.System, session.Warn)
            .Tell(found, sight, isWatched: found.Count > 0 && session.Daemon is not null, lines);
        if (session.IsJson)
            session.Print(new WhyJson(Json.SchemaVersion, [.. stories.Select(WhyJson.From)], session.Warnings), Json.Document.WhyJson);
        else
            foreach (var line in stories.SelectMany((story, i) => i == 0 ? story.Lines(session.Style) : ["", .. story.Lines(session.Style)]))
                session.Output.Line(line);
        return session.Fail(missing);
    }
}
