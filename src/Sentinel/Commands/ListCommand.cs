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

    public static Command Create()
    {
        var watch = SharedOptions.Flag("--watch", "Refresh every second, until Ctrl+C", "-w");
        var group = new Option<string?>("--group") { Description = "Only the processes of this group", HelpName = "name" };
        var json = SharedOptions.Json();
        var command = new Command("list") { group, watch, json };
        command.Check(result =>
        {
            if (result.GetValue(watch) && result.GetValue(json))
                result.AddError("--watch is for people and --json for programs; use one of them");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var which = result.GetValue(group) is { } name ? new Selection.Members(name) : (Selection)new Selection.All();
            return result.GetValue(watch) ? Watch(session, which) : List(session, which);
        }));
        return command;
    }

    public static int List(Session session, Selection which)
    {
        var look = session.IsJson
            ? ProcessLook.At(session, new Query.Processes(which) { WithRemains = true, WithOptions = true })
            : ProcessLook.List(session, which);
        if (look.Missing.Count > 0)
            return session.Fail(look.Missing);
        if (session.IsJson)
            session.Print(look.ToJson());
        else
            foreach (var line in Lines(look, session.Style))
                session.Output.Line(line);
        return ExitCode.Success;
    }

    private static int Watch(Session session, Selection which)
    {
        if (!session.Style.IsRich)
            return Session.Fail("--watch needs a terminal that can move its cursor", ExitCode.Usage);
        while (true)
        {
            // Draws over the old lines instead of clearing them first: nothing flickers.
            session.Output.Write("\e[H"u8.ToArray());
            // Lines that do not fit would scroll, and be drawn again below.
            foreach (var line in Lines(ProcessLook.List(session, which), Style.Detect()).Take(Terminal.Height - 1 ?? int.MaxValue))
                session.Output.Write(Encoding.UTF8.GetBytes($"{line}\e[K\n"));
            session.Output.Write("\e[J"u8.ToArray());
            session.Output.Flush();
            Thread.Sleep(Refresh);
        }
    }

    private static IEnumerable<string> Lines(ProcessLook look, Style style) => [.. look.RestartLines(), .. ProcessList.Lines(look.Summaries, style)];
}
