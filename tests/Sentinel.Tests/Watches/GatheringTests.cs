using Sentinel.Core.Watches;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Watches;

public sealed class GatheringTests
{
    [Fact]
    public void It_is_over_when_nothing_more_comes_and_at_the_latest_after_two_seconds()
    {
        var gathering = Gathering.From(Clock.Start);
        Assert.Equal(Gathering.Quiet, gathering.Left(Clock.Start));
        for (var i = 1; i <= 19; i++)
        {
            var now = Clock.Start + TimeSpan.FromMilliseconds(100 * i);
            Assert.True(gathering.Left(now) > TimeSpan.Zero);
            gathering = gathering.With(now);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(100), gathering.Left(Clock.Start + TimeSpan.FromMilliseconds(1900)));
        Assert.Equal(TimeSpan.Zero, gathering.Left(Clock.Start + TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_nobody_waiting() => Assert.Equal(Gathering.Quiet, Gathering.From(Clock.Start).Left(Clock.Start.AddHours(-1)));

    [Fact]
    public void Five_changes_in_a_row_right_after_the_start_that_each_caused_are_a_loop()
    {
        var guard = LoopGuard.None.After(["src/a.py"], null).After(["out.txt"], TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
            guard = guard.After(["other", "out.txt"], TimeSpan.FromSeconds(4));
        Assert.Null(guard.Culprit);
        Assert.Equal("out.txt", guard.After(["out.txt"], TimeSpan.FromSeconds(5)).Culprit);
    }

    [Theory]
    [InlineData(6.0, "out.txt")]
    [InlineData(null, "out.txt")]
    [InlineData(1.0, "src/b.py")]
    public void What_comes_later_or_is_of_another_file_begins_anew(double? seconds, string file)
    {
        var guard = LoopGuard.None.After(["out.txt"], null);
        for (var i = 0; i < 4; i++)
            guard = guard.After(["out.txt"], TimeSpan.FromSeconds(1));
        guard = guard.After([file], seconds is { } time ? TimeSpan.FromSeconds(time) : null);
        Assert.Null(guard.Culprit);
        Assert.InRange(guard.Count, 0, 1);
    }
}
