using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

public sealed class HealthTallyTests
{
    // p: passed, f: failed, a second apart; the words say what is known after each: h, u, or - for what is as it was.
    [Theory]
    [InlineData(3, 0, "p", "h")]
    [InlineData(3, 0, "f", "-")]
    [InlineData(3, 0, "fff", "--u")]
    [InlineData(3, 0, "ffpfff", "--h--u")]
    [InlineData(3, 0, "fffp", "--uh")]
    [InlineData(3, 0, "pffff", "h--uu")]
    [InlineData(1, 0, "fp", "uh")]
    [InlineData(3, 0, "pfpfpf", "h-h-h-")]
    [InlineData(2, 5, "ffffff", "------")]
    [InlineData(2, 5, "fffffff", "------u")]
    [InlineData(2, 5, "ffpff", "--h-u")]
    [InlineData(1, 5, "p", "h")]
    public void Failures_in_a_row_make_it_unhealthy_and_one_success_healthy(int failures, int startPeriod, string results, string known)
    {
        var check = HealthCheck.By(Probe.Notify) with { Failures = failures, StartPeriod = TimeSpan.FromSeconds(startPeriod) };
        var tally = default(HealthTally);
        var said = "";
        for (var second = 0; second < results.Length; second++)
        {
            tally = tally.After(results[second] == 'p', check, TimeSpan.FromSeconds(second));
            said += tally.IsHealthy(check) switch { true => 'h', false => 'u', null => '-' };
        }

        Assert.Equal(known, said);
    }

    [Theory]
    [InlineData(30, 0, false, 0.5, 1.5)]
    [InlineData(30, 1, false, 27, 33)]
    [InlineData(30, 0, true, 27, 33)]
    [InlineData(0.5, 0, false, 0.45, 0.55)]
    public void The_first_check_is_soon_and_all_are_spread(double interval, int failures, bool hasPassed, double least, double most)
    {
        var check = HealthCheck.By(Probe.Notify) with { Interval = TimeSpan.FromSeconds(interval) };
        var tally = new HealthTally(failures, hasPassed);

        Assert.Equal(least, tally.Delay(check, 0).TotalSeconds, 3);
        Assert.Equal(most, tally.Delay(check, 1).TotalSeconds, 3);
    }
}
