using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Limits and ways of its own that a process was run with.</summary>
public sealed class OwnRulesTests : IDisposable
{
    private const int Interrupt = 2;
    private const int HangUp = 1;

    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void What_outgrew_its_memory_limit_is_restarted_and_no_other()
    {
        var grown = Started("grown", spec => spec with { MaxMemoryBytes = 100 });
        var fine = Started("fine", spec => spec with { MaxMemoryBytes = 100 });
        var free = Started("free", spec => spec);
        Machine.Fork(grown).MemoryBytes = 60;
        (grown.MemoryBytes, fine.MemoryBytes, free.MemoryBytes) = (41, 100, 1_000_000);

        var outcome = Assert.Single(_sentinel.Supervisor.RestartOutgrown().Now());

        Assert.Equal(grown.Pid, Assert.IsType<Outcome.Restarted>(outcome).OldPid);
        Assert.True(grown.HasEnded);
        Assert.False(fine.HasEnded || free.HasEnded);
        Assert.Equal(
            new Event.OutgrewMemory(Clock.Start, 1, "grown", 101, 100),
            Assert.Single(_sentinel.Store.Home.ReadEvents().OfType<Event.OutgrewMemory>()));
    }

    [Fact]
    public void Where_nothing_has_a_limit_nobody_looks_at_the_processes()
    {
        Started("free", spec => spec);
        var passes = Machine.Passes;

        Assert.Empty(_sentinel.Supervisor.RestartOutgrown().Now());

        Assert.Equal(passes, Machine.Passes);
    }

    [Fact]
    public void What_was_given_up_is_started_by_the_user_and_has_all_its_restarts_again()
    {
        var limit = new RestartLimit(1, TimeSpan.FromMinutes(1));
        Started("web", spec => spec with { Restart = RestartRule.Always, RestartLimit = limit }).End(SignalName.Kill);
        var again = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
        Machine[again.Process.Pid!.Value].End(SignalName.Kill);
        Assert.IsType<RunState.Failed>(_sentinel.Seen("web"));
        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());

