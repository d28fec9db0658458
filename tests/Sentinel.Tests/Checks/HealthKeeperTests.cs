using System.Net;
using Sentinel.Core.Checks;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Trees;
using PolicySample = Sentinel.Tests.Policy.Sample;

namespace Sentinel.Tests.Checks;

/// <summary>The keeper with the policy, and a clock that is the test's.</summary>
public sealed class HealthKeeperTests
{
    private static readonly HealthCheck Check = HealthCheck.By(Probe.Http("http://localhost/")) with { Failures = 2 };

    private readonly Machine _machine = new();
    private readonly MadeUpLoop _loop;
    private readonly MadeUpProbes _probes = new();
    private readonly MadeUpSockets _sockets = new();
    private readonly CountedChecks _checks = new();
    private readonly HealthKeeper _keeper;
    private ProcessRecord _record = PolicySample.Record;

    public HealthKeeperTests()
    {
        _loop = new MadeUpLoop(_machine);
        _keeper = new HealthKeeper(new HealthTools(
            new SentinelHome("/nowhere"), _probes, new Answerers(_sockets, _machine, () => State.Empty, _machine.Clock), new LogFiles(), new NoModifications(), _loop, new Random(1), _machine.Clock, LaunchOf, _checks, Tell, Assert.Fail));
    }

    [Fact]
    public void What_is_asked_whether_it_is_ready_is_asked_until_it_is_and_then_for_its_health()
    {
        Run(spec => spec with { Readiness = new Readiness(Probe.Tcp("localhost:80"), TimeSpan.FromSeconds(60)), Health = Check });
        Assert.Equal("starting", _record.State.Word);

        for (var i = 0; i < 10; i++)
        {
            _probes.Answer("nobody listens");
            _loop.Run(TimeSpan.FromSeconds(0.3));
        }

        _probes.Answer(null);
        Assert.Equal("running", _record.State.Word);
        Assert.All(_probes.Asked, probe => Assert.Equal(ProbeKind.Tcp, probe.Kind));
        _loop.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(ProbeKind.Http, _probes.Asked[^1].Kind);
        Assert.Equal(12, _probes.Asked.Count);
    }

