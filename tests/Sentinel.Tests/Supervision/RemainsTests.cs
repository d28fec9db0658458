using Sentinel.Api;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class RemainsTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Theory]
    [InlineData(RestartRule.Never)]
    [InlineData(RestartRule.Always)]
    public void What_is_left_by_a_process_that_ends_just_before_its_start_is_not_forgotten(RestartRule rule)
    {
        var main = _sentinel.Started("web", rule);
        var left = Machine.Fork(main);
        _sentinel.Clock.Advance(TimeSpan.FromSeconds(20));
        var other = _sentinel.Started("other", rule);
        _sentinel.Clock.Advance(TimeSpan.FromSeconds(20));
        other.End(0x0100);
        Machine.BehindNextPass = () => main.End(0x0100);

        if (rule == RestartRule.Never)
            _sentinel.Start("web", "other");
        else
            _sentinel.Supervisor.RestartDue().Now();
        _sentinel.Clock.Advance(TimeSpan.FromSeconds(1));
        _sentinel.Start("web");
        _sentinel.Stop("web", "other");

        Assert.True(left.HasEnded);
    }

    [Fact]
    public void What_cannot_be_ended_is_told_and_nothing_is_started_beside_it()
    {
        var main = _sentinel.Started("web");
        var left = Machine.Fork(main);
        left.Refusal = "cannot be signalled: Operation not permitted";
        _sentinel.Clock.Advance(TimeSpan.FromSeconds(20));
        main.End(0x0100);

        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Start("web")));
    }
}
