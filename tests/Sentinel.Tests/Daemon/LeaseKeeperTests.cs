using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

/// <summary>What the daemon does when a lease is over.</summary>
public sealed class LeaseKeeperTests : IDisposable
{
    private const int Crash = 0x0100;

    private static readonly TimeSpan Ttl = TimeSpan.FromHours(2);

    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void When_the_owner_ends_all_of_the_tree_is_ended_at_once_and_it_is_said_why()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell), RestartRule.Always);
        var main = daemon.Main("web");
        var child = Machine.Fork(main);

        shell.End(0);
        daemon.Loop.Run();

        Assert.True(main.HasEnded && child.HasEnded);
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        var why = $"bash (pid {shell.Pid}) has ended";
        Assert.Equal(why, daemon["web"].LeaseOver);
        Assert.Equal([why], LeasesOver(daemon).Select(happened => happened.Why));
        daemon.Loop.Run(TimeSpan.FromHours(1));
        Assert.Single(Machine.Launches);
        Assert.Empty(daemon.Log);
    }

    [Fact]
    public void All_that_one_owner_has_end_with_it_and_what_others_have_goes_on()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var (one, other) = (Machine.Add(), Machine.Add());
        Run(daemon, "first", Until(one));
        Run(daemon, "second", Until(one));
        Run(daemon, "other", Until(other));
        Run(daemon, "persistent", null);

        one.End(0);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(["stopped", "stopped", "running", "running"], daemon.Store.Read().Processes.Values.Select(process => process.State.Word));
    }

    [Fact]
    public void Each_owner_is_waited_for_once_and_no_longer_than_somebody_needs_it()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "one", Until(shell));
        Run(daemon, "two", Until(shell));
        Assert.Single(daemon.Loop.Watched, shell.Pid);

        daemon.Do(new Request.Stop(new Selection.Named(["one"]), StopOptions.Default));
        Assert.Single(daemon.Loop.Watched, shell.Pid);

        daemon.Do(new Request.Stop(new Selection.Named(["two"]), StopOptions.Default));
        Assert.DoesNotContain(shell.Pid, daemon.Loop.Watched);

        daemon.Do(new Request.Start(new Selection.Named(["two"]), null));
        Assert.Single(daemon.Loop.Watched, shell.Pid);
    }

    [Fact]
    public void An_owner_that_ended_while_there_was_no_daemon_is_noticed_by_the_next()
    {
        var shell = Machine.Add();
        var main = Started("web", Until(shell), RestartRule.Always);
        shell.End(0);
        Machine.Add(pid: shell.Pid, start: shell.Start + 1);

        var daemon = MadeUpDaemon.Of(_sentinel);

        Assert.True(main.HasEnded);
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        Assert.Single(LeasesOver(daemon));
    }

    [Fact]
    public void What_crashed_while_there_was_no_daemon_is_not_restarted_when_its_owner_has_gone_and_nothing_of_it_is_left()
    {
        var shell = Machine.Add();
        var main = Started("web", Until(shell), RestartRule.Always);
        var child = Machine.Fork(main);
        main.End(Crash);
        shell.End(0);

        var daemon = MadeUpDaemon.Of(_sentinel);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.True(child.HasEnded);
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        Assert.Single(Machine.Launches);
        Assert.Single(LeasesOver(daemon));
    }

    [Fact]
    public void What_a_process_left_behind_when_it_ended_by_itself_ends_with_the_lease()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell));
        var main = daemon.Main("web");
        var child = Machine.Fork(main);
        main.End(0);
        daemon.Loop.Run();
        Assert.False(child.HasEnded);

        shell.End(0);
        daemon.Loop.Run();

        Assert.True(child.HasEnded);
        Assert.IsType<RunState.Exited>(daemon["web"].State);
    }

    [Fact]
    public void When_its_time_is_up_it_is_ended_then_and_not_before()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "later", For(2 * Ttl));
        Run(daemon, "web", For(Ttl), RestartRule.Always);

        daemon.Loop.Run(Ttl - TimeSpan.FromTicks(1));
        Assert.IsType<RunState.Running>(daemon["web"].State);
        daemon.Loop.Run(TimeSpan.FromTicks(1));

        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        Assert.Equal("its --ttl of 2h has expired", daemon["web"].LeaseOver);
        Assert.IsType<RunState.Running>(daemon["later"].State);
        daemon.Loop.Run(Ttl);
        Assert.IsType<RunState.Stopped>(daemon["later"].State);
    }

    [Fact]
    public void A_clock_that_was_set_forward_is_noticed_by_the_next_sweep_and_one_set_back_ends_nothing()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", For(Ttl));

        _sentinel.Clock.Set = TimeSpan.FromDays(-1);
        daemon.Loop.Run(TimeSpan.FromHours(3));
        Assert.IsType<RunState.Running>(daemon["web"].State);

        _sentinel.Clock.Set = TimeSpan.FromDays(1);
        daemon.Loop.Run(TimeSpan.FromSeconds(5));
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
    }

    [Fact]
    public void A_clock_a_little_slower_than_the_loop_costs_no_sweep()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", For(TimeSpan.FromMinutes(1)));
        _sentinel.Clock.Set = TimeSpan.FromMilliseconds(-3);

        daemon.Loop.Run(TimeSpan.FromMinutes(1));
        Assert.IsType<RunState.Running>(daemon["web"].State);
        daemon.Loop.Run(TimeSpan.FromMilliseconds(3));

        Assert.IsType<RunState.Stopped>(daemon["web"].State);
    }

    [Fact]
    public void A_lease_is_kept_through_crashes_and_restarts_and_counted_from_the_run()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell) with { Term = Term.From(_sentinel.Clock.GetUtcNow(), Ttl), Session = "s1" }, RestartRule.Always);
        var lease = daemon["web"].Spec.Lease;

        daemon.Loop.Run(TimeSpan.FromHours(1));
        daemon.Main("web").End(Crash);
        daemon.Loop.Run();
        daemon.Do(new Request.Restart(new Selection.Named(["web"]), StopOptions.Default, null));

        Assert.Equal(3, Machine.Launches.Count);
        Assert.Equal(lease, _sentinel["web"].Spec.Lease);
        daemon.Loop.Run(TimeSpan.FromHours(1));
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
    }

    [Fact]
    public void One_that_waits_to_be_restarted_is_stopped_as_well()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell), RestartRule.Always);
        while (daemon["web"].State is RunState.Running)
        {
            daemon.Main("web").End(Crash);
            daemon.Loop.Run();
        }

        var launches = Machine.Launches.Count;
        shell.End(0);
        daemon.Loop.Run();
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(launches, Machine.Launches.Count);
    }

    [Fact]
    public void One_that_is_ended_because_it_is_unhealthy_is_not_started_again()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell), RestartRule.Always);
        var main = daemon.Main("web");
        main.IgnoresSignals = true;
        daemon.Itself.Note(daemon["web"], new ProcessEvent.Examined(false, "it does not answer"));
        daemon.Loop.Run();
        Assert.IsType<RunState.Stopping>(daemon["web"].State);

        shell.End(0);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.True(main.HasEnded);
        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        Assert.Single(LeasesOver(daemon));
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void A_process_that_falls_together_with_its_owner_is_not_restarted()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell), RestartRule.Always);

        daemon.Main("web").End(Crash);
        shell.End(0);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.IsType<RunState.Stopped>(daemon["web"].State);
        Assert.Equal(new Exit.Code(1), daemon["web"].LastRun!.How);
        Assert.Single(Machine.Launches);
        Assert.Single(LeasesOver(daemon));
    }

    [Fact]
    public void What_the_user_stopped_is_not_told_of_when_its_lease_is_over()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", For(Ttl));
        daemon.Do(new Request.Stop(new Selection.Named(["web"]), StopOptions.Default));

        daemon.Loop.Run(2 * Ttl);

        Assert.Empty(LeasesOver(daemon));
        Assert.Null(daemon["web"].LeaseOver);
    }

    [Fact]
    public void What_could_not_be_ended_at_once_is_ended_by_whoever_asks_next()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        var shell = Machine.Add();
        Run(daemon, "web", Until(shell));
        Machine.BeforeNextPass = () => throw new IOException("too many open files");

        shell.End(0);
        daemon.Loop.Run();
        Assert.Contains("too many open files", daemon.LastError);
        daemon.Do(new Request.EndLeases(null));

        Assert.IsType<RunState.Stopped>(daemon["web"].State);
    }

    private static IEnumerable<Event.LeaseOver> LeasesOver(MadeUpDaemon daemon) => daemon.Store.Home.ReadEvents().OfType<Event.LeaseOver>();

    private static Lease Until(Machine.MadeUp owner) => new() { Owner = new Owner(owner.Identity, "bash") };

    private Lease For(TimeSpan time) => new() { Term = Term.From(_sentinel.Clock.GetUtcNow(), time) };

    private static RunRequest Request(string name, Lease? lease, RestartRule rule)
    {
        var request = MadeUpSentinel.Request(name, rule);
        return request with { Spec = request.Spec with { Lease = lease } };
    }

    private static void Run(MadeUpDaemon daemon, string name, Lease? lease, RestartRule rule = RestartRule.Never) =>
        Assert.IsType<Outcome.Started>(Assert.Single(daemon.Do(new Request.Run(Request(name, lease, rule)))));

    private Machine.MadeUp Started(string name, Lease lease, RestartRule rule) =>
        Machine[Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(Request(name, lease, rule))).Process.Pid!.Value];
}
