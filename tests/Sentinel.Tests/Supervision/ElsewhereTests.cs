using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>What another pid namespace has is neither dead nor ours.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private const ulong Container = 4026532201;

    private readonly MadeUpSentinel _sentinel = new();
    private readonly Machine.MadeUp _main;

    public ElsewhereTests()
    {
        _main = _sentinel.Started("web", RestartRule.Always);
        Machine.WrittenFiles.Add(_sentinel.Home.StdoutOf(_sentinel["web"]));
        Machine.PidNamespace = Container;
    }

    private Machine Machine => _sentinel.Machine;

    [Fact]
    public void It_is_seen_to_be_elsewhere_and_stays_written_down_as_it_was()
    {
        var seen = Assert.IsType<RunState.Elsewhere>(_sentinel.Seen("web"));

        Assert.Equal(("elsewhere", $"in pid namespace 4026531836, where it is pid {_main.Pid}"), (seen.Word, seen.Place));
        Assert.IsType<RunState.Running>(_sentinel["web"].State);
    }

    [Fact]
    public void No_command_touches_it()
    {
        Outcome[] outcomes =
        [
            .. _sentinel.Stop("web"), .. _sentinel.Start("web"), .. _sentinel.Restart("web"), .. _sentinel.Delete("web"),
            .. _sentinel.Supervisor.Stop(new Selection.All(), StopOptions.Force).Now(),
            .. _sentinel.Supervisor.Reset(new Selection.Named(["web"])),
            .. _sentinel.Supervisor.Change([new SpecChange(1, _sentinel["web"].Spec, _sentinel["web"].Spec with { Restart = RestartRule.Never })]),
        ];

        Assert.All(outcomes, outcome => Assert.Contains("it runs in pid namespace 4026531836", Assert.IsType<Outcome.Failed>(outcome).Why));
        Assert.Equal(7, outcomes.Length);
        Assert.Empty(_sentinel.Supervisor.Clean(withLogs: false));
        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());
        Assert.Empty(_main.Received);
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void A_process_of_ours_that_has_its_pid_and_its_start_is_not_it()
    {
        var stranger = Machine.Add(pid: _main.Pid, start: _main.Start);

        _sentinel.Stop("web");

        Assert.Empty(stranger.Received);
    }

    [Fact]
    public void Once_nobody_has_its_logs_open_it_has_ended_and_is_restarted_here()
    {
        Machine.WrittenFiles.Clear();

        Assert.IsType<RunState.Backoff>(_sentinel.Seen("web"));
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
        Assert.Contains("another pid namespace", ((Exit.Unknown)_sentinel["web"].LastRun!.How).Why);
    }

    [Fact]
    public void One_that_was_being_started_there_is_not_started_again_here()
    {
        _sentinel.Write("web", new RunState.Starting(Machine.Clock.GetUtcNow() - TimeSpan.FromMinutes(1), Automatic: false, PidNamespace: 4026531836));

        Assert.IsType<RunState.Elsewhere>(_sentinel.Seen("web"));
        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Start("web")));
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void Back_in_its_own_namespace_all_is_as_it_was()
    {
        Machine.PidNamespace = _main.PidNamespace;

        Assert.IsType<RunState.Running>(_sentinel.Seen("web"));
        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));
    }

    [Fact]
    public void What_a_state_of_the_first_version_has_noted_is_taken_for_ours()
    {
        Machine.PidNamespace = _main.PidNamespace;
        _sentinel.Write("web", new RunState.Running(Machine.Clock.GetUtcNow(), _main.Identity with { PidNamespace = null }));

        Assert.IsType<RunState.Running>(_sentinel.Seen("web"));
    }

    [Fact]
    public void None_is_started_that_would_end_with_an_owner_elsewhere()
    {
        var request = MadeUpSentinel.Request("held");

        var outcome = _sentinel.Supervisor.RunOne(request with { Spec = request.Spec with { Lease = new() { Owner = new(_main.Identity, "bash") } } });

        Assert.Contains("another pid namespace", Assert.IsType<Outcome.Failed>(outcome).Why);
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void A_process_that_is_hidden_lives()
    {
        Machine.PidNamespace = _main.PidNamespace;
        _main.IsHidden = true;

        Assert.IsType<RunState.Running>(_sentinel.Seen("web"));
        Assert.IsType<Outcome.AlreadyRunning>(Assert.Single(_sentinel.Start("web")));
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void A_process_that_is_hidden_is_not_said_to_be_stopped()
    {
        Machine.PidNamespace = _main.PidNamespace;
        (_main.IsHidden, _main.Refusal) = (true, "is hidden in /proc");

        Assert.Contains("is hidden in /proc", Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Stop("web"))).Why);
        Assert.IsType<RunState.Stopping>(_sentinel.Seen("web"));
    }

    public void Dispose() => _sentinel.Dispose();
}
