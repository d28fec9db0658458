using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
using Sentinel.Core.Supervision;
using Sentinel.Linux;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        var words = new Argument<string[]>("command")
        {
            Description = "The command: one argument is a command line as a shell would take it; several, or those after --, "
                + "are executed as they are",
            Arity = ArgumentArity.OneOrMore,
        };
        var name = new Option<string?>("--name") { Description = "What to call it [default: the program's name]" };
        var folder = new Option<string?>("--cwd") { Description = "The folder to run it in [default: this one]", HelpName = "dir" };
        var options = new RunOptionSet();
        var json = SharedOptions.Json();
        var command = new Command("run", "Start a background process") { words, name, folder };
        options.AddTo(command);
        command.Options.Add(json);
        command.Validators.Add(result => Validate(result, words, name));
        command.SetAction(result => OptionMeantForUs(result, result.GetValue(words)!) is { } option
            ? UsageErrors.Report([$"'run' has no option {option}; if it is part of the command, put -- before the command"], result)
            : Invocation.InSession(result, json, session =>
            {
                var environment = Caller.Environment;
                var spec = SpecOf(result.GetValue(words)!, result.GetValue(name), result.GetValue(folder), environment);
                return Run(session, new RunRequest(options.In(result, spec), result.GetValue(name) is not null, environment));
            }));
        return command;
    }

    private static void Validate(CommandResult result, Argument<string[]> words, Option<string?> name)
    {
        if (result.GetValue(name) is { } given && !ProcessName.IsValid(given))
            result.AddError($"'{Text.Printable(given)}' cannot be a name: {ProcessName.Rule}");
        try
        {
            Core.Specs.Command.From(result.GetValue(words) ?? []);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
        }
    }

    // What looks like an option and stands before the command, or after a whole command line in quotes.
    private static string? OptionMeantForUs(ParseResult result, string[] command)
    {
        if (result.Tokens.Any(token => token.Type == TokenType.DoubleDash))
            return null;
        var isCommandLine = command[0].Any(char.IsWhiteSpace) && !File.Exists(command[0]);
        return command.Take(isCommandLine ? command.Length : 1).FirstOrDefault(word => word.StartsWith('-'));
    }

    private static ProcessSpec SpecOf(string[] words, string? name, string? folder, EnvironmentBlock environment)
    {
        var command = Core.Specs.Command.From(words);
        return new ProcessSpec
        {
            Name = name ?? command.ProgramName,
            Command = command,
            WorkingDirectory = Path.GetFullPath(folder ?? "."),
            Environment = environment.Key,
            Umask = Caller.Umask,
        };
    }

    private static int Run(Session session, RunRequest request)
    {
        var outcomes = session.Do(new Request.Run(request));

        var exitCode = session.Report(outcomes);
        var needsDaemon = request.Spec.Restart != RestartRule.Never || request.Spec.MaxMemoryBytes is not null;
        if (outcomes is [Outcome.Started] && needsDaemon && session.Daemon is null)
            Output.Tell("""
                Warning: Restart flag set but daemon is not running. Restarts will only happen
                when you run other sentinel commands.
                  Run 'sentinel daemon start' for continuous monitoring.
                """);
        return exitCode;
    }
}
