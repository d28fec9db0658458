using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class RestartCommand
{
    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var options = new StopOptionSet();
        var environment = SpecOptions.Environment();
        var updateEnvironment = ProcessCommands.UpdateEnvironment();
        var rolling = SharedOptions.Flag(
            "--rolling", "Restart one at a time, each when the last is ready and healthy or, without such checks, has run for a second; end at the first failure");
        var session = SessionOption.Create();
        var waiting = new AwaitedStart();
        var json = SharedOptions.Json();
        var command = new Command("restart") { processes };
        options.AddTo(command);
        environment.AddTo(command);
        command.Options.Add(updateEnvironment);
        command.Options.Add(rolling);
        command.Options.Add(session);
        waiting.AddTo(command);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, work =>
        {
            var selection = SessionOption.Of(result, session, SharedOptions.Named(result.GetValue(processes)!));
            if (environment.IsAnyIn(result.CommandResult) && Change(work, selection, spec => environment.In(result, spec, SpecOptions.AskerOf(new Ancestry(work.Table)))) is { Count: > 0 } failed)
                return work.Report(failed);
            var isRolling = result.GetValue(rolling);
            var (outcomes, exitCode) = waiting.Do(
                result,
                work,
                new Request.Restart(selection, options.In(result), ProcessCommands.Renewal(result, updateEnvironment), isRolling),
                state => selection.In(state, _ => true).Found);
            Unasked.Warn(work, outcomes, isReady: isRolling || waiting.Waits(result));
            if (isRolling && !waiting.Waits(result) && outcomes is [.., Outcome.Failed { Process: { IsUp: false } process }])
                ReadyWait.ShowLastLines(work, process.Id);
            return exitCode;
        }));
        return command;
    }

    // All of them, or none: what fails is returned.
    private static IReadOnlyList<Outcome> Change(Session session, Selection selection, Func<ProcessSpec, ProcessSpec> change)
    {
        var (found, missing) = selection.In(session.Store.Read(), _ => true);
        return missing.Count > 0 ? missing : [.. session.Do(new Request.ChangeSpecs(
            [.. found.Select(record => new SpecChange(record.Id, record.Spec, change(record.Spec)))])).OfType<Outcome.Failed>()];
    }
}
