using System.CommandLine;
using Sentinel.Api;
using Sentinel.Model.Fields;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class GcCommand
{
    public static Command Create()
    {
        var dryRun = SharedOptions.Flag("--dry-run", "Only print what would be ended, and why");
        var session = new Option<string?>("--session")
        {
            Description = "End all processes run in this session, and no others, whether or not their leases are over",
            HelpName = "id",
        };
        var json = SharedOptions.Json();
        var command = new Command("gc")
        {
            session, dryRun, json,
        };
        command.Check(result => SpecFields.Find("session")!.Give(SpecOptions.Blank, [.. new[] { result.GetValue(session) }.OfType<string>()], Asker.None));
        command.SetAction(result => Invocation.InSession(result, json, work => result.GetValue(dryRun)
            ? work.Report(work.Ask<Answer.Overdue>(new Query.Overdue(result.GetValue(session))).All, count => Summary(count, "Would end"))
            : work.Report(work.Do(new Request.EndLeases(result.GetValue(session))), count => Summary(count, "Ended"))));
        return command;
    }

    private static string Summary(int count, string done) =>
        count == 0 ? "No processes to end" : $"{done} {Text.Count(count, "process", "processes")}";
}
