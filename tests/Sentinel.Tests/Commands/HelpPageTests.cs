using System.CommandLine;
using System.Text.RegularExpressions;
using Sentinel.Commands;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;
using Command = System.CommandLine.Command;

namespace Sentinel.Tests.Commands;

public sealed class HelpPageTests
{
    private static readonly RootCommand Root = CommandLine.Create();

    public static TheoryData<string> Paths => [.. Below(Root, "").Where(each => !each.Command.Hidden && each.Command.Description is { Length: > 0 }).Select(each => each.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_command_has_examples_which_are_understood(string path)
    {
        var examples = Examples.Of(path);

        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            // What a shell makes of it: what is around the command is not ours.
            var line = example.Split(['<', '>', '(', ')'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).First(part => part.StartsWith("sentinel", StringComparison.Ordinal));
            var result = CommandLine.Parse(Root, [.. ShellWords.Split(line)!.Skip(1)]);
            Assert.Empty(UsageErrors.In(result));
            if (path.Length > 0)
                Assert.StartsWith($"sentinel {path.Split(' ')[0]}", line);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Help_names_every_option_once_and_fits_into_80_columns(string path)
    {
        var page = Page([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.All(page, line => Assert.InRange(line.Length, 0, 80));
        var command = path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate((Command)Root, (above, name) => above.Subcommands.Single(sub => sub.Name == name));
        Assert.All(command.Options.Where(option => !option.Hidden), option => Assert.Single(page, line => IsOf(option, line)));
        Assert.All(command.Subcommands.Where(sub => !sub.Hidden), sub => Assert.Single(page, line => Regex.IsMatch(line, $"^  {sub.Name}(, [a-z]+)?  +[A-Z]")));
    }

    [Fact]
    public void Settings_have_sections_and_what_is_used_every_day_comes_first()
    {
        var page = Page(["run", "--help"]);
        var titles = page.Where(line => line.EndsWith(':') && !line.StartsWith(' ')).ToList();

        Assert.Equal(
            ["Usage:", "Arguments:", "Options:", "Sockets:", "Lease:", "User, priorities and limits:", "Restarts and stopping:", "Logs:", "Watching files:", "Health and readiness:", "Other processes:", "Schedule:", "Examples:"],
            titles);
        var first = page.SkipWhile(line => line != "Options:").TakeWhile(line => line.Length > 0).ToList();
        foreach (var name in (string[])["--name", "--cwd", "--env", "--env-file", "--port", "--group", "--restart", "--instances", "--wait", "--json"])
            Assert.Contains(first, line => line.Contains(name, StringComparison.Ordinal));
        Assert.All(SpecFields.All.Where(field => field.IsOfRun), field => Assert.Contains(page, line => line.Contains($"--{field.Key}", StringComparison.Ordinal)));
    }

    private static bool IsOf(Option option, string line) =>
        line.StartsWith("  -", StringComparison.Ordinal) && line.Trim().Split("  ")[0].Split(' ', ',').Contains(option.Name);

    private static List<string> Page(string[] words)
    {
        var output = new StringWriter();
        Assert.Equal(0, CommandLine.Parse(Root, words).Invoke(new InvocationConfiguration { Output = output, Error = output }));
        return [.. output.ToString().Split('\n')];
    }

    private static IEnumerable<(Command Command, string Path)> Below(Command command, string path) =>
        command.Subcommands.SelectMany(below => Below(below, $"{path} {below.Name}".Trim())).Prepend((command, path));
}