    [Fact]
    public void What_is_not_ready_in_time_has_failed_and_the_last_answer_says_why()
    {
        Run(spec => spec with { Readiness = new Readiness(Probe.Tcp("localhost:80"), TimeSpan.FromSeconds(5)) });

        _probes.Answer("nobody listens");
        _loop.Run(TimeSpan.FromSeconds(4.9));
        Assert.Equal("starting", _record.State.Word);
        _loop.Run(TimeSpan.FromSeconds(0.2));

        Assert.Equal("it was not ready after 5 s: nobody listens", Assert.IsType<RunState.Stopping>(_record.State).Why);
        Assert.Equal(0, _probes.Open);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_a_stranger_answers_it_is_not_ready_unless_that_was_allowed(bool anyListener)
    {
        var address = new IPEndPoint(IPAddress.Loopback, 80);
        var stranger = _machine.Add();
        _sockets.Listening[address] = [1];
        _sockets.Open(stranger.Pid, 1);
        Run(spec => spec with { Readiness = new Readiness(Probe.Tcp("localhost:80"), TimeSpan.FromSeconds(60)), AnyListener = anyListener });

        _probes.AnswerFrom(address);
        Assert.Equal(anyListener ? "running" : "starting", _record.State.Word);
        if (anyListener)
            return;
        var why = $"127.0.0.1:80 is answered by python3 (pid {stranger.Pid}), which is not part of web";
        Assert.Equal(why, _record.State.CurrentRun!.Impediment);
        Tell(_record, new ProcessEvent.Ended(new Exit.Code(1), Witnessed: true));
        Assert.Equal($"it ended before it was ready: {why}", _record.LastRun!.Why);
    }

    [Fact]
    public void A_stranger_that_has_gone_is_not_told_of_any_more()
    {
        var address = new IPEndPoint(IPAddress.Loopback, 80);
        _sockets.Listening[address] = [1];
        _sockets.Open(_machine.Add().Pid, 1);
        Run(spec => spec with { Readiness = new Readiness(Probe.Tcp("localhost:80"), TimeSpan.FromSeconds(60)) });
        _probes.AnswerFrom(address);

        _loop.Run(TimeSpan.FromSeconds(0.3));
        _probes.Answer("nobody listens");

        Assert.Null(_record.State.CurrentRun!.Impediment);
        _loop.Run(TimeSpan.FromSeconds(60));
        Assert.Equal("it was not ready after 60 s: nobody listens", Assert.IsType<RunState.Stopping>(_record.State).Why);
    }

    [Theory]
    [InlineData(null, "running")]
    [InlineData("nobody listens", "stopping")]
    public void Whom_nobody_asked_in_time_is_asked_once_before_it_has_failed(string? answer, string state)
    {
        Become(_record with
        {
            Spec = _record.Spec with { Readiness = new Readiness(Probe.Tcp("localhost:80"), TimeSpan.FromSeconds(5)) },
            State = new RunState.Running(_machine.Clock.GetUtcNow() - TimeSpan.FromMinutes(1), PolicySample.Identity) { IsReady = false },
        });
        _loop.Run();
        Assert.Equal("starting", _record.State.Word);

        _probes.Answer(answer);

        Assert.Equal(state, _record.State.Word);
    }

    [Fact]
    public void Without_anything_to_ask_it_is_ready_when_it_has_lived_long_enough()
    {
        Run(spec => spec with { Readiness = new Readiness(null, TimeSpan.FromSeconds(5)) });

        _loop.Run(TimeSpan.FromSeconds(4.9));
        Assert.Equal("starting", _record.State.Word);
        _loop.Run(TimeSpan.FromSeconds(0.2));

        Assert.Equal("running", _record.State.Word);
        Assert.Empty(_probes.Asked);
    }

    [Fact]
    public void No_check_begins_before_the_last_has_ended()
    {
        Run(spec => spec with { Health = Check });

        _loop.Run(TimeSpan.FromMinutes(5));

        Assert.Single(_probes.Asked);
    }

    [Theory]
    [InlineData(RestartRule.Never, "running")]
    [InlineData(RestartRule.Always, "stopping")]
    [InlineData(RestartRule.OnFailure, "stopping")]
    public void What_is_unhealthy_is_ended_where_it_would_be_restarted(RestartRule restart, string state)
    {
        Run(spec => spec with { Health = Check, Restart = restart });

        AnswerNext(null);
        Assert.True(_record.State.CurrentRun!.Health!.IsHealthy);
        AnswerNext("500");
        Assert.True(_record.State.CurrentRun!.Health!.IsHealthy);
        AnswerNext("500");

        Assert.Equal((false, "500"), (_record.State.CurrentRun!.Health!.IsHealthy, _record.State.CurrentRun.Health.Why));
        Assert.Equal(state, _record.State.Word);
    }

    [Fact]
    public void What_is_healthy_again_is_said_to_be()
    {
        Run(spec => spec with { Health = Check });
        AnswerNext("500");
        AnswerNext("500");
        Assert.False(_record.State.CurrentRun!.Health!.IsHealthy);

        AnswerNext(null);

        Assert.True(_record.State.CurrentRun!.Health!.IsHealthy);
    }

    [Fact]
    public void A_new_run_begins_with_nothing_known_and_a_check_of_the_last_one_says_nothing_about_it()
    {
        Run(spec => spec with { Health = Check });
        AnswerNext("500");
        _loop.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _probes.Open);

        Become(_record with { State = new RunState.Running(_machine.Clock.GetUtcNow(), new ProcessIdentity(8, 8, "boot")) });

        Assert.Equal(0, _probes.Open);
        AnswerNext("500");
        Assert.Null(_record.State.CurrentRun!.Health);
    }

    [Fact]
    public void What_is_not_supervised_any_more_is_not_asked()
    {
        Run(spec => spec with { Health = Check });
        _loop.Run(TimeSpan.FromMinutes(1));

        Become(_record with { State = new RunState.Stopped(_machine.Clock.GetUtcNow()) });

        Assert.Equal(0, _probes.Open);
        _loop.Run(TimeSpan.FromMinutes(5));
        Assert.Single(_probes.Asked);
    }

