using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Shows the schedules.</summary>
internal static class CronCommand
{
    private const int DefaultTimes = 5;

    public static Command Create() => new("cron")
    {
        List(),
    };

    private static Command List()
    {
        var processes = SharedOptions.Processes("Show only these processes, groups or projects [default: all that have a schedule]");
        processes.Arity = ArgumentArity.ZeroOrMore;
        var times = SharedOptions.Lines("Number of next times to show of each", DefaultTimes);
        var json = SharedOptions.Json();
        var command = new Command("list", "List the processes that have a schedule, with their next times and their last run") { processes, times, json };
        command.Aliases.Add(ListCommand.Alias);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            Selection selection = result.GetValue(processes) is { Length: > 0 } named ? SharedOptions.Named(named) : new Selection.All();
            var (found, missing) = selection.In(session.Store.Read(), _ => true);
            var schedules = found.Where(record => record.Spec.Schedule is not null).Select(record => new ScheduleLine(record, Times(record, result.GetValue(times)))).ToList();
            if (session.IsJson)
                session.Print(Documents.Of(schedules, session.Warnings));
            else
                foreach (var line in ScheduleList.Lines(schedules, session.Style))
                    session.Output.Line(line);
            if (schedules.Count > 0 && !session.IsJson && session.Daemon is null)
                Unasked.WarnOfCause();
            return session.Fail(missing);
        }));
        return command;
    }

    private static IReadOnlyList<DateTimeOffset> Times(ProcessRecord record, int count)
    {
        var times = new List<DateTimeOffset>();
        for (var next = Scheduling.Next(record); next is { } time && times.Count < count; next = Slots.Next(record.Spec.Schedule!, time))
            times.Add(time);
        return times;
    }
}
