using Sentinel.Commands;

namespace Sentinel.Tests.Commands;

public sealed class HabitsTests
{
    [Theory]
    [InlineData("jlist", "list --json")]
    [InlineData("monit", "top")]
    [InlineData("watch", "list --watch")]
    [InlineData("rm web", "delete web")]
    [InlineData("remove web --logs", "delete web --logs")]
    [InlineData("del web", "delete web")]
    [InlineData("describe web", "status web")]
    [InlineData("show web", "status web")]
    [InlineData("info web", "status web")]
    [InlineData("inspect web", "status web")]
    [InlineData("log web -f", "logs web -f")]
    [InlineData("tail -f web", "logs -f web")]
    [InlineData("flush web", "logs --clear web")]
    [InlineData("kill web", "stop --force web")]
    [InlineData("kill web --json", "stop --force web --json")]
    [InlineData("reload web", "restart --rolling web")]
    [InlineData("help", "--help")]
    [InlineData("help run", "run --help")]
    [InlineData("help rm", "delete --help")]
    [InlineData("version", "--version")]
    [InlineData("-v", "--version")]
    [InlineData("-V", "--version")]
    [InlineData("run", "run --help")]
    [InlineData("--json list", "list --json")]
    [InlineData("--json ls", "ls --json")]
    [InlineData("--json run -- echo --json", "run --json -- echo --json")]
    // A signal is not a way to stop.
    [InlineData("kill -HUP web", "signal web HUP")]
    [InlineData("kill -9 web api", "signal web api 9")]
    [InlineData("kill -s USR1 web", "signal web USR1")]
    [InlineData("kill web --signal HUP --json", "signal web --json HUP")]
    [InlineData("kill --signal=HUP web", "signal web HUP")]
    [InlineData("kill", "kill")]
    // What is ours stays ours, and so does all after the first word.
    [InlineData("stop ps", "stop ps")]
    [InlineData("run ps", "run ps")]
    [InlineData("list", "list")]
    [InlineData("--json", "--json")]
    [InlineData("", "")]
    public void A_word_of_another_tool_is_read_as_ours(string typed, string ours) =>
        Assert.Equal(Words(ours), Habits.Translate(Words(typed)));

    [Theory]
    [InlineData("[suggest:12]", "sentinel rm ", "[suggest:16]", "sentinel delete ")]
    [InlineData("[suggest:13]", "sentinel log w", "[suggest:14]", "sentinel logs w")]
    [InlineData("[suggest:11]", "sentinel rm", "[suggest:11]", "sentinel rm")]
    [InlineData("[suggest:15]", "sentinel stop w", "[suggest:15]", "sentinel stop w")]
    [InlineData("[suggest:]", "sentinel rm w", "[suggest:]", "sentinel rm w")]
    public void A_line_to_complete_is_read_as_ours_once_its_word_is_whole(string directive, string line, string oursDirective, string ours) =>
        Assert.Equal([oursDirective, ours], Habits.Translate([directive, line]));

    [Fact]
    public void Every_word_that_is_read_as_ours_or_answered_is_no_command_and_every_answer_names_one()
    {
        var known = CommandLine.Create().Subcommands.SelectMany(command => command.Aliases.Append(command.Name)).ToHashSet();
        string[] answered = ["save", "dump", "resurrect", "exec", "update", "ecosystem", "enable", "cat", "pid", "is-active", "journalctl", "fg"];

        Assert.All(answered, word => Assert.DoesNotContain(word, known));
        foreach (var word in answered)
            foreach (var named in Habits.AnswerTo(word)!.Split("'sentinel ").Skip(1).Select(rest => rest.Split(' ', '\'')[0]))
                Assert.Contains(Habits.Translate([named, "web"])[0], known);
        Assert.Null(Habits.AnswerTo("lsit"));
    }

    [Theory]
    [InlineData("stop", "all", "To stop all processes: sentinel stopall")]
    [InlineData("start", "app.js", "To run it: sentinel run --name app -- node app.js")]
    [InlineData("start", "my app.py", "To run it: sentinel run 'my app.py'")]
    [InlineData("start", "bin/server", "To run it: sentinel run -- bin/server")]
    [InlineData("start", "npm run dev", "To run it: sentinel run 'npm run dev'")]
    [InlineData("start", "ecosystem.config.js", "Sentinel does not read that file: 'sentinel run' starts each of its programs")]
    [InlineData("start", "sentinel.toml", null)]
    [InlineData("start", "web", null)]
    [InlineData("stop", "app.js", null)]
    [InlineData("wait", "all", null)]
    public void Where_nothing_has_that_name_the_next_step_is_said(string verb, string target, string? advice) =>
        Assert.Equal(advice, Habits.AdviceOn(verb, target));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
