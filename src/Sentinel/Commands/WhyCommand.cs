using System.CommandLine;
using Sentinel.Api;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class WhyCommand
{
    private const int DefaultLines = 20;

    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var lines = SharedOptions.Lines("Number of lines to show before each end", DefaultLines);
        var json = SharedOptions.Json();
        var command = new Command("why") { processes, lines, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(processes)!, result.GetValue(lines))));
        return command;
    }

    private static int Show(Session session, string[] targets, int lines)
    {
        var answer = session.Ask<Answer.Stories>(new Query.Stories(SharedOptions.Named(targets), lines));
        if (session.IsJson)
            session.Print(Documents.Of(answer.All, session.Warnings));
        else
            foreach (var line in answer.All.SelectMany((story, i) => i == 0 ? story.Lines(session.Style) : ["", .. story.Lines(session.Style)]))
                session.Output.Line(line);
        return session.Fail(answer.Missing);
    }
}
