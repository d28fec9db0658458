using CsCheck;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

public sealed class RestartBackoffTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void After_a_stable_run_and_after_the_first_short_one_there_is_no_wait(int shortRuns) =>
        Assert.Equal(TimeSpan.Zero, RestartBackoff.Delay(Sample.Record with { ShortRuns = shortRuns }));

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 4)]
    [InlineData(6, 8)]
    [InlineData(7, 16)]
    [InlineData(8, 30)]
    [InlineData(9, 30)]
    [InlineData(100, 30)]
    [InlineData(int.MaxValue, 30)]
    public void The_wait_doubles_up_to_half_a_minute_and_is_a_fifth_more_or_less(int shortRuns, double seconds) =>
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[0, int.MaxValue]).Sample((id, restarts) => Assert.InRange(
            RestartBackoff.Delay(Sample.Record with { Id = id, Restarts = restarts, ShortRuns = shortRuns }).TotalSeconds,
            seconds * 0.8,
            Math.Min(seconds * 1.2, 30)));

    [Fact]
    public void Those_that_fell_together_do_not_rise_together()
    {
        var delays = Enumerable.Range(1, 100)
            .Select(id => RestartBackoff.Delay(Sample.Record with { Id = id, Restarts = 3, ShortRuns = 4 }).TotalSeconds)
            .ToList();

        Assert.True(delays.Distinct().Count() > 95);
        Assert.InRange(delays.Average(), 1.9, 2.1);
        Assert.True(delays.Min() < 1.7 && delays.Max() > 2.3);
    }

    [Fact]
    public void A_process_that_fails_at_once_waits_longer_and_longer_until_it_is_stable()
    {
        var record = Sample.In(Sample.State("starting"), RestartRule.Always);
        var now = Sample.Start;

        Assert.Equal([0, 0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 9).Select(_ => Nominal(Fall(TimeSpan.FromSeconds(1)))));
        Assert.Equal([0, 0, 0.5], new[] { 60, 1, 1 }.Select(seconds => Nominal(Fall(TimeSpan.FromSeconds(seconds)))));

        // One run, and the wait after it.
        TimeSpan Fall(TimeSpan lived)
        {
            Happens(new ProcessEvent.Spawned(Sample.Identity));
            now += lived;
            Happens(new ProcessEvent.Ended(new Exit.Code(1), Witnessed: true));
            var delay = ((RunState.Backoff)record.State).Due - now;
            now += delay;
            Happens(new ProcessEvent.Tick());
            return delay;
        }

        void Happens(ProcessEvent happened) => record = Lifecycle.Decide(record, happened, now).Record;

        // The one that it is a fifth more or less than; those differ by more.
        static double Nominal(TimeSpan delay) => new[] { 0, 0.5, 1, 2, 4, 8, 16, 30 }
            .Single(seconds => delay.TotalSeconds >= seconds * 0.8 && delay.TotalSeconds <= seconds * 1.2);
    }
}
