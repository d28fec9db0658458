using Sentinel.Api;
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
        var command = new Command("restart") { processes };
        options.AddTo(command);
        command.Options.Add(updateEnvironment);
        command.Options.Add(rolling);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var selection = new Selection.Named(result.GetValue(processes)!);
            var (stop, renewal) = (options.In(result), ProcessCommands.Renewal(result, updateEnvironment));
            var isRolling = result.GetValue(rolling);
            return Report(session, session.Do(new Request.Restart(selection, stop, renewal, isRolling)), isRolling);
        }));
        return command;
    }

    private static int Report(Session session, IReadOnlyList<Outcome> outcomes, bool isRolling)
    {
        var exitCode = session.Report(outcomes);
        Unasked.Warn(session, outcomes, isReady: isRolling);
        if (isRolling && outcomes is [.., Outcome.Failed { Process: { IsUp: false } process }])
            ReadyWait.ShowLastLines(session, process.Id);
        return exitCode;
    }
}
