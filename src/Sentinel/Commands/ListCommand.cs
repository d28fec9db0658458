using System.CommandLine;
using System.Text;
using Sentinel.Core.Supervision;
using Sentinel.Linux;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class ListCommand
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var watch = SharedOptions.Flag("--watch", "Stay, and refresh every second; Ctrl+C ends it", "-w");
        var json = SharedOptions.Json();
        var command = new Command("list", "List all processes") { watch, json };
        command.Aliases.Add("ls");
        command.Validators.Add(result =>
        {
            if (result.GetValue(watch) && result.GetValue(json))
                result.AddError("--watch is for people and --json for programs; use one of them");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
            result.GetValue(watch) ? Watch(session) : List(session, result.GetValue(json))));
        return command;
    }

    private static int List(Session session, bool isJson)
    {
        var look = Look.At(session, new Selection.All());
        if (isJson)
            session.Print(look.ToJson(), Json.Document.ProcessesJson);
        else
            foreach (var line in Lines(session, look, session.Style))
                session.Output.Line(line);
        return ExitCode.Success;
    }

    private static int Watch(Session session)
    {
        if (!session.Style.IsRich)
            return Session.Fail("--watch needs a terminal that can move its cursor", ExitCode.Usage);
        while (true)
        {
            // Drawn over what was there, not after clearing it: nothing flickers.
            session.Output.Write("\e[H"u8.ToArray());
            // What does not fit would scroll, and be drawn again below itself.
            foreach (var line in Lines(session, Look.At(session, new Selection.All()), Style.Detect()).Take(Terminal.Height - 1 ?? int.MaxValue))
                session.Output.Write(Encoding.UTF8.GetBytes($"{line}\e[K\n"));
            session.Output.Write("\e[J"u8.ToArray());
            session.Output.Flush();
            Thread.Sleep(Refresh);
        }
    }

    private static IEnumerable<string> Lines(Session session, Look look, Style style) =>
        [.. look.RestartLines(), .. ProcessList.Lines(look.Processes, style)];
}
