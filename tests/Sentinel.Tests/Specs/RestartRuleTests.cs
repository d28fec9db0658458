using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class RestartRuleTests
{
    [Theory]
    [InlineData(RestartRule.Never, "no")]
    [InlineData(RestartRule.Always, "always")]
    [InlineData(RestartRule.OnFailure, "on-failure")]
    public void Each_rule_is_written_and_read_as_its_word(RestartRule rule, string word)
    {
        Assert.Equal(word, rule.Word());
        Assert.Equal(rule, RestartRules.Parse(word));
    }

    [Fact]
    public void Every_rule_has_a_word_of_its_own() =>
        Assert.All(Enum.GetValues<RestartRule>(), rule => Assert.Equal(rule, RestartRules.Parse(rule.Word())));

    [Theory]
    [InlineData("")]
    [InlineData("Always")]
    [InlineData("never")]
    public void Another_word_is_no_rule(string word) => Assert.Null(RestartRules.Parse(word));
}
