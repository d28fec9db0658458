using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class MomentTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("0s", 0)]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    [InlineData("1.5h", 5400)]
    [InlineData("1d", 86_400)]
    [InlineData("36500d", 3_153_600_000)]
    public void How_long_ago_is_counted_from_now(string text, double seconds) =>
        Assert.Equal(Now.AddSeconds(-seconds), Moment.Parse(text, Now));

    [Theory]
    [InlineData("2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-01-31T14:00:00+02:00")]
    [InlineData("2026-01-31 12:00:00Z")]
    public void A_time_with_its_zone_is_that_time(string text) =>
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), Moment.Parse(text, Now));

    [Theory]
    [InlineData("2026-01-31T12:00:00", 12)]
    [InlineData("2026-01-31", 0)]
    public void A_time_without_a_zone_is_one_of_this_place(string text, int hour) =>
        Assert.Equal(new DateTimeOffset(new DateTime(2026, 1, 31, hour, 0, 0, DateTimeKind.Local)), Moment.Parse(text, Now));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("30")]
    [InlineData("30 s")]
    [InlineData("-30s")]
    [InlineData("30S")]
    [InlineData("30w")]
    [InlineData("36501d")]
    [InlineData("12:00")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    public void What_is_no_moment_is_refused(string text) => Assert.Null(Moment.Parse(text, Now));

    [Fact]
    public void Whatever_is_written_it_is_a_moment_or_none() => AnyText.WithoutNul.Sample(text => { _ = Moment.Parse(text, Now); });
}
