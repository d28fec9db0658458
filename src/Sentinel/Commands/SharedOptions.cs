using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using Sentinel.Api;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Arguments and options that mean the same in every command.</summary>
internal static class SharedOptions
{
    /// <summary>The name of the argument that takes processes.</summary>
    public const string ProcessesName = "process";

    // A day.
    private const int MostSeconds = 86400;

    public static Option<bool> Json() => Flag("--json", "Print JSON, and nothing else, on standard output");

    /// <summary>An option without a value: the word after it is never taken as one.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    public static Argument<string[]> Processes(string description)
    {
        var argument = new Argument<string[]>(ProcessesName) { Description = description, HelpName = ProcessesName, Arity = ArgumentArity.OneOrMore };
        argument.CompletionSources.Add(_ => Names());
        return argument;
    }

    /// <summary>Processes that are named here.</summary>
    public static Selection.Named Named(IReadOnlyList<string> targets) => new(targets) { Folder = Caller.FolderAsSeen };

    public static Argument<string> Process(string description) => Named(ProcessesName, description, Names);

    /// <summary>Names of processes of the project; none: all.</summary>
    public static Argument<string[]> ProjectProcesses(string description)
    {
        var argument = new Argument<string[]>("name") { Description = description, HelpName = "name", Arity = ArgumentArity.ZeroOrMore };
        argument.CompletionSources.Add(_ => ProjectLook.Names());
        return argument;
    }

    public static Option<string[]> Profiles() => new("--profile") { Description = "Also start what is only in this profile (repeatable)", HelpName = "name" };

    /// <summary>An argument that takes one of the names that exist now; help shows its own name.</summary>
    public static Argument<string> Named(string name, string description, Func<IEnumerable<string>> names)
    {
        var argument = new Argument<string>(name) { Description = description, HelpName = name };
        argument.CompletionSources.Add(_ => names());
        return argument;
    }

    public static Option<int> Lines(string description, int otherwise) => new("--lines", "-n")
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        HelpName = "number",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var lines) && lines >= 0)
                return lines;
            result.AddError($"--lines takes a number from 0 up, not '{result.Tokens[0].Value}'");
            return 0;
        },
    };

    public static Option<TimeSpan?> Seconds(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "seconds",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= MostSeconds)
                return TimeSpan.FromSeconds(seconds);
            result.AddError($"{name} takes seconds, from 0 to {MostSeconds}, not '{text}'");
            return null;
        },
    };

    public static Option<int?> Signal(string name, string description)
    {
        var option = Amount(name, "name", description, SignalName.Read);
        option.CompletionSources.Add(_ => SignalName.All.Select(signal => new CompletionItem(signal)));
        return option;
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int?> Number(string name, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            result.AddError($"{name} takes a number from {least} to {most}, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    /// <summary>What <paramref name="parse"/> makes of a word; its <see cref="FormatException"/> becomes a usage error.</summary>
    public static Option<T?> Parsed<T>(string name, string helpName, string description, Func<string, T> parse)
        where T : class => new(name) { Description = description, HelpName = helpName, CustomParser = result => Parse(result, parse) };

    /// <inheritdoc cref="Parsed"/>
    public static Option<T?> Amount<T>(string name, string helpName, string description, Func<string, T> parse)
        where T : struct => new(name) { Description = description, HelpName = helpName, CustomParser = result => Parse(result, text => (T?)parse(text)) };

    private static T? Parse<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError(Text.Printable(e.Message));
            return default;
        }
    }

    /// <summary>Adds a rule for what is given; a <see cref="FormatException"/> becomes a usage error.</summary>
    public static void Check(this Command command, Action<CommandResult> rule) => command.Validators.Add(result =>
    {
        try
        {
            rule(result);
        }
        catch (FormatException e)
        {
            result.AddError(Text.Printable(e.Message));
        }
        catch (InvalidOperationException)
        {
            // A word that is wrong by itself has no value; the parser reports it.
        }
    });

    /// <exception cref="FormatException">It cannot be a name.</exception>
    public static void CheckName(string? name)
    {
        if (name is not null && !ProcessName.IsValid(name))
            throw new FormatException($"'{name}' cannot be a name: {ProcessName.Rule}");
    }

    /// <summary>The names of all processes and sets, for completion.</summary>
    public static IEnumerable<string> Names()
    {
        using var session = new Session(isJson: false);
        return [.. session.Store.Read().Names()];
    }

    /// <summary>The sessions of all processes, for completion.</summary>
    public static IEnumerable<string> Sessions()
    {
        using var session = new Session(isJson: false);
        return [.. session.Store.Read().Processes.Values.Select(process => process.Spec.Lease?.Session).OfType<string>().Distinct()];
    }

    /// <summary>The names of all groups, for completion.</summary>
    public static IEnumerable<string> Groups()
    {
        using var session = new Session(isJson: false);
        return [.. session.Store.Read().Groups.Keys];
    }

    /// <summary>The names of all sets, for completion.</summary>
    public static IEnumerable<string> Sets()
    {
        using var session = new Session(isJson: false);
        return [.. session.Store.Read().Processes.Values.Select(process => process.Spec.Instance?.Set).OfType<string>().Distinct()];
    }
}

/// <summary>How <c>stop</c>, and every other command that stops processes, is to do it.</summary>
internal sealed class StopOptionSet
{
    private readonly Option<TimeSpan?> _timeout = SharedOptions.Seconds(
        "--timeout", "Seconds the processes have to end, before SIGKILL [default: 10, or their --stop-timeout]");

    private readonly Option<int?> _signal = SharedOptions.Signal(
        "--signal", "Signal that asks them to end: INT, HUP, ... [default: TERM, or their --stop-signal]");

    private readonly Option<bool> _force = SharedOptions.Flag("--force", "Send SIGKILL at once");

    public void AddTo(Command command)
    {
        command.Options.Add(_timeout);
        command.Options.Add(_signal);
        command.Options.Add(_force);
    }

    public StopOptions In(ParseResult result) => result.GetValue(_force)
        ? StopOptions.Force
        : new StopOptions(result.GetValue(_signal), result.GetValue(_timeout));
}
