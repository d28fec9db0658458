using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class StatusCommand
{
    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        processes.Arity = ArgumentArity.ZeroOrMore;
        var json = SharedOptions.Json();
        var command = new Command("status") { processes, json };
        command.SetAction(result => Invocation.InSession(result, json, session => result.GetValue(processes) is { Length: > 0 } targets
            ? Show(session, targets)
            : ListCommand.All(session)));
        return command;
    }

    private static int Show(Session session, string[] targets)
    {
        var look = ProcessLook.At(session, new Query.Processes(SharedOptions.Named(targets)) { WithRemains = session.IsJson, WithOptions = session.IsJson, WithLogs = true });
        if (session.IsJson)
            session.Print(look.ToJson());
        else
            Write(session, look);
        return session.Fail(look.Missing);
    }

    private static void Write(Session session, ProcessLook look)
    {
        foreach (var line in look.RestartLines())
            session.Output.Line(line);
        var rung = new LogRotation(new LogFiles()).RungOf(Directory.Exists(session.Home.Logs) ? session.Home.Logs : session.Home.Folder);
        var isFirst = true;
        foreach (var process in look.Processes)
        {
            if (!isFirst)
                session.Output.Line();
            isFirst = false;
            foreach (var line in ProcessDetails.Lines(process, rung, DateTimeOffset.UtcNow, session.Style))
                session.Output.Line(line);
        }
    }
}
