using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class SignallingTests : IDisposable
{
    private const int HangUp = 1;

    private readonly MadeUpSentinel _sentinel = new();

    public void Dispose() => _sentinel.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signal_reaches_the_main_process_or_all_that_it_started(bool isTree)
    {
        var main = _sentinel.Started("web");
        var child = _sentinel.Machine.Fork(main);
        (main.IgnoresSignals, child.IgnoresSignals) = (true, true);

        var sent = Assert.IsType<Outcome.Signalled>(Send("web", HangUp, isTree));

        Assert.Equal((HangUp, isTree ? 2 : 1), (sent.Number, sent.Processes));
        Assert.Equal([HangUp], main.Received);
        Assert.Equal(isTree ? [HangUp] : [], child.Received);
        Assert.IsType<RunState.Running>(_sentinel["web"].State);
        Assert.Equal(sent.Processes, Assert.Single(_sentinel.Home.ReadEvents().OfType<Event.Signalled>()).Processes);
    }

    [Fact]
    public void What_it_kills_is_restarted_and_known_to_have_been_sent_it()
    {
        _sentinel.Started("web", RestartRule.Always);

        Send("web", SignalName.Kill);
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));

        // Without a daemon nobody saw how it ended, and only that is claimed.
        Assert.IsType<Exit.Unknown>(_sentinel["web"].LastRun!.How);
        Assert.Null(_sentinel["web"].LastRun!.Why);
    }

    [Fact]
    public void What_does_not_run_is_sent_nothing()
    {
        _sentinel.Started("web");
        _sentinel.Stop("web");
        var failed = Assert.IsType<Outcome.Failed>(Send("web", HangUp));
        Assert.Equal(("it is stopped: no signal was sent", FailureCode.NotRunning), (failed.Why, failed.Code));
        Assert.Equal(FailureCode.NotFound, Assert.IsType<Outcome.Failed>(Send("nobody", HangUp)).Code);
    }

    [Fact]
    public void What_may_not_be_signalled_is_reported()
    {
        _sentinel.Started("web").Refusal = "cannot be signalled: not permitted";
        Assert.EndsWith("cannot be signalled: not permitted", Assert.IsType<Outcome.Failed>(Send("web", HangUp)).Why);
    }

    private Outcome Send(string name, int signal, bool isTree = false) =>
        Assert.Single(_sentinel.Supervisor.Do(new Request.Signal(new Selection.Named([name]), signal, isTree)).Now());
}
