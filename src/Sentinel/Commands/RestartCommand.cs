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
        var noGap = SharedOptions.Flag(
            "--no-gap", "Start a new run beside the current one, with its --socket handed on, and end the current one when the new one is ready or, without such a check, has run for two seconds; if it fails, the current one goes on");
        var session = SessionOption.Create();
        var waiting = new AwaitedStart();
        var json = SharedOptions.Json();
        var command = new Command("restart") { processes };
        options.AddTo(command);
        environment.AddTo(command);
        command.Options.Add(updateEnvironment);
        command.Options.Add(rolling);
        command.Options.Add(noGap);
        command.Options.Add(session);
        waiting.AddTo(command);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (result.GetValue(rolling) && result.GetValue(noGap))
                throw new FormatException("--rolling and --no-gap exclude each other; use one of them");
        });
        command.SetAction(result => Invocation.InSession(result, json, work =>
        {
            var selection = SessionOption.Of(result, session, SharedOptions.Named(result.GetValue(processes)!));
            if (environment.IsAnyIn(result.CommandResult) && Change(work, selection, spec => environment.In(result, spec, SpecOptions.AskerOf(new Ancestry(work.Table)))) is { Count: > 0 } failed)
                return work.Report(failed);
            var way = result.GetValue(noGap) ? RestartWay.NoGap : result.GetValue(rolling) ? RestartWay.Rolling : RestartWay.Together;
            var (outcomes, exitCode) = waiting.Do(
                result,
                work,
                new Request.Restart(selection, options.In(result), ProcessCommands.Renewal(result, updateEnvironment), way),
                state => selection.In(state, _ => true).Found);
            Unasked.Warn(work, outcomes, isReady: way != RestartWay.Together || waiting.Waits(result));
            if (way != RestartWay.Together && !waiting.Waits(result) && outcomes is [.., Outcome.Failed { Process: { } process }] && (!process.IsUp || way == RestartWay.NoGap))
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
