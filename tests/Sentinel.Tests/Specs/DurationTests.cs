using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("2h", 7200)]
    [InlineData("1.5h", 5400)]
    [InlineData("1d", 86_400)]
    [InlineData("0s", 0)]
    public void A_length_is_a_number_and_a_unit(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("90")]
    [InlineData("2 h")]
    [InlineData("-2h")]
    [InlineData("2x")]
    [InlineData("1h30m")]
    [InlineData("36501d")]
    public void Anything_else_is_none(string text) => Assert.Null(Duration.Parse(text));

    [Theory]
    [InlineData(90, "90s")]
    [InlineData(120, "2m")]
    [InlineData(5400, "90m")]
    [InlineData(7200, "2h")]
    [InlineData(129_600, "36h")]
    [InlineData(172_800, "2d")]
    [InlineData(0.25, "0.25s")]
    public void It_is_told_in_the_largest_unit_that_fits(double seconds, string words) => Assert.Equal(words, Duration.Words(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void What_is_told_is_understood() => Gen.Int[1, 36500].Sample(seconds =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(Duration.Words(TimeSpan.FromSeconds(seconds)))));
}