    [Fact]
    public void Who_tells_by_itself_is_heard_from_before_it_starts_until_it_is_stopped()
    {
        _record = PolicySample.Record with { Spec = PolicySample.Record.Spec with { Readiness = new Readiness(Probe.Notify, TimeSpan.FromSeconds(60)) } };
        Become(_record with { State = new RunState.Starting(_machine.Clock.GetUtcNow(), false) });
        var address = Assert.Single(_probes.Addresses);
        Assert.Equal(NotifyAddress.Of(_record, new SentinelHome("/nowhere"), account: null), address);

        Run(spec => spec);
        _probes.Say(address, "STATUS=begins\nX_UNKNOWN=1\nREADY=0");
        Assert.Equal(("starting", "begins"), (_record.State.Word, _record.State.CurrentRun!.Says));
        _probes.Say(address, "READY=1\nSTATUS=serves");
        Assert.Equal("running", _record.State.Word);
        // Not for each message.
        Assert.Equal("begins", _record.State.CurrentRun!.Says);
        _loop.Run(TimeSpan.FromSeconds(2));
        Assert.Equal("serves", _record.State.CurrentRun!.Says);

        Become(_record with { State = new RunState.Stopped(_machine.Clock.GetUtcNow()) });
        Assert.Empty(_probes.Addresses);
    }

    [Fact]
    public void The_next_run_is_heard_from_at_another_address_and_the_last_one_no_more()
    {
        Run(spec => spec with { Readiness = new Readiness(Probe.Notify, TimeSpan.FromSeconds(60)) });
        var first = Assert.Single(_probes.Addresses);

        Become(_record with { State = new RunState.Starting(_machine.Clock.GetUtcNow(), true), RunNumber = _record.RunNumber + 1 });
        Run(spec => spec);

        Assert.NotEqual(first, Assert.Single(_probes.Addresses));
    }

    [Fact]
    public void Who_is_to_say_that_it_lives_is_unhealthy_when_it_does_not()
    {
        Run(spec => spec with { Health = HealthCheck.By(Probe.Notify) with { Interval = TimeSpan.FromSeconds(10), Failures = 1 } });
        var address = Assert.Single(_probes.Addresses);

        for (var second = 0; second < 30; second++)
        {
            _probes.Say(address, "WATCHDOG=1");
            _loop.Run(TimeSpan.FromSeconds(1));
        }

        Assert.True(_record.State.CurrentRun!.Health!.IsHealthy);
        _loop.Run(TimeSpan.FromSeconds(25));
        Assert.False(_record.State.CurrentRun!.Health!.IsHealthy);
        _probes.Say(address, "WATCHDOG=1");
        _loop.Run(TimeSpan.FromSeconds(11));
        Assert.True(_record.State.CurrentRun!.Health!.IsHealthy);
        _probes.Say(address, "WATCHDOG=trigger");
        Assert.False(_record.State.CurrentRun!.Health!.IsHealthy);
    }

    private void Run(Func<ProcessSpec, ProcessSpec> change)
    {
        var spec = change(_record.Spec);
        Become(_record with
        {
            Spec = spec,
            State = new RunState.Running(_machine.Clock.GetUtcNow(), PolicySample.Identity) { IsReady = spec.Readiness is null },
        });
        _loop.Run();
    }

    private void AnswerNext(string? why)
    {
        _loop.Run(TimeSpan.FromMinutes(1));
        _probes.Answer(why);
    }

    private void Become(ProcessRecord record)
    {
        _record = record;
        _keeper.Changed(State.Empty.With(new EnvironmentBlock([])).With(record));
    }

    private void Tell(ProcessRecord record, ProcessEvent happened)
    {
        Assert.Same(_record, record);
        Become(Lifecycle.Decide(record, happened, _machine.Clock.GetUtcNow()).Record);
    }

    private static Launch LaunchOf(ProcessRecord record) =>
        new(record.Spec.Command, "/", EnvironmentBlock.Empty, 0, "", "", LogLimits.Default, record.Cookie);

    private sealed class NoModifications : IModifications
    {
        public void Arm(string path, Action then) => Assert.Fail($"{path} is watched");
    }
}
