using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Core.Supervision;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>What is wrong with a command line, and what may have been meant.</summary>
internal static class UsageErrors
{
    public static IReadOnlyList<string> In(ParseResult result)
    {
        // Help is shown whatever else is on the line, and shell completion asks about unfinished lines.
        if (result.Action is not null and not System.CommandLine.Invocation.ParseErrorAction && result.Errors.Count > 0)
            return [];
        if (result.Errors.Count == 0 && UnknownOption(result, SharedOptions.ProcessesName) is { } option)
            return [$"'{result.CommandResult.Command.Name}' has no option {option}; if it is a process, put -- before it"];
        if (result.Errors.Count == 0)
            return [];
        // Whatever else is wrong may be so because of the first word that is not known.
        if (result.UnmatchedTokens is [var word, ..])
            return [NotKnown(word, Judge(word, result))];
        return Missing(result.CommandResult) is { } missing ? [missing] : [.. result.Errors.Select(error => error.Message).Distinct()];
    }

    public static int Report(IReadOnlyList<string> errors, ParseResult result)
    {
        var judge = result.UnmatchedTokens is [var word, ..] ? Judge(word, result) : result.CommandResult;
        var command = judge.Command;
        var path = PathOf(judge);
        foreach (var error in errors)
            Session.Fail(error.TrimEnd('.'));
        var known = command.Subcommands.SelectMany(sub => sub.Aliases.Prepend(sub.Name))
            .Concat(command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)));
        string?[] words = [.. result.UnmatchedTokens, UnknownOption(result)];
        // A word of a letter or two is close to every other.
        if (Array.Find(words, each => each?.TrimStart('-').Length > 1) is { } first && AnswerTo(first, judge) is null && Spelling.Nearest(first, known) is { } nearest)
            Output.Tell($"Did you mean '{nearest}'?");
        Output.Tell($"See '{path} --help'.");
        return ExitCode.Usage;
    }

    // The parser takes the first command that it knows, also behind words that it does not.
    private static CommandResult Judge(string word, ParseResult result)
    {
        var position = result.Tokens.TakeWhile(token => token.Value != word).Count();
        var judge = result.CommandResult;
        while (judge.Parent is CommandResult parent && result.Tokens.TakeWhile(token => token != judge.IdentifierToken).Count() > position)
            judge = parent;
        return judge;
    }

    private static string NotKnown(string word, CommandResult result)
    {
        var command = result.Command;
        var isWhole = result.Parent is not CommandResult;
        return word.StartsWith('-') ? $"'{PathOf(result)}' has no option {word}"
            : command.Subcommands.Count == 0 ? $"'{PathOf(result)}' takes no argument '{word}'"
            : AnswerTo(word, result) is { } answer ? $"there is no command '{word}': {answer}"
            : $"there is no command '{(isWhole ? "" : command.Name + " ")}{word}'";
    }

    private static string? AnswerTo(string word, CommandResult result) => result.Parent is CommandResult ? null : Habits.AnswerTo(word);

    private static string? Missing(CommandResult result)
    {
        if (result.Command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && result.GetResult(argument) is null or { Tokens.Count: 0 }) is not { } missing)
            return null;
        return missing.Name == SharedOptions.ProcessesName
            ? $"say which process: give its id or name, as in '{PathOf(result)} web'; 'sentinel list' shows all processes"
            : $"'{PathOf(result)}' needs <{missing.HelpName ?? missing.Name}>";
    }

    // The parser takes an option that it does not know as one more argument.
    private static string? UnknownOption(ParseResult result, string? argument = null) =>
        result.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? null
            : result.CommandResult.Children.OfType<ArgumentResult>()
                .Where(given => argument is null || given.Argument.Name == argument)
                .SelectMany(given => given.Tokens)
                .FirstOrDefault(token => token.Value.StartsWith('-'))?.Value;

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "sentinel";
}
