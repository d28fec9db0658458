using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Supervision;
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
        session.CompletionSources.Add(_ => SharedOptions.Sessions());
        var delete = SharedOptions.Flag("--delete", "Also delete them, which frees their ports; of a session, all its processes");
        var logs = SharedOptions.Flag("--logs", "With --delete: also delete their log files");
        var json = SharedOptions.Json();
        var command = new Command("gc")
        {
            session, dryRun, delete, logs, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(logs) && !result.GetValue(delete))
                throw new FormatException("--logs needs --delete: the logs of a process that stays are kept");
            if (result.GetValue(dryRun) && result.GetValue(delete))
                throw new FormatException("--dry-run changes nothing; leave out --delete");
        });
        command.Check(result => SpecFields.Find("session")!.Give(SpecOptions.Blank, [.. new[] { result.GetValue(session) }.OfType<string>()], Asker.None));
        command.SetAction(result => Invocation.InSession(result, json, work => result.GetValue(dryRun)
            ? work.Report(work.Ask<Answer.Overdue>(new Query.Overdue(result.GetValue(session))).All, count => Summary(count, "Would end"))
            : End(work, result.GetValue(session), result.GetValue(delete), result.GetValue(logs))));
        return command;
    }

    private static int End(Session work, string? session, bool deletes, bool withLogs)
    {
        List<Outcome> outcomes = [.. work.Do(new Request.EndLeases(session))];
        var ended = outcomes.OfType<Outcome.LeaseEnded>().ToList();
        var left = session is null ? Selection.Of(ended.Select(one => one.Process.Id)) : new Selection.All { Session = session };
        if (deletes && (session is not null || ended.Count > 0))
            outcomes.AddRange(work.Do(new Request.Delete(left, StopOptions.Default, withLogs)));
        var exitCode = work.Report(outcomes, _ => Summary(ended.Count, "Ended"));
        if (!deletes && !work.IsJson)
            TellLeft(work, left);
        return exitCode;
    }

    private static void TellLeft(Session work, Selection left)
    {
        var state = work.Store.Read();
        var found = left.In(state, _ => true).Found;
        var ports = found.Sum(record => state.PortsOf(record).Count());
        if (found.Count > 0)
            work.Prose($"{Text.Count(found.Count, "process is", "processes are")} still registered{(ports == 0 ? "" : $", with {Text.Count(ports, "port", "ports")}")}; --delete forgets "
                + $"{(found.Count == 1 ? "it" : "them")}, and --logs the logs as well", indent: 2);
    }

    private static string Summary(int count, string done) =>
        count == 0 ? "No processes to end" : $"{done} {Text.Count(count, "process", "processes")}";
}
