using System.CommandLine;
using System.Text;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Hosts;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Has a command carried out on other machines: there it is the same command, so it does and says the same.</summary>
internal static class OnHosts
{
    // What stays until somebody ends it is to end with the connection.
    private static readonly string[] Stays = ["--foreground", "--exit-from"];

    // Lines of a log or of events are those of all machines, as they come.
    private static readonly string[] Follows = ["--follow"];

    public static int Run(ParseResult result, string[] arguments, string named)
    {
        try
        {
            if (HostProject.For(result, named) is not { } project)
                return ExitCode.Usage;
            var words = RunWords.WithoutHosts(result.RootCommandResult.Command, arguments);
            var hosts = project.Hosts(named);
            return HostOption.VerbIn(result) switch
            {
                "top" when hosts is [var only] && Terminal.IsTerminal => Session.Fail(Ssh.Become(only, words)),
                "top" when Terminal.IsTerminal && TopCommand.ShowOf(hosts, TopCommand.NamesIn(result), project.Found) => ExitCode.Success,
                "web" => Pages(result, hosts, words).GetAwaiter().GetResult(),
                _ => Run(result, hosts, host => project.CallFor(host, words)).GetAwaiter().GetResult(),
            };
        }
        catch (FormatException e)
        {
            return Session.Fail(Text.Printable(e.Message), ExitCode.Usage);
        }
    }

    private static Task<int> Run(ParseResult result, IReadOnlyList<HostName> hosts, Func<HostName, RelayCall> call)
    {
        var isJson = Has(result, "--json");
        if (IsList(result) && !isJson)
            return List(result, hosts, call);
        if (HostOption.VerbIn(result) == "top")
        {
            Output.Tell($"'sentinel top' needs {TopCommand.ATerminal}; this is 'sentinel list'.");
            return List(result, hosts, host => call(host) with { Arguments = TopCommand.NamesIn(result) is { Count: > 0 } names ? ["status", .. names] : ["list"] });
        }

        var looks = HostOption.ReachIn(result) == Reach.Looks && !Has(result, "--clear") && result.CommandResult.Command.Name != "rotate";
        var streams = looks && HostOption.VerbIn(result) is "logs" or "events";
        RelayCall Call(HostName host) => call(host) with { Id = looks || Stays.Any(option => Has(result, option)) ? null : RelayCall.NewId() };
        return isJson && !streams ? Documents(hosts, Call) : Lines(hosts, Call, new HostLines(hosts, inTurn: looks && !Follows.Any(option => Has(result, option)), isJson));
    }

    private static async Task<int> Pages(ParseResult result, IReadOnlyList<HostName> hosts, string[] words)
    {
        foreach (var option in new[] { "--open", "--listen", "--allow-remote", "--allow-host" })
            if (Has(result, option))
                throw new FormatException($"{option} is for the page of this machine; with {HostOption.Name} each page has an address of loopback here, which is printed");
        var lines = new HostLines(hosts, inTurn: false, isJson: false);
        var ports = HostPages.FreePorts(hosts.Count);
        return Fleet.ExitCodeOf(await Fleet.Each(hosts, (host, i) => lines.Hear(i, () => HostPages.Show(host, ports[i], words, (kind, said) => lines.Say(i, kind, said)))));
    }

    private static async Task<int> Lines(IReadOnlyList<HostName> hosts, Func<HostName, RelayCall> call, HostLines lines)
    {
        var exitCodes = await Fleet.Each(hosts, (host, i) => lines.Hear(i, () => new HostCall(host, call(host), (kind, said) => lines.Say(i, kind, said)).Do()));
        return Fleet.ExitCodeOf(exitCodes);
    }

