using System.CommandLine;
using Sentinel.Api;
using Sentinel.Model.Processes;

namespace Sentinel.Commands;

internal static class SignalCommand
{
    public static Command Create()
    {
        var words = new Argument<string[]>(SharedOptions.ProcessesName)
        {
            Description = "Process ids or names, and last the signal: HUP, USR1, 15, ...",
            HelpName = $"{SharedOptions.ProcessesName}> <signal",
            Arity = new ArgumentArity(2, ArgumentArity.OneOrMore.MaximumNumberOfValues),
        };
        words.CompletionSources.Add(_ => [.. SharedOptions.Names(), .. SignalName.All]);
        var tree = SharedOptions.Flag("--tree", "Also to everything that it started");
        var session = SessionOption.Create();
        var json = SharedOptions.Json();
        var command = new Command("signal") { words, tree, session, json };
        command.Check(result =>
        {
            if (result.GetValue(words) is [.., var last] && SignalName.Parse(last) is null)
                throw new FormatException($"there is no signal '{last}'; write the signal last: sentinel signal web HUP; 'kill -l' lists all signals");
        });
        command.SetAction(result => Invocation.InSession(result, json, work =>
        {
            string[] given = result.GetValue(words)!;
            var selection = SessionOption.Of(result, session, SharedOptions.Named(given[..^1]));
            return work.Report(work.Do(new Request.Signal(selection, SignalName.Parse(given[^1])!.Value, result.GetValue(tree))));
        }));
        return command;
    }
}
