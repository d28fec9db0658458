using Sentinel.Core.Queries;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Queries;

public sealed class SamplerTests
{
    private readonly Machine _machine = new();
    private readonly Machine.MadeUp _main;
    private readonly Sampler _sampler;
    private double _used = 5;
    private int _waits;

    public SamplerTests()
    {
        _main = _machine.Add("web", start: (long)_machine.NowTicks - 1000);
        _main.CpuTime = () => TimeSpan.FromSeconds(_used);
        _sampler = new Sampler(_machine.Clock);
    }

    [Fact]
    public void The_first_look_takes_a_window_and_the_next_gives_the_share_since_then_without_one()
    {
        Assert.Equal(50, Look(), tolerance: 0.001);
        Pass(seconds: 2, share: 0.25);

        Assert.Equal(25, Look(), tolerance: 0.001);
        Assert.Equal(1, _waits);
    }

    [Fact]
    public void Two_looks_at_nearly_the_same_time_give_the_same_share()
    {
        Look();
        Pass(seconds: 2, share: 0.25);
        Look();
        Pass(seconds: 0.01, share: 1);

        Assert.Equal(25, Look(), tolerance: 0.001);
    }

    [Fact]
    public void A_share_is_of_lately_so_what_nobody_looked_at_for_long_takes_a_window_again()
    {
        Look();
        Pass(seconds: 60, share: 0);

        Assert.Equal(50, Look(), tolerance: 0.001);
        Assert.Equal(2, _waits);
    }

    [Fact]
    public void Another_process_with_the_same_pid_is_not_taken_for_the_first()
    {
        Look();
        _main.End(0);
        var next = _machine.Add("web", pid: _main.Pid);
        next.CpuTime = () => TimeSpan.FromSeconds(_used);
        Pass(seconds: 1, share: 0.9);

        Assert.Equal(50, Look(next), tolerance: 0.001);
        Assert.Equal(2, _waits);
    }

    [Fact]
    public void What_has_gone_is_dropped_and_what_is_still_looked_at_is_kept()
    {
        var other = _machine.Add("other");
        Look();
        Look(other);
        for (var seconds = 0; seconds < 12; seconds += 2)
        {
            Pass(seconds: 2, share: 0.5);
            Look();
        }

        _sampler.DropOld();
        Assert.Equal(1, _sampler.Count);
        Pass(seconds: 60, share: 0);
        _sampler.DropOld();
        Assert.Equal(0, _sampler.Count);
    }

    private void Pass(double seconds, double share)
    {
        _machine.Clock.Advance(TimeSpan.FromSeconds(seconds));
        _used += seconds * share;
    }

    // While one waits, half of a CPU is used.
    private double Look(Machine.MadeUp? main = null)
    {
        main ??= _main;
        var record = SelectionTests.Process(1, "web") with { Cookie = main.Cookie!, State = new RunState.Running(Clock.Start, main.Identity) };
        var overview = new Overview(_machine, _machine.Clock, Wait, _sampler);
        return Assert.Single(overview.Look([record], new Snapshot(_machine), others: []).Now()).Usage!.CpuPercent;
    }

    private ValueTask Wait(TimeSpan time)
    {
        _waits++;
        Pass(time.TotalSeconds, share: 0.5);
        return ValueTask.CompletedTask;
    }
}
