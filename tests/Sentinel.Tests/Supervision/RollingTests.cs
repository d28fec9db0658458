using Sentinel.Api;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class RollingTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    [Fact]
    public void Processes_are_restarted_one_at_a_time_each_when_the_last_is_ready()
    {
        var (one, two) = (_sentinel.Started("one"), _sentinel.Started("two"));

        var outcomes = Roll(new Selection.Named(["one", "two"]));

        Assert.Equal([one.Pid, two.Pid], outcomes.Cast<Outcome.Restarted>().Select(restarted => restarted.OldPid));
        Assert.Equal(["one", "two"], _sentinel.Starts.Awaited);
    }

    [Fact]
    public void The_first_failure_ends_it_and_says_what_was_left_as_it_was()
    {
        foreach (var name in new[] { "one", "two", "three", "four" })
            _sentinel.Started(name);
        _sentinel.Starts.Failures["two"] = "it never listens";

        var outcomes = Roll(new Selection.Named(["one", "two", "three", "four"]));

        Assert.Equal(["one", "two"], outcomes.Select(outcome => outcome.Target));
        Assert.Equal("it never listens; not restarted: three, four", Assert.IsType<Outcome.Failed>(outcomes[1]).Why);
        Assert.Equal(1, _sentinel["three"].RunNumber);
    }

    [Fact]
    public void In_bulk_what_the_user_stopped_stays_stopped()
    {
        _sentinel.Started("one");
        _sentinel.Started("two");
        _sentinel.Supervisor.Do(new Request.Stop(new Selection.Named(["two"]), StopOptions.Default)).Now();

        Assert.Equal(["one"], Roll(new Selection.All()).Select(outcome => outcome.Target));
    }

    [Fact]
    public void A_daemon_goes_on_when_a_process_has_lived_for_a_second()
    {
        _sentinel.Started("one");
        _sentinel.Started("two");
        var daemon = MadeUpDaemon.Of(_sentinel);
        var begun = _sentinel.Clock.GetUtcNow();

        var outcomes = daemon.Do(new Request.Restart(new Selection.Named(["one", "two"]), StopOptions.Default, null, RestartWay.Rolling));

        Assert.Equal(["one", "two"], outcomes.Cast<Outcome.Restarted>().Select(restarted => restarted.Target));
        Assert.True(_sentinel.Clock.GetUtcNow() - begun >= TimeSpan.FromSeconds(2), "it did not wait");
    }

    [Fact]
    public async Task A_daemon_ends_it_when_a_process_ends_at_once()
    {
        _sentinel.Started("one");
        _sentinel.Started("two");
        var daemon = MadeUpDaemon.Of(_sentinel);
        var before = daemon["one"].RunNumber;
        var work = daemon.Itself.Do(new Request.Restart(new Selection.Named(["one", "two"]), StopOptions.Default, null, RestartWay.Rolling)).AsTask();
        while (daemon["one"].RunNumber == before || daemon["one"].State.Main is null)
            daemon.Loop.Run(TimeSpan.FromMilliseconds(10));

        daemon.Main("one").End(0x0100);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(await work));
        Assert.Equal((FailureCode.NotReady, "its start failed: exited with code 1; not restarted: two"), (failed.Code, failed.Why));
    }

    public void Dispose() => _sentinel.Dispose();

    private IReadOnlyList<Outcome> Roll(Selection selection) =>
        _sentinel.Supervisor.Do(new Request.Restart(selection, StopOptions.Default, null, RestartWay.Rolling)).Now();
}
