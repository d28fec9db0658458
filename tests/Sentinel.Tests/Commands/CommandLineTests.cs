using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using CsCheck;
using Sentinel.Commands;
using Sentinel.Rendering;
using Sentinel.Tests.Specs;

namespace Sentinel.Tests.Commands;

public sealed class CommandLineTests
{
    private static readonly RootCommand Root = CommandLine.Create();

    private static readonly Gen<string> Value = Gen.OneOf(
        "web", "1", "0", "-1", "+2", "007", "99999999999999999999", "1e999", "NaN", "1.5", "500M", "1.5G", "2h", "10m", "2026-01-31", "TERM", "64",
        "always", "on-failure", "http", "http=PORT", "A=1", "=", "a=b=c", "nofile=1:2", "best-effort:3", "0-3,5", "root:root", "stdout", "sleep 1000",
        "sleep 'half", "a && b | c", "http://127.0.0.1:$PORT/", "127.0.0.1:80", "[::1]:80", "(", "a|b", ".", "/", "$$", "");

    // What a parser, a shell or a terminal is likely to treat in a way of its own.
    private static readonly Gen<string> Awkward = Gen.OneOf(
        "--", "-", "---", "--=", "-=", "=--", "@file", "@/etc/passwd", "[suggest]", "[suggest:3]", "[diagram]", "[env:A=1]", "/h", "/?", "-?", "-h", "--help",
        "--version", "-n", "-n5", "-n=5", "--restart=", "--restart=perhaps", "--name=", "--name=web", "--name:web", "--env=A=1", "--NAME", "é😀", "\u001b[2J", "\0",
        "\ud800", "\u202e", "a\nb", "\t", " ", new string('x', 5_000), new string('-', 100), "{0}", "%s%n");

    private static readonly Gen<string[]> AnyLine = AnyLineOf(Root);

    [Fact]
    public void Whatever_is_typed_is_understood_or_what_is_wrong_is_said() => AnyLine.Sample(
        words =>
        {
            var result = CommandLine.Parse(Root, words);

            var errors = UsageErrors.In(result);
            Assert.DoesNotContain(errors, error => error.Trim().Length == 0);
            if (errors.Count > 0)
                return;
            Assert.False(result.Action is null or ParseErrorAction);
            // What asks for help, or for a word to complete, needs nothing else to be right.
            if (result.Action == result.CommandResult.Command.Action)
                Assert.All(result.CommandResult.Children.OfType<OptionResult>(), option => option.GetValueOrDefault<object>());
        },
        iter: Long.Times(100_000, otherwise: 5_000),
        print: words => string.Join(' ', words.Select(word => $"\"{Text.Printable(word)}\"")));

    [Fact]
    public void A_line_that_names_a_command_is_parsed_by_that_command_alone()
    {
        foreach (var command in Root.Subcommands)
            foreach (var name in command.Aliases.Append(command.Name))
                Assert.Equal([command.Name], CommandLine.For(["--debug", name, "list"]).Subcommands.Select(sub => sub.Name));
        Assert.Equal(Root.Subcommands.Select(sub => sub.Name), CommandLine.For(["lits"]).Subcommands.Select(sub => sub.Name));
        Assert.Empty(CommandLine.For([]).Subcommands);
        Assert.Equal(Root.Subcommands.Count, CommandLine.For(["[suggest:3]", "list"]).Subcommands.Count);
        Assert.Equal(Root.Subcommands.Count, CommandLine.For(["--version", "list"]).Subcommands.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("--version")]
    public void What_is_asked_of_the_whole_is_answered_as_by_all_commands(string line)
    {
        string[] words = line.Length == 0 ? [] : [line];

        // The whole takes its name from the program, which here is the test.
        Assert.Equal(Said(Root, words).Replace($"  {Root.Name} ", "  sentinel "), Said(CommandLine.For(words), words));

        static string Said(Command root, string[] words)
        {
            var output = new StringWriter();
            Assert.Equal(0, CommandLine.Parse(root, words).Invoke(new InvocationConfiguration { Output = output, Error = output }));
            return output.ToString();
        }
    }

    private static Gen<string[]> AnyLineOf(RootCommand root)
    {
        var commands = Below(root, []).ToArray();
        var options = Gen.OneOf(commands.SelectMany(each => Options(each.Command)).Distinct().ToArray());
        return Gen.OneOf(commands).SelectMany(each =>
        {
            var own = Options(each.Command) is { Length: > 0 } names ? Gen.OneOf(names) : options;
            var word = Gen.Frequency(
                (6, own), (6, Value), (2, Gen.Select(own, Value, (option, value) => $"{option}={value}")),
                (1, options), (1, Awkward), (1, AnyText.WithoutNul), (1, Gen.OneOf(commands).Select(other => other.Command.Name)));
            return word.Array[0, 10].Select(words => (string[])[.. each.Path, .. words]);
        });
    }

    private static IEnumerable<(Command Command, string[] Path)> Below(Command command, string[] path) =>
        command.Subcommands.SelectMany(below => Below(below, [.. path, below.Name])).Prepend((command, path));

    private static string[] Options(Command command) => [.. command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))];
}
