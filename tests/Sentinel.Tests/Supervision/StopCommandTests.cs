using Sentinel.Api;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Processes that are stopped by commands of their own.</summary>
public sealed class StopCommandTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void It_runs_with_the_pid_and_the_environment_of_the_process_and_no_signal_is_sent()
    {
        var main = Started();
        OnStop(stop => _sentinel.Machine.After(TimeSpan.FromSeconds(1), () =>
        {
            main.End(0);
            stop.End(0);
        }));

        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));

        var launch = _sentinel.Machine.Launches[^1];
        Assert.Equal(("ctl stop", "/srv", "/bin", $"{main.Pid}"), (launch.Command.Text, launch.WorkingDirectory, launch.Environment["PATH"], launch.Environment["MAINPID"]));
        Assert.Empty(main.Received);
        Assert.Equal(new Exit.Code(0), _sentinel["web"].LastRun!.How);
        Assert.Equal(TimeSpan.FromSeconds(1), _sentinel.Clock.Elapsed);
        Assert.Empty(_sentinel.Warnings);
    }

    [Fact]
    public void One_that_fails_is_told_and_the_signal_follows_at_once()
    {
        var main = Started();
        OnStop(stop => stop.End(3 * 256));

        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));

        Assert.Equal(SignalName.Terminate, main.Received[0]);
        Assert.Equal(TimeSpan.Zero, _sentinel.Clock.Elapsed);
        Assert.Equal("web: its --stop-command exited with code 3; it is sent SIGTERM", Assert.Single(_sentinel.Warnings));
    }

    [Theory]
    [InlineData(false, "web: its --stop-command has not ended within 3 s; it is sent SIGTERM")]
    [InlineData(true, "web: its --stop-command has ended, and web still runs after 3 s; it is sent SIGTERM")]
    public void One_that_does_not_help_in_time_is_told_and_the_signal_follows(bool ends, string said)
    {
        var main = Started();
        Machine.MadeUp? command = null;
        OnStop(stop =>
        {
            command = stop;
            if (ends)
                stop.End(0);
        });

        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));

        Assert.Equal(SignalName.Terminate, main.Received[0]);
        Assert.True(command!.HasEnded);
        Assert.Equal(Timeout, _sentinel.Clock.Elapsed);
        Assert.Equal(said, Assert.Single(_sentinel.Warnings));
    }

    [Fact]
    public void Nobody_waits_for_the_command_of_another()
    {
        Started();
        var other = _sentinel.Started("other");
        OnStop(_ => { });
        TimeSpan? asked = null;
        other.OnSignal = _ => asked ??= _sentinel.Clock.Elapsed;

        Assert.Equal(2, _sentinel.Stop("web", "other").OfType<Outcome.Stopped>().Count());

        Assert.Equal(TimeSpan.Zero, asked);
        Assert.Equal(Timeout, _sentinel.Clock.Elapsed);
    }

    [Fact]
    public void One_that_cannot_be_run_is_told_and_the_signal_follows()
    {
        Started();
        _sentinel.Machine.FailsToStart = launch => launch.Command.Text == "ctl stop" ? "there is no program 'ctl'" : null;

        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));

        Assert.Equal("web: its --stop-command could not be run: there is no program 'ctl'; it is sent SIGTERM", Assert.Single(_sentinel.Warnings));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_not_run_where_a_signal_is_named_or_no_time_is_left(bool isForced)
    {
        Started();
        var launches = _sentinel.Machine.Launches.Count;

        _sentinel.Supervisor.Stop(new Selection.Named(["web"]), isForced ? StopOptions.Force : new StopOptions(2, null)).Now();

        Assert.Equal(launches, _sentinel.Machine.Launches.Count);
    }

    private Machine.MadeUp Started()
    {
        var request = MadeUpSentinel.Request("web");
        var stop = new StopRule(SignalName.Terminate, Timeout) { Command = Command.From(["ctl stop"]) };
        return _sentinel.Machine[Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(request with { Spec = request.Spec with { Stop = stop } })).Process.Pid!.Value];
    }

    // It is there as soon as it is asked for.
    private void OnStop(Action<Machine.MadeUp> happens) => _sentinel.Machine.FailsToStart = launch =>
    {
        if (launch.Command.Text == "ctl stop")
            _sentinel.Machine.After(TimeSpan.Zero, () => happens(_sentinel.Machine.Processes.Last()));
        return null;
    };
}
