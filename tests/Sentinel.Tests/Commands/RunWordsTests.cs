using Sentinel.Commands;

namespace Sentinel.Tests.Commands;

public sealed class RunWordsTests
{
    [Theory]
    [InlineData("run --restart=on-failure web", "run --restart-rule on-failure -- web")]
    [InlineData("run --restart= web", "run --restart-rule  -- web")]
    [InlineData("run web --restart=no", "run --restart-rule no -- web")]
    [InlineData("run --restart web", "run --restart -- web")]
    [InlineData("run --restart-window=5 web", "run --restart-window=5 -- web")]
    [InlineData("run --nice -5 web", "run --nice -5 -- web")]
    [InlineData("run -eA=b web", "run -eA=b -- web")]
    [InlineData("--debug run --name web --json node app.js", "--debug run --name web --json -- node app.js")]
    // A rule is one wherever something else can be the command.
    [InlineData("run --restart always -- web", "run --restart-rule always --words-after-end -- web")]
    [InlineData("run --restart on-failure web", "run --restart-rule on-failure -- web")]
    [InlineData("run web --restart never", "run --restart-rule never -- web")]
    [InlineData("run --restart yes -- web", "run --restart-rule yes --words-after-end -- web")]
    [InlineData("run --restart unless-stopped -- web", "run --restart-rule unless-stopped --words-after-end -- web")]
    [InlineData("run --restart yes", "run --restart -- yes")]
    [InlineData("run --restart -- always", "run --restart --words-after-end -- always")]
    [InlineData("set web --restart on-failure", "set web --restart-rule on-failure")]
    [InlineData("set web --restart=no", "set web --restart-rule no")]
    // What stands after the first -- is the command's, whatever it looks like.
    [InlineData("run -- web --restart=no", "run --words-after-end -- web --restart=no")]
    [InlineData("run -- -- --restart=no", "run --words-after-end -- -- --restart=no")]
    // A -- after the first word of the command is the command's.
    [InlineData("run npm run dev -- --port 3000", "run -- npm run dev -- --port 3000")]
    [InlineData("run --name web npm -- --name x", "run --name web -- npm -- --name x")]
    // What run knows is run's, and what it does not is the command's; it says so where that is several words.
    [InlineData("run web --name x", "run --name x -- web")]
    [InlineData("run web -p 3 --name x", "run --name x --words-taken=--name_x -- web -p 3")]
    public void The_command_is_told_from_the_options(string written, string readable) =>
        Assert.Equal(readable.Split(' ').Select(word => word.Replace('_', ' ')), RunWords.Readable(CommandLine.Create(), written.Split(' ')));

    [Theory]
    [InlineData("run --nam foo -- node app.js", "'run' has no option --nam; did you mean '--name'?")]
    [InlineData("run --nam=foo -- node app.js", "'run' has no option --nam; did you mean '--name'?")]
    [InlineData("run --name a --nmae foo node app.js", "did you mean '--name'? If it is part of the command, put -- before the command")]
    [InlineData("run --zzzzzzzz -- node", "'run' has no option --zzzzzzzz")]
    [InlineData("run -i 2 -- node", "'run' has no option -i")]
    [InlineData("run --restart always", "leaves no command to run")]
    [InlineData("run --restart yes hello", "has two meanings")]
    [InlineData("run --restart unless-stopped -- node", "--restart= takes always, on-failure or no, not 'unless-stopped'")]
    public void What_stands_before_the_command_and_is_no_option_is_told(string written, string said) =>
        Assert.Contains(said, Assert.Single(UsageErrors.In(CommandLine.Parse(CommandLine.Create(), written.Split(' ')))));

    [Fact]
    public void An_option_that_is_not_known_after_a_command_line_is_told_as_well() =>
        Assert.Contains("no option --nam", Assert.Single(UsageErrors.In(CommandLine.Parse(CommandLine.Create(), ["run", "sleep 1000", "--nam", "x"]))));
}
