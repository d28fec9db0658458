using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sentinel.Core.Policy;
using Sentinel.Core.Trees;

namespace Sentinel.Commands;

/// <summary>Arguments and options that mean the same wherever they stand.</summary>
internal static class SharedOptions
{
    /// <summary>Of the argument that names processes.</summary>
    public const string ProcessesName = "process";

    public static Option<bool> Json() => Flag("--json", "Print JSON, and nothing else, on standard output");

    /// <summary>An option without a value: the word after it is never taken for one.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    public static Argument<string[]> Processes(string description)
    {
        var argument = new Argument<string[]>(ProcessesName) { Description = description, HelpName = ProcessesName, Arity = ArgumentArity.OneOrMore };
        argument.CompletionSources.Add(_ => Names());
        return argument;
    }

    private static IEnumerable<string> Names()
    {
        using var session = new Session(isJson: false);
        return session.Store.Read().Processes.Values.Select(process => process.Spec.Name);
    }
}

/// <summary>How <c>stop</c>, and whatever else stops, is to do it.</summary>
internal sealed class StopOptionSet
{
    private readonly Option<double> _timeout = new("--timeout")
    {
        Description = "How many seconds the processes have to end, until SIGKILL",
        DefaultValueFactory = _ => StopOptions.Default.Timeout.TotalSeconds,
        HelpName = "seconds",
        CustomParser = Seconds,
    };

    private readonly Option<int?> _signal = new("--signal")
    {
        Description = "Which signal asks them to end: INT, HUP, ... [default: TERM]",
        HelpName = "name",
        CustomParser = Signal,
    };

    private readonly Option<bool> _force = SharedOptions.Flag("--force", "Send SIGKILL at once");

    public void AddTo(Command command)
    {
        command.Options.Add(_timeout);
        command.Options.Add(_signal);
        command.Options.Add(_force);
    }

    public StopOptions In(ParseResult result) => result.GetValue(_force)
        ? StopOptions.Force
        : new StopOptions(result.GetValue(_signal) ?? StopOptions.Default.Signal, TimeSpan.FromSeconds(result.GetValue(_timeout)));

    private static double Seconds(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 86400)
            return seconds;
        result.AddError($"--timeout takes seconds, from 0 to 86400, not '{text}'");
        return 0;
    }

    private static int? Signal(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (SignalName.Parse(text) is { } signal)
            return signal;
        result.AddError($"there is no signal '{text}'; 'kill -l' lists those there are");
        return null;
    }
}
