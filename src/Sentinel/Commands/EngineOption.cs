using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>On which engine of containers a command is to be carried out.</summary>
internal static class EngineOption
{
    public const string Name = "--on", Swarm = "swarm", Kubernetes = "kubernetes";

    private const string FileName = "--file";

    private static readonly string[] Engines = [Swarm, Kubernetes];

    public static readonly Option<string?> Option = Make();

    public static readonly Option<string?> Context = new("--context") { Description = "With --on: the context of docker or kubectl [default: their own]", HelpName = "name" };

    public static readonly Option<string?> Namespace = new("--namespace") { Description = "With --on kubernetes: the namespace [default: that of the context]", HelpName = "name" };

    public static readonly Option<bool> Strict = SharedOptions.Flag("--strict", "With --on: fail, and change nothing, if something has no equal there");

    public static readonly Option<bool> HostFiles = HostFilesOption.Create("With --on: ");

    private static readonly Option<string?> File = new(FileName) { Description = "With --on: the file of the project [default: sentinel.toml here or in a folder above]", HelpName = "file" };

    // Without which they mean nothing.
    private static readonly Option[] Own = [Context, Namespace, Strict, HostFiles, File];

    public static void AddTo(Command command)
    {
        command.Options.Add(Option);
        if (!command.Options.Any(option => option.Name == Context.Name))
            command.Options.Add(Context);
        command.Options.Add(Namespace);
        if (command.Name == "up")
            command.Options.Add(Strict);
        if (command.Name is "up" or "plan")
            command.Options.Add(HostFiles);
        if (!command.Options.Any(option => option.Name == FileName))
            command.Options.Add(File);
        command.Check(result => CheckIn(command, result));
    }

    /// <summary>Null: it is for processes of machines.</summary>
    public static string? In(ParseResult result) => result.Action is HelpPage or VersionAction ? null : result.GetResult(Option) is { Implicit: false } ? result.GetValue(Option) : null;

    public static bool IsIn(CommandResult result) => result.GetResult(Option) is { Implicit: false };

    /// <summary>The file of the project that is named; null: none is.</summary>
    public static string? FileIn(ParseResult result) => result.GetValue((Option<string?>)result.CommandResult.Command.Options.First(option => option.Name == FileName));

    public static bool IsGiven(ParseResult result, string option) => Find(result, option) is { } known && result.GetResult(known) is { Implicit: false };

    /// <summary>An option of the command, by its name.</summary>
    public static T? ValueOf<T>(ParseResult result, string option) => Find(result, option) is Option<T> known ? result.GetValue(known) : default;

    /// <summary>The words that are no options.</summary>
    public static IReadOnlyList<string> WordsIn(ParseResult result) => [.. result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)];

    private static Option? Find(ParseResult result, string option) => result.CommandResult.Command.Options.FirstOrDefault(one => one.Name == option);

    // What an engine does otherwise, or not at all, is refused by its name: nobody is to believe that it counts.
    private static void CheckIn(Command command, CommandResult result)
    {
        if (!IsIn(result))
        {
            foreach (var option in Own.Where(option => command.Options.Contains(option) && result.GetResult(option) is { Implicit: false }))
                throw new FormatException($"{option.Name} is for {Name}, which names an engine");
            return;
        }

        if (result.GetResult(HostOption.Option) is { Implicit: false })
            throw new FormatException($"{Name} is for an engine and {HostOption.Name} for machines over ssh; use one of them");
        if (result.GetResult(Namespace) is { Implicit: false } && result.GetValue(Option) != Kubernetes)
            throw new FormatException($"{Namespace.Name} is for {Name} {Kubernetes}");
        string[] known = [Name, Context.Name, Namespace.Name, FileName, .. OnEngine.OptionsOf(command.Name)];
        foreach (var option in command.Options.Where(option => !option.Recursive && !known.Contains(option.Name) && result.GetResult(option) is { Implicit: false }))
            throw new FormatException($"{option.Name} means nothing with {Name}");
        if (command.Name is "up" or "down" && result.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).FirstOrDefault() is { } word)
            throw new FormatException($"'{Text.Printable(word.Value)}': with {Name}, '{command.Name}' is for the whole project");
    }

    private static Option<string?> Make()
    {
        var option = new Option<string?>(Name)
        {
            Description = $"Do it on this engine, to which the project is exported: {string.Join(" or ", Engines)}",
            HelpName = "engine",
            CustomParser = result =>
            {
                if (!Engines.Contains(result.Tokens[0].Value))
                    result.AddError(Text.Printable($"{Name} takes {string.Join(" or ", Engines)}, not '{result.Tokens[0].Value}'"));
                return result.Tokens[0].Value;
            },
        };
        option.CompletionSources.Add(Engines);
        return option;
    }
}
