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
        // An unknown command is reported as such, not as a missing command.
        var isUnknownCommand = result.UnmatchedTokens.Count > 0 && result.CommandResult.Command.Action is null;
        return [.. result.Errors.Select(error => error.Message).Distinct().Where(message => !isUnknownCommand || result.UnmatchedTokens.Any(message.Contains))];
    }

    public static int Report(IReadOnlyList<string> errors, ParseResult result)
    {
        var command = result.CommandResult.Command;
        var path = PathOf(result.CommandResult);
        foreach (var error in errors)
            Session.Fail(error.TrimEnd('.'));
        var known = command.Subcommands.SelectMany(sub => sub.Aliases.Prepend(sub.Name))
            .Concat(command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)));
        string?[] words = [.. result.UnmatchedTokens, UnknownOption(result)];
        foreach (var word in words.OfType<string>())
            if (Spelling.Nearest(word, known) is { } nearest)
                Output.Tell($"Did you mean '{nearest}'?");
        Output.Tell($"See '{path} --help'.");
        return ExitCode.Usage;
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
