using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class ReconciliationTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void What_runs_stays_as_it_is()
    {
        _sentinel.Run("web");
        var written = _sentinel.Store.Read();

        Assert.Same(written, new Reconciliation(_sentinel.Home, _sentinel.Clock).Look(written, new Snapshot(Machine)));
    }

    [Fact]
    public void Looking_writes_nothing()
    {
        _sentinel.Started("web").End(0);
        var before = File.ReadAllBytes(_sentinel.Store.Home.State);

        Assert.IsType<RunState.Exited>(_sentinel.Seen("web"));
        Assert.Equal(before, File.ReadAllBytes(_sentinel.Store.Home.State));
    }

    [Theory]
    [InlineData(0, "exited", "exited with code 0")]
    [InlineData(3 << 8, "crashed", "exited with code 3")]
    [InlineData(0x8b, "crashed", "killed by SIGSEGV, core dumped")]
    public void A_zombie_is_dead_and_tells_how_it_ended(int waitStatus, string state, string how)
    {
        Machine.KeepsZombies = true;
        _sentinel.Started("web").End(waitStatus);

        var seen = Settled("web");

        Assert.Equal((state, how), (seen.State.Word, seen.LastRun!.How.ToString()));
        Assert.False(seen.LastRun.Witnessed);
    }

    [Fact]
    public void What_is_gone_ended_nobody_knows_how()
    {
        _sentinel.Started("web").End(3 << 8);

        Assert.Equal("unknown (nobody was watching when it ended)", Settled("web").LastRun!.How.ToString());
    }

    [Fact]
    public void What_is_gone_was_killed_where_its_control_group_knows_that_memory_ran_out()
    {
        _sentinel.Started("web").End(SignalName.Kill);
        Machine.LooksAtGroup = cookie => cookie == _sentinel["web"].RunCookie ? new GroupSighting(TimeSpan.Zero, 0, RanOutOfMemory: true) : null;

        Assert.Equal("killed by SIGKILL, out of memory", Settled("web").LastRun!.How.ToString());
    }

    [Theory]
    [InlineData(SignalName.Kill, "killed by SIGKILL, out of memory")]
    [InlineData(3 << 8, "exited with code 3")]
    public void Of_a_zombie_it_explains_a_SIGKILL_and_nothing_else(int waitStatus, string how)
    {
        Machine.KeepsZombies = true;
        _sentinel.Started("web").End(waitStatus);
        Machine.LooksAtGroup = cookie => cookie == _sentinel["web"].RunCookie ? new GroupSighting(TimeSpan.Zero, 0, RanOutOfMemory: true) : null;

        Assert.Equal(how, Settled("web").LastRun!.How.ToString());
    }

    [Fact]
    public void A_recycled_pid_is_never_seen_as_running()
    {
        var main = _sentinel.Started("web");
        main.End(0);
        Machine.Add(pid: main.Pid, start: main.Start + 1);

        Assert.IsType<RunState.Exited>(_sentinel.Seen("web"));
    }

    [Fact]
    public void After_a_reboot_nothing_runs_whatever_has_its_pid()
    {
        _sentinel.Run("web");
        Machine.BootId = "the next boot";

        Assert.Equal("unknown (the machine was restarted)", Settled("web").LastRun!.How.ToString());
    }

    [Fact]
    public void A_start_that_another_command_is_just_making_is_left_to_it_by_those_who_only_look()
    {
        StartedByNobody();

        Assert.IsType<RunState.Starting>(_sentinel.Seen("web"));
        _sentinel.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<RunState.Backoff>(_sentinel.Seen("web"));
        _sentinel.Clock.Advance(TimeSpan.FromMinutes(-2));
        Assert.IsType<RunState.Backoff>(_sentinel.Seen("web"));
    }

    [Fact]
    public void A_start_that_nobody_is_making_any_more_was_interrupted_for_the_holder_of_the_lock()
    {
        StartedByNobody();

        var settled = Settled("web");

        Assert.True(settled.State.IsDue(_sentinel.Clock.GetUtcNow()));
        Assert.Contains("its start at", settled.LastRun!.How.ToString());
    }

    [Fact]
    public void What_an_interrupted_start_made_is_found_by_its_cookie()
    {
        StartedByNobody();
        var made = Machine.Add(_sentinel["web"].RunCookie);
        Machine.Fork(made);

        Assert.Equal(made.Identity, Settled("web").State.Main);
        Assert.Equal(made.Identity, _sentinel.Seen("web").Main);
    }

    [Fact]
    public void A_stop_that_was_interrupted_after_all_was_over_is_done()
    {
        var main = _sentinel.Started("web");
        _sentinel.Write("web", new RunState.Stopping(_sentinel.Clock.GetUtcNow(), (RunState.Running)_sentinel["web"].State));
        Assert.IsType<RunState.Stopping>(_sentinel.Seen("web"));

        main.End(SignalName.Terminate);

        Assert.IsType<RunState.Stopped>(_sentinel.Seen("web"));
    }

    [Fact]
    public void What_is_being_stopped_is_not_said_to_be_before_all_of_its_tree_has_ended_and_whoever_has_the_lock_may_end_that()
    {
        var main = _sentinel.Started("web");
        var child = Machine.Fork(main);
        _sentinel.Write("web", new RunState.Stopping(_sentinel.Clock.GetUtcNow(), (RunState.Running)_sentinel["web"].State) { ThenStart = true });
        main.End(SignalName.Terminate);

        Assert.Null(Assert.IsType<RunState.Stopping>(_sentinel.Seen("web")).Run);
        Assert.IsType<RunState.Backoff>(Settled("web").State);
        child.End(SignalName.Terminate);
        Assert.IsType<RunState.Backoff>(_sentinel.Seen("web"));
    }

    [Fact]
    public void What_is_to_be_restarted_waits_for_that()
    {
        _sentinel.Started("web", RestartRule.Always).End(0);

        Assert.IsType<RunState.Backoff>(_sentinel.Seen("web"));
    }

    [Fact]
    public void One_pass_over_the_processes_serves_all_records()
    {
        for (var i = 0; i < 50; i++)
            _sentinel.Run($"process {i}");
        var state = _sentinel.Store.Read();
        var before = Machine.Passes;

        new Reconciliation(_sentinel.Home, _sentinel.Clock).Look(state, new Snapshot(Machine));

        Assert.Equal(1, Machine.Passes - before);
    }

    private void StartedByNobody()
    {
        _sentinel.Run("web");
        _sentinel.Stop("web");
        _sentinel.Write("web", new RunState.Starting(_sentinel.Clock.GetUtcNow(), Automatic: false));
    }

    private ProcessRecord Settled(string name) => new Reconciliation(_sentinel.Home, _sentinel.Clock).Settle(_sentinel[name], new Snapshot(Machine));
}
