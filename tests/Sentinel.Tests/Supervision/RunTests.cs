using Sentinel.Api;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Which run of a process something is of.</summary>
public sealed class RunTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    private Machine Machine => _sentinel.Machine;

    private string Cookie => _sentinel["web"].Cookie;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void Each_run_has_a_cookie_of_its_own_and_what_was_made_for_the_last_is_removed()
    {
        Machine.Populates = cookie => Machine.Processes.Any(process => process.Cookie == cookie);
        _sentinel.Run("web", RestartRule.Always);
        _sentinel.Restart("web");
        _sentinel.Stop("web");
        _sentinel.Start("web");
        Assert.Single(Machine.Processes).End(SignalName.Kill);
        _sentinel.Supervisor.RestartDue().Now();

        Assert.Equal([$"{Cookie}.1", $"{Cookie}.2", $"{Cookie}.3", $"{Cookie}.4"], Machine.Launches.Select(launch => launch.Cookie));
        // What a stop has removed is not there any more.
        Assert.Equal([$"{Cookie}.1", $"{Cookie}.2", $"{Cookie}.3"], Machine.CleanedUp.Distinct());
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("delete")]
    [InlineData("restart")]
    public void What_an_earlier_run_has_left_and_nobody_saw_is_ended_with_the_run_that_came_after_it(string command)
    {
        _sentinel.Started("web").End(SignalName.Kill);
        _sentinel.Start("web");
        var left = Machine.Add($"{Cookie}.1");
        var emptied = Machine.Add(cookie: null, mark: TreeMark.Of($"{Cookie}.1"));

        Assert.IsNotType<Outcome.Failed>(Assert.Single(
            command == "stop" ? _sentinel.Stop("web") : command == "delete" ? _sentinel.Delete("web") : _sentinel.Restart("web")));

        Assert.True(left.HasEnded && emptied.HasEnded);
        Assert.Equal(command == "restart" ? 1 : 0, Machine.Processes.Count);
    }

    [Fact]
    public void Clean_keeps_a_process_while_anything_of_an_earlier_run_is_left()
    {
        _sentinel.Started("web").End(SignalName.Kill);
        _sentinel.Start("web");
        _sentinel.Stop("web");
        Machine.Add($"{Cookie}.1");

        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Supervisor.Clean(withLogs: false)));

        Assert.NotNull(_sentinel["web"]);
    }

    [Fact]
    public void A_start_that_something_is_in_the_way_of_is_no_run()
    {
        var main = _sentinel.Started("web");
        var left = Machine.Fork(main);
        (left.IgnoresSignals, left.SurvivesKill) = (true, true);
        main.End(SignalName.Kill);

        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Start("web")));

        Assert.Equal($"{Cookie}.1", _sentinel["web"].RunCookie);
        left.SurvivesKill = false;
        Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));
        Assert.True(left.HasEnded);
        Assert.Equal($"{Cookie}.2", _sentinel["web"].RunCookie);
    }

    [Fact]
    public void What_the_run_before_has_left_is_not_taken_for_what_was_being_started()
    {
        _sentinel.Started("web").End(SignalName.Kill);
        var left = Machine.Add($"{Cookie}.1");
        BeginStarting(run: 2);

        Assert.IsType<RunState.Starting>(_sentinel.Seen("web"));

        var started = Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));
        Assert.True(left.HasEnded);
        // Something of the interrupted one may be left as well.
        Assert.Equal($"{Cookie}.3", _sentinel["web"].RunCookie);
    }

    [Fact]
    public void What_was_being_started_is_adopted_beside_what_the_run_before_has_left()
    {
        _sentinel.Started("web").End(SignalName.Kill);
        Machine.Add($"{Cookie}.1");
        BeginStarting(run: 2);
        var made = Machine.Add($"{Cookie}.2");

        Assert.Equal(made.Pid, Assert.IsType<Outcome.AlreadyRunning>(Assert.Single(_sentinel.Start("web"))).Process.Pid!.Value);
    }

    [Fact]
    public void What_version_2_was_starting_is_adopted_and_ended_with_what_it_has_left()
    {
        _sentinel.Started("web").End(SignalName.Kill);
        BeginStarting(run: 0);
        var (made, left) = (Machine.Add(Cookie), Machine.Add(cookie: null, mark: TreeMark.Of(Cookie)));

        Assert.Equal(made.Pid, Assert.IsType<Outcome.AlreadyRunning>(Assert.Single(_sentinel.Start("web"))).Process.Pid!.Value);
        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));

        Assert.True(left.HasEnded);
        Assert.Empty(Machine.Processes);
    }

    [Fact]
    public void Only_what_the_last_run_has_left_went_into_the_background()
    {
        _sentinel.Started("web", RestartRule.Always).End(0);
        // A daemon could write down nowhere that it started this, and was killed.
        var unknown = Machine.Add($"{Cookie}.2");

        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));

        Assert.True(unknown.HasEnded);
        Assert.IsType<RunState.Running>(_sentinel["web"].State);
    }

    private void BeginStarting(int run)
    {
        using var transaction = _sentinel.Store.Begin();
        transaction.State = transaction.State.With(
            _sentinel["web"] with { RunNumber = run, State = new RunState.Starting(_sentinel.Clock.GetUtcNow(), Automatic: false) });
        transaction.Save();
    }
}