    private static async Task<int> Documents(IReadOnlyList<HostName> hosts, Func<HostName, RelayCall> call)
    {
        var answers = await Fleet.Each(hosts, (host, _) => HostAnswer.Of(host, call(host), asking => asking.Do()));
        var documents = new List<JsonDocument>();
        using var output = new Output(StandardStream.Output);
        output.Document(Rendering.Documents.Of([.. answers.Select(answer => (answer.Host.Label, answer.ExitCode, Parsed(answer.Output), answer.Why))]));
        output.Flush();
        foreach (var answer in answers)
            TellErrors(answer, hosts.Count > 1);
        documents.ForEach(document => document.Dispose());
        return Fleet.ExitCodeOf(answers.Select(answer => answer.ExitCode));

        JsonElement? Parsed(byte[] printed)
        {
            try
            {
                documents.Add(JsonDocument.Parse(printed));
                return documents[^1].RootElement;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    private static async Task<int> List(ParseResult result, IReadOnlyList<HostName> hosts, Func<HostName, RelayCall> call)
    {
        var links = hosts.Select(host => new HostLink(host)).ToList();
        try
        {
            var columns = result.CommandResult.Command.Options.OfType<Option<WordList?>>().FirstOrDefault(option => option.Name == "--columns") is { } option
                ? result.GetValue(option)?.Words : null;
            return Has(result, "--watch") ? ListCommand.Watch((style, _) => Seen(style)) : await Show();

            async Task<int> Show()
            {
                var (table, answers) = await Look((link, asked) => link.Ask(asked));
                using var output = new Output(StandardStream.Output);
                foreach (var line in table.Processes.Count > 0 || answers.Any(answer => answer.Why is null) ? Lines(table, Style.Detect()) : [])
                    output.Line(line);
                output.Flush();
                foreach (var answer in answers)
                    TellErrors(answer, hosts.Count > 1);
                return Fleet.ExitCodeOf(answers.Select(answer => answer.ExitCode));
            }

            ListCommand.Seen Seen(Style style)
            {
                var (table, answers) = Look((link, asked) => link.AskSoon(asked)).GetAwaiter().GetResult();
                return new ListCommand.Seen(
                    table.Processes,
                    [.. answers.Where(answer => answer.Why is not null).Select(answer => Text.Printable($"{answer.Host.Label}: {answer.Why}"))],
                    Lines(table, style));
            }

            IEnumerable<string> Lines(HostTable table, Style style) =>
                ProcessList.Lines(table.Processes, style, chosen: columns, isOfProject: HostOption.VerbIn(result) == "ps", first: table.Column);

            async Task<(HostTable, HostAnswer[])> Look(Func<HostLink, RelayCall, Task<HostAnswer>> ask)
            {
                var answers = await Fleet.Each(hosts, (host, i) => ask(links[i], ForPrograms(call(host))));
                var table = new HostTable();
                answers = [.. answers.Select(answer => Added(table, answer))];
                return (table, answers);
            }
        }
        finally
        {
            links.ForEach(link => link.Dispose());
        }
    }

    private static RelayCall ForPrograms(RelayCall call) => call with { Arguments = [.. ListCommand.ForPrograms(call.Arguments), "--json"] };

    private static HostAnswer Added(HostTable table, HostAnswer answer)
    {
        try
        {
            if (answer.Output.Length > 0)
                table.Add(answer.Host, answer.Output);
            return answer;
        }
        catch (HostException e)
        {
            return answer with { ExitCode = ExitCode.Failure, Why = e.Message };
        }
    }

    private static void TellErrors(HostAnswer answer, bool areSeveral)
    {
        foreach (var line in Encoding.UTF8.GetString(answer.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Output.Tell(areSeveral ? $"{answer.Host.Label}: {line}" : line);
        if (answer.Why is { } why)
            Session.Fail(Text.Printable($"{answer.Host.Label}: {why}"));
    }

    private static bool IsList(ParseResult result) =>
        HostOption.VerbIn(result) is "list" or "ps"
        || (HostOption.VerbIn(result) == "status" && !result.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().Any(argument => argument.Tokens.Count > 0));

    private static bool Has(ParseResult result, string option) =>
        result.CommandResult.Command.Options.FirstOrDefault(one => one.Name == option) is { } known && result.GetResult(known) is { Implicit: false };
}
