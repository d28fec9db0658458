using System.CommandLine;
using Sentinel.Api;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class EnvCommand
{
    public static Command Create()
    {
        var process = SharedOptions.Process("Process id or name");
        var reveal = SharedOptions.Flag("--reveal", "Show the values");
        var json = SharedOptions.Json();
        var command = new Command("env")
        {
            process, reveal, json,
        };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(process)!, result.GetValue(reveal))));
        return command;
    }

    private static int Show(Session session, string target, bool reveal)
    {
        var answer = session.Ask<Answer.Environment>(new Query.Environment(target, reveal));
        if (answer.Of is not { } environment)
            return session.Fail(answer.Missing);
        if (session.IsJson)
            session.Print(Documents.Of(environment, session.Warnings));
        else
            foreach (var line in EnvironmentList.Lines(environment.Variables, reveal, session.Style))
                session.Output.Line(line);
        return ExitCode.Success;
    }
}
