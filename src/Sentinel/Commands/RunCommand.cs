using System.CommandLine;
using Sentinel.Api;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
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
        words.CompletionSources.Add(context => context.WordToComplete is { Length: > 0 } begun ? ProgramPath.Beginning(begun, Caller.Environment["PATH"]) : []);
        var options = new SpecOptions(SpecFields.All.Where(field => field.IsOfRun));
        var instances = SharedOptions.Number(
            "--instances", 1, Instance.Most, "Run this many instances as one set: NAME-1, NAME-2, ..., each with its own ports, and its number in SENTINEL_INSTANCE");
        var waiting = new AwaitedStart();
        var ensure = SharedOptions.Flag("--ensure", "If it is registered as asked for, start it unless it runs; fail, with the difference, if it is registered otherwise");
        var replace = SharedOptions.Flag("--replace", "If the name is registered, change that to what is asked for, and restart it if the change needs it; its id and its logs stay");
        var json = SharedOptions.Json();
        var command = new Command("run") { words };
        options.AddTo(command);
        command.Options.Add(instances);
        RunWords.AddTo(command);
        command.Options.Add(ensure);
        command.Options.Add(replace);
        waiting.AddTo(command);
        command.Options.Add(json);
        command.Check(result =>
        {
            Model.Specs.Command.From(result.GetValue(words) ?? [], RunWords.IsExact(result));
            if (result.GetValue(instances) > 1 && options.Has(result, "pid-file"))
                throw new FormatException("--pid-file names one file, and each of several --instances needs its own");
            if (result.GetValue(ensure) && result.GetValue(replace))
                throw new FormatException("--ensure leaves what is different alone, and --replace changes it; use one of them");
            if ((result.GetValue(ensure) || result.GetValue(replace)) && !options.Has(result, "name"))
                throw new FormatException("--ensure and --replace need a --name: that is how they know it again");
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
                var asker = SpecOptions.AskerOf(ancestry);
                if (SessionOption.OfCaller is { } own)
                    spec = SpecFields.Find("session")!.Give(spec, [own], asker);
                spec = options.In(result, spec, asker);
            }
            catch (FormatException e)
            {
                return session.Report([new Outcome.Failed(spec.Name, null, e.Message, FailureCode.NotFound)]);
            }

            var ifTaken = result.GetValue(ensure) ? IfTaken.Ensure : result.GetValue(replace) ? IfTaken.Replace : IfTaken.Refuse;
            var request = new RunRequest(
                spec, isNamed, caller, result.GetValue(instances), ancestry.OfCaller(DateTimeOffset.UtcNow), Caller.Surroundings, ifTaken);
            var (_, exitCode) = waiting.Do(
                result, session, new Request.Run(request), state => ifTaken == IfTaken.Refuse ? [] : state.Processes.Values.Where(record => record.Spec.HasName(spec.Name)));
            if (exitCode == ExitCode.Success && session.Daemon is null)
                WarnWithoutDaemon(spec, isReady: waiting.Waits(result));
            return exitCode;
        }));
        return command;
    }

    private static void WarnWithoutDaemon(ProcessSpec spec, bool isReady)
    {
        if (spec.Restart != RestartRule.Never || spec.MaxMemoryBytes is not null)
            Output.Tell("""
                Warning: Restart flag set but daemon is not running. Restarts will only happen
                when you run other sentinel commands.
                  Run 'sentinel daemon start' for continuous monitoring.
                """);
        if (spec.Schedule is not null || spec.OnDemand)
            Unasked.WarnOfCause();
        if (spec.Watch is not null)
            Unwatched.Warn();
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
