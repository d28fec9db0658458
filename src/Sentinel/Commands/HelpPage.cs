using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Sentinel.Linux.Native;
using Sentinel.Model.Fields;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Shows what a command does, and its arguments, options and examples.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    // Pages of the documentation are made from what a pipe gets.
    private const int WidthOfPipes = 80;
    private const int Widest = 100;
    private const int WidestLabel = 24;

    private const string Default = "[default: ";
    private const char NoBreak = '\u00a0';

    /// <summary>Help is shown whatever else is on the line.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = parseResult.CommandResult;
        var output = parseResult.InvocationConfiguration.Output;
        var width = Math.Min(Terminal.Width ?? WidthOfPipes, Widest);
        foreach (var line in result.Parent is CommandResult ? Of(result, width) : OfWhole(result, width))
            output.WriteLine(line);
        return ExitCode.Success;
    }

    private static IEnumerable<string> OfWhole(CommandResult result, int width) =>
    [
        .. Text.Wrap(CommandLine.Description, width),
        .. Section("Usage", ["sentinel <command> [options]", "sentinel <command> --help"]),
        .. Tables([.. CommandLine.Sections.Select(section => (section.Title, section.Verbs.Select(verb => (verb.Label, verb.Summary)))), .. Options(result)], width),
        .. Section("Examples", Examples.Of("")),
        .. Tables([("Exit codes", CommandLine.ExitCodes), ("Files", CommandLine.Files)], width),
    ];

    private static IEnumerable<string> Of(CommandResult result, int width)
    {
        var command = result.Command;
        var path = PathOf(result);
        var arguments = command.Arguments.Where(argument => !argument.Hidden).ToList();
        var rest = arguments.Count > 0 ? string.Join(' ', arguments.Select(Usage)) + " " : command.Subcommands.Count > 0 ? "<command> " : "";
        return
        [
            .. Text.Wrap(command.Description!, width),
            .. Section("Usage", [$"sentinel {path} {rest}[options]"]),
            .. Tables(
            [
                ("Commands", command.Subcommands.Select(sub => (sub.Name, sub.Description!))),
                ("Arguments", arguments.Select(argument => ($"<{NameOf(argument)}>", argument.Description!))),
                .. Options(result),
            ], width),
            .. Section("Examples", Examples.Of(path)),
        ];
    }

    // The settings of a process have sections of their own, below what is used every day.
    private static IEnumerable<(string Title, IEnumerable<(string Label, string Text)> Rows)> Options(CommandResult result)
    {
        const string first = "Options";
        var title = first;
        var titles = !result.Command.Options.Any(option => option.Name == "--restart") ? []
            : SpecFields.All.ToDictionary(field => $"--{field.Key}", field => (title = field.Heading ?? title) is var own && field.IsCommon ? first : own);
        return OptionsOf(result).GroupBy(option => titles.GetValueOrDefault(option.Name, first)).Select(section => (section.Key, section.Select(Row)));
    }

    private static IEnumerable<Option> OptionsOf(CommandResult result)
    {
        for (var at = result; at is not null; at = at.Parent as CommandResult)
            foreach (var option in at.Command.Options)
                if (!option.Hidden && (at == result || option.Recursive))
                    yield return option;
    }

    private static (string Label, string Text) Row(Option option)
    {
        var hasValue = option.Arity.MaximumNumberOfValues > 0;
        var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length));
        return (
            names + (hasValue && option.HelpName is { Length: > 0 } value ? $" <{value}>" : ""),
            option.Description + (hasValue && option.HasDefaultValue ? $" {Default}{option.GetDefaultValue()}]" : ""));
    }

    private static string Usage(Argument argument)
    {
        var name = $"<{NameOf(argument)}>{(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "")}";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string NameOf(Argument argument) => argument.HelpName ?? argument.Name;

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult { Parent: CommandResult } above ? $"{PathOf(above)} {result.Command.Name}" : result.Command.Name;

    private static IEnumerable<string> Section(string title, IReadOnlyList<string> lines) =>
        lines.Count == 0 ? [] : ["", $"{title}:", .. lines.Select(line => $"  {line}")];

    // The texts of a page stand below each other.
    private static IEnumerable<string> Tables(List<(string Title, IEnumerable<(string Label, string Text)> Rows)> tables, int width)
    {
        var widest = tables.SelectMany(table => table.Rows).Select(row => row.Label.Length).Where(length => length <= WidestLabel).DefaultIfEmpty().Max();
        return tables.SelectMany(table => Section(table.Title, [.. table.Rows.SelectMany(row => Lines(row.Label, row.Text, widest, width))]));
    }

    private static IEnumerable<string> Lines(string label, string text, int widest, int width)
    {
        const int gap = 2;
        // A default is one word to those who look for it.
        var lines = Text.Wrap(text.Replace(Default, Default.Replace(' ', NoBreak)), width - widest - gap - gap)
            .Select(line => new string(' ', widest + gap) + line.Replace(NoBreak, ' '))
            .ToList();
        return label.Length > widest ? lines.Prepend(label) : [label + lines[0][label.Length..], .. lines[1..]];
    }
}
