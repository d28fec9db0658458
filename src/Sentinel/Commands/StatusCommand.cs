using System.CommandLine;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Logs;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class StatusCommand
{
    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var json = SharedOptions.Json();
        var command = new Command("status", "Show everything about a process") { processes, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(processes)!, result.GetValue(json))));
        return command;
    }

    private static int Show(Session session, string[] targets, bool isJson)
    {
        var look = ProcessLook.At(session, new Selection.Named(targets));
        if (isJson)
            session.Print(look.ToJson(record => LogFaults.Of(record, session.Home, session.Store.Files, session.OpenLogs)), Json.Document.ProcessesJson);
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
            var lines = ProcessDetails.Lines(
                process, look.PortsOf(process.Record), LogFaults.Of(process.Record, session.Home, session.Store.Files, session.OpenLogs), session.Home, rung,
                DateTimeOffset.UtcNow, session.Style);
            foreach (var line in lines)
                session.Output.Line(line);
        }
    }
}