        var started = Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));
        Machine[started.Process.Pid!.Value].End(SignalName.Kill);
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
    }

    [Fact]
    public void Reset_forgets_the_failures_and_starts_nothing()
    {
        Started("web", spec => spec with { Restart = RestartRule.Always }).End(SignalName.Kill);
        Machine[Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now())).Process.Pid!.Value].End(SignalName.Kill);
        _sentinel.Write("web", new RunState.Failed(Clock.Start, "it ended again and again"));
        var launches = Machine.Launches.Count;

        var reset = Assert.IsType<Outcome.Reset>(Assert.Single(_sentinel.Supervisor.Reset(new Selection.Named(["web"]))));

        Assert.Equal((ProcessRef)_sentinel["web"], reset.Process);
        Assert.IsType<RunState.Stopped>(_sentinel["web"].State);
        Assert.Equal((0, 0), (_sentinel["web"].Restarts, _sentinel["web"].ShortRuns));
        Assert.Equal(launches, Machine.Launches.Count);
    }

    [Fact]
    public void Reset_leaves_what_runs_running_and_says_which_there_are_not()
    {
        var main = Started("web", spec => spec with { Restart = RestartRule.Always });

        var outcomes = _sentinel.Supervisor.Reset(new Selection.Named(["web", "wev"]));

        Assert.Equal(["wev", "web"], outcomes.Select(outcome => outcome.Target));
        Assert.IsType<Outcome.Failed>(outcomes[0]);
        Assert.Equal(main.Identity, _sentinel["web"].State.Main);
        Assert.Empty(main.Received);
    }

    [Fact]
    public void News_of_an_older_run_changes_nothing()
    {
        var old = Started("web", spec => spec with { Restart = RestartRule.Always });
        var identity = old.Identity;
        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));
        var before = _sentinel["web"];

        Assert.Empty(Ended(new EndedMain(1, identity, new ProcessEnd(new Exit.Code(1)))));
        Assert.Empty(Ended(new EndedMain(99, identity, new ProcessEnd(new Exit.Code(1)))));

        Assert.Equal((before.State, before.LastRun, before.Restarts), (_sentinel["web"].State, _sentinel["web"].LastRun, _sentinel["web"].Restarts));
        Assert.False(Machine[restarted.Process.Pid!.Value].HasEnded);
    }

    [Fact]
    public void News_of_one_that_is_being_stopped_is_left_to_who_stops_it()
    {
        var main = Started("web", spec => spec with { Restart = RestartRule.Always });
        _sentinel.Write("web", new RunState.Stopping(Clock.Start, (RunState.Running)_sentinel["web"].State));

        Assert.Empty(Ended(new EndedMain(1, main.Identity, new ProcessEnd(new Exit.Code(1)))));

        Assert.IsType<RunState.Stopping>(_sentinel["web"].State);
    }

    [Fact]
    public void A_SIGKILL_was_for_want_of_memory_where_the_control_group_says_so()
    {
        var main = Started("web", spec => spec);
        main.End(SignalName.Kill);
        Machine.LooksAtGroup = cookie => cookie == _sentinel["web"].RunCookie ? new GroupSighting(TimeSpan.Zero, 0, RanOutOfMemory: true) : null;

        Ended(new EndedMain(1, main.Identity, new ProcessEnd(new Exit.Signal(9, false))));

        Assert.Equal(new Exit.Signal(9, false, OutOfMemory: true), _sentinel["web"].LastRun!.How);
    }

    [Fact]
    public void An_end_that_was_seen_is_kept_with_all_that_is_known_of_it()
    {
        var main = Started("web", spec => spec);
        var started = _sentinel["web"].State.Since;
        main.End(SignalName.Kill);
        _sentinel.Clock.Advance(TimeSpan.FromSeconds(3));

        Ended(new EndedMain(1, main.Identity, new ProcessEnd(new Exit.Signal(9, false, OutOfMemory: true), PeakMemoryBytes: 4096)));

        Assert.Equal(
            new EndedRun(main.Pid, started, started.AddSeconds(3), Witnessed: true, new Exit.Signal(9, false, OutOfMemory: true), 4096) { LogStarts = default(LogEnds) },
            _sentinel["web"].LastRun);
        Assert.IsType<RunState.Crashed>(_sentinel["web"].State);
    }

    [Fact]
    public void An_end_that_nobody_saw_is_known_as_such()
    {
        var main = Started("web", spec => spec);

        Ended(new EndedMain(1, main.Identity, null));

        Assert.False(_sentinel["web"].LastRun!.Witnessed);
        Assert.IsType<Exit.Unknown>(_sentinel["web"].LastRun!.How);
    }

    [Theory]
    [InlineData(null, new[] { Interrupt })]
    [InlineData(HangUp, new[] { HangUp })]
    public void A_process_is_stopped_by_its_own_signal_unless_the_user_names_another(int? asked, int[] received)
    {
        var main = Started("web", spec => spec with { Stop = new StopRule(Interrupt, TimeSpan.FromSeconds(3)) });

        _sentinel.Supervisor.Stop(new Selection.Named(["web"]), new StopOptions(asked, null)).Now();

        Assert.Equal(received, main.Received.Where(signal => signal != SignalName.Continue));
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData(7, 7)]
    public void A_process_has_its_own_time_to_end_unless_the_user_gives_it_another(int? asked, int seconds)
    {
        var main = Started("web", spec => spec with { Stop = new StopRule(Interrupt, TimeSpan.FromSeconds(3)) });
        main.IgnoresSignals = true;
        TimeSpan? killed = null;
        main.OnSignal = signal => killed = signal == SignalName.Kill ? _sentinel.Clock.Elapsed : killed;

        _sentinel.Supervisor.Stop(new Selection.Named(["web"]), new StopOptions(null, asked is { } given ? TimeSpan.FromSeconds(given) : null)).Now();

        Assert.Equal(TimeSpan.FromSeconds(seconds), killed);
    }

    [Fact]
    public void Force_kills_at_once_whatever_its_own_rule_says()
    {
        var main = Started("web", spec => spec with { Stop = new StopRule(Interrupt, TimeSpan.FromSeconds(3)) });

        _sentinel.Supervisor.Stop(new Selection.Named(["web"]), StopOptions.Force).Now();

        Assert.Equal([SignalName.Kill], main.Received);
        Assert.Equal(TimeSpan.Zero, _sentinel.Clock.Elapsed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_free_is_started_at_once_and_does_not_wait_for_the_leftovers_of_another(bool isByItself)
    {
        var busy = Started("busy", spec => spec with { Restart = RestartRule.Always });
        var free = Started("free", spec => spec with { Restart = RestartRule.Always });
        Machine.Fork(busy).IgnoresSignals = true;
        busy.End(SignalName.Kill);
        free.End(SignalName.Kill);
        var launched = new List<(string Name, TimeSpan At)>();
        Machine.FailsToStart = launch =>
        {
            launched.Add((_sentinel.Store.Read().Processes.Values.Single(process => process.RunCookie == launch.Cookie).Spec.Name, _sentinel.Clock.Elapsed));
            return null;
        };

        if (isByItself)
            _sentinel.Supervisor.RestartDue().Now();
        else
            _sentinel.Start("busy", "free");

        Assert.Equal([("free", TimeSpan.Zero), ("busy", StopRule.Default.Timeout)], launched);
    }

    private IReadOnlyList<Outcome> Ended(EndedMain end) => _sentinel.Supervisor.Ended([end]).Now();

    private Machine.MadeUp Started(string name, Func<ProcessSpec, ProcessSpec> with)
    {
        var request = MadeUpSentinel.Request(name);
        return Machine[Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(request with { Spec = with(request.Spec) })).Process.Pid!.Value];
    }
}
