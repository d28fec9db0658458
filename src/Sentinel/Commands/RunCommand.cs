using System.CommandLine;
using Sentinel.Api;
using Sentinel.Linux.Proc;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        var words = new Argument<string[]>("command")
        {
            Description = "Command to run: one argument is a command line, as for a shell; several arguments, "
                + "and all after --, are executed as they are",
            Arity = ArgumentArity.OneOrMore,
        };
        var options = new SpecOptions(SpecFields.All.Where(field => field.IsOfRun));
        var instances = SharedOptions.Number(
            "--instances", 1, Instance.Most, "Run this many instances as one set: NAME-1, NAME-2, ..., each with its own ports, and its number in SENTINEL_INSTANCE");
        var waits = SharedOptions.Flag("--wait", "Wait until it is ready; on failure print the reason and its last output");
        var json = SharedOptions.Json();
        var command = new Command("run") { words };
        options.AddTo(command);
        command.Options.Add(instances);
        RunWords.AddTo(command);
        command.Options.Add(waits);
        command.Options.Add(json);
        command.Check(result =>
        {
            Model.Specs.Command.From(result.GetValue(words) ?? [], RunWords.IsExact(result));
            if (result.GetValue(instances) > 1 && options.Has(result, "pid-file"))
                throw new FormatException("--pid-file names one file, and each of several --instances needs its own");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (RunWords.TakenIn(result) is { Length: > 0 } taken)
                Output.Tell($"Note: {string.Join(", ", taken)} after the command is taken as an option of run; put -- before the command to pass it on.");
            var caller = Caller.Environment;
            var asked = Model.Specs.Command.From(result.GetValue(words)!, RunWords.IsExact(result.CommandResult));
            var isNamed = options.Has(result.CommandResult, "name");
            var ancestry = new Ancestry(session.Table);
            var spec = new ProcessSpec
            {
                Name = asked.ProgramName,
                Command = asked,
                WorkingDirectory = options.Has(result.CommandResult, "cwd") ? "" : Caller.FolderAsSeen,
                Environment = caller.Key,
                Umask = Caller.Umask,
                Inherited = Caller.Inherited,
            };
            try
            {
                spec = options.In(result, spec, SpecOptions.AskerOf(ancestry));
            }
            catch (FormatException e)
            {
                return session.Report([new Outcome.Failed(spec.Name, null, e.Message, FailureCode.NotFound)]);
            }

            var request = new RunRequest(
                spec, isNamed, caller, result.GetValue(instances), ancestry.OfCaller(DateTimeOffset.UtcNow), Caller.Surroundings);
            return Run(session, request, result.GetValue(waits));
        }));
        return command;
    }

    private static int Run(Session session, RunRequest request, bool waits)
    {
        using var waiting = waits ? new ReadyWait(session, session.Store.Read().FreeId) : null;
        var outcomes = session.Do(new Request.Run(request));
        // Where nothing tells that it is ready, it has to live for a moment.
        var isUntold = request.Spec is { Readiness: null, Health: null };
        if (waiting is not null)
            // Nothing is left to await: here, whatever takes time blocks.
            outcomes = [.. outcomes.Select(outcome => outcome is Outcome.Started started
                ? waiting.Until(started.Process, serves: isUntold).GetAwaiter().GetResult() ?? outcome
                : outcome)];

        var exitCode = session.Report(outcomes);
        if (waits)
            foreach (var failed in outcomes.OfType<Outcome.Failed>().Select(failure => failure.Process).OfType<ProcessRef>())
            {
                ReadyWait.ShowLastLines(session, failed.Id);
                ReadyWait.ShowLeft(session, failed.Id);
            }

        if (exitCode == ExitCode.Success && session.Daemon is null)
            WarnWithoutDaemon(request.Spec, isReady: waits);
        return exitCode;
    }

    private static void WarnWithoutDaemon(ProcessSpec spec, bool isReady)
    {
        if (spec.Restart != RestartRule.Never || spec.MaxMemoryBytes is not null)
            Output.Tell("""
                Warning: Restart flag set but daemon is not running. Restarts will only happen
                when you run other sentinel commands.
                  Run 'sentinel daemon start' for continuous monitoring.
                """);
        if (spec.Health is not null || (spec.Readiness?.Probe is not null && !isReady))
            Unasked.Warn(spec.Health is not null, "'run --wait'");
        if (spec.Lease is { Ends: true })
            Output.Tell("""
                Warning: Lease set but daemon is not running. When it is over, the process keeps running
                until you run 'sentinel gc'.
                  Run 'sentinel daemon start' to end it on time.
                """);
    }
}
