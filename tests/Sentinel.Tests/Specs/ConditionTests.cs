using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("ready")]
    [InlineData("ended")]
    [InlineData("port")]
    [InlineData("file:run/db.sock")]
    [InlineData("log:^ready: (yes|now)$")]
    public void It_is_written_as_it_is_read(string text) => Assert.Equal(text, Condition.Parse(text).ToString());

    [Theory]
    [InlineData("reddy")]
    [InlineData("Ready")]
    [InlineData("ready:now")]
    [InlineData("file")]
    [InlineData("log")]
    [InlineData("")]
    public void What_is_none_is_refused_with_all_that_there_are(string text) => Assert.Equal(
        $"the conditions are started, ready, healthy, done, ended, port, file:PATH and log:REGEX, not '{text}'",
        Assert.Throws<FormatException>(() => Condition.Parse(text)).Message);

    [Theory]
    [InlineData("file:")]
    [InlineData("log:")]
    [InlineData("log:(")]
    public void A_target_has_to_be_possible(string text) => Assert.Throws<FormatException>(() => Condition.Parse(text));

    [Theory]
    [InlineData("db:log:up: yes", "db", "log:up: yes")]
    [InlineData("shop/db,restart:file:/run/x y", "shop/db", "file:/run/x y")]
    public void A_need_keeps_the_whole_target(string text, string name, string until)
    {
        var need = Need.Parse(text);

        Assert.Equal((name, until, text), (need.Name, need.Until!.ToString(), need.ToString()));
    }
}
