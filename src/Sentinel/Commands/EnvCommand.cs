using System.CommandLine;
using Sentinel.Api;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class EnvCommand
{
    public static Command Create()
    {
        var process = SharedOptions.Process("Process id or name");
        var all = SharedOptions.Flag("--all", "Show all variables, not only those that this shell does not have");
        var reveal = SharedOptions.Flag("--reveal", "Show the values that look secret, too");
        var json = SharedOptions.Json();
        var command = new Command("env")
        {
            process, all, reveal, json,
        };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(process)!, result.GetValue(all), result.GetValue(reveal))));
        return command;
    }

    private static int Show(Session session, string target, bool all, bool reveal)
    {
        // Only with all values can it be told what this shell has as well.
        var answer = session.Ask<Answer.Environment>(new Query.Environment(target, WithValues: reveal || !session.IsJson, Caller.FolderAsSeen));
        if (answer.Of is not { } environment)
            return session.Fail(answer.Missing);
        if (session.IsJson)
            session.Print(Documents.Of(environment, session.Warnings));
        else
            Write(session, environment, all, reveal);
        return ExitCode.Success;
    }

    private static void Write(Session session, EnvironmentInfo environment, bool all, bool reveal)
    {
        var (shell, variables) = (Caller.Environment, environment.Variables);
        var shown = all ? variables : [.. variables.Where(variable => EnvironmentList.IsOwn(variable, shell[variable.Name]))];
        foreach (var line in EnvironmentList.Lines(reveal ? shown : [.. shown.Select(Secrets.Masked)], session.Style))
            session.Output.Line(line);
        if (variables.Count - shown.Count is var rest and > 0)
            session.Prose(
                $"{Text.Count(rest, "other is", "others are")} as in this shell: 'sentinel env {ShellWords.Quote(environment.Name)} --all' shows {(rest == 1 ? "it" : "them")}",
                indent: 2);
    }
}
