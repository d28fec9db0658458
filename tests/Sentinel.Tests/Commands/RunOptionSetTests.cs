using Sentinel.Commands;

namespace Sentinel.Tests.Commands;

public sealed class RunOptionSetTests
{
    [Theory]
    [InlineData("run --restart=on-failure web", "run --restart-rule on-failure web")]
    [InlineData("run --restart= web", "run --restart-rule  web")]
    [InlineData("run web --restart=no", "run web --restart-rule no")]
    // The word after it is the command.
    [InlineData("run --restart web", "run --restart web")]
    [InlineData("run --restart-window=5 web", "run --restart-window=5 web")]
    // What stands after these is the command's, whatever it looks like.
    [InlineData("run -- web --restart=no", "run -- web --restart=no")]
    [InlineData("run --restart=always -- web --restart=no", "run --restart-rule always -- web --restart=no")]
    [InlineData("run -- -- --restart=no", "run -- -- --restart=no")]
    public void Only_what_stands_behind_the_sign_is_a_rule(string written, string readable) =>
        Assert.Equal(readable.Split(' '), RunOptionSet.Readable(written.Split(' ')));
}
