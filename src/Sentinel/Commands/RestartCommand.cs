using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Model.Specs;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class RestartCommand
{
    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var options = new StopOptionSet();
        var updateEnvironment = ProcessCommands.UpdateEnvironment();
        var rolling = SharedOptions.Flag(
            "--rolling", "Restart one at a time, each when the last is ready and healthy or, without such checks, has run for a second; end at the first failure");
        var json = SharedOptions.Json();
        var command = new Command("restart", "Stop processes and start them again") { processes };
        options.AddTo(command);
        command.Options.Add(updateEnvironment);
        command.Options.Add(rolling);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var selection = new Selection.Named(result.GetValue(processes)!);
            var (stop, renewal) = (options.In(result), ProcessCommands.Renewal(result, updateEnvironment));
            return result.GetValue(rolling)
                ? Roll(session, selection, stop, renewal)
                : Report(session, session.Do(new Request.Restart(selection, stop, renewal)));
        }));
        return command;
    }

    private static int Report(Session session, IReadOnlyList<Outcome> outcomes)
    {
        var exitCode = session.Report(outcomes);
        Unasked.Warn(session, outcomes);
        return exitCode;
    }

    private static int Roll(Session session, Selection selection, StopOptions options, Renewal? renewal)
    {
        var (found, outcomes) = selection.In(session.Store.Read(), _ => true);
        foreach (var (record, after) in found.Select((record, i) => (record, found.Skip(i + 1))))
        {
            using var waiting = ReadyWait.Prepare(session, record.Id);
            var outcome = session.Do(new Request.Restart(Selection.Of([record.Id]), options, renewal))[0];
            if (outcome is Outcome.Restarted restarted && waiting.Until(restarted.Process, serves: true) is { } failure)
                outcome = failure;
            if (outcome is Outcome.Failed failed)
            {
                string[] left = [.. after.Select(next => next.Spec.Name)];
                outcomes.Add(left.Length == 0 ? failed : failed with { Why = $"{failed.Why}; not restarted: {string.Join(", ", left)}" });
                break;
            }

            outcomes.Add(outcome);
        }

        var exitCode = session.Report(outcomes);
        Unasked.Warn(session, outcomes, isReady: true);
        if (outcomes is [.., Outcome.Failed { Process: { IsUp: false } process }])
            ReadyWait.ShowLastLines(session, process.Id);
        return exitCode;
    }
}
