using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("1048576", 1_048_576)]
    [InlineData("512K", 524_288)]
    [InlineData("512k", 524_288)]
    [InlineData("200M", 209_715_200)]
    [InlineData("200MB", 209_715_200)]
    [InlineData("200MiB", 209_715_200)]
    [InlineData("1.5G", 1_610_612_736)]
    [InlineData("0.5K", 512)]
    [InlineData("2T", 2_199_023_255_552)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void An_amount_is_in_units_of_1024(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("B")]
    [InlineData("0")]
    [InlineData("0M")]
    [InlineData("0.5")]
    [InlineData("-1M")]
    [InlineData("+1M")]
    [InlineData("1 M")]
    [InlineData("1,5G")]
    [InlineData("1e3")]
    [InlineData("1MM")]
    [InlineData("1X")]
    [InlineData("many")]
    [InlineData("9223372036854775808")]
    [InlineData("9000000000T")]
    [InlineData("99999999999999999999999999999999T")]
    public void What_is_no_amount_of_memory_is_refused(string text) => Assert.Null(ByteSize.Parse(text));

    [Fact]
    public void Whatever_is_written_it_is_an_amount_or_none() => AnyText.WithoutNul.Sample(text =>
        Assert.True(ByteSize.Parse(text) is null or > 0));
}
