using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Store;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>What commands do with leases while no daemon runs.</summary>
public sealed class SupervisorLeaseTests : IDisposable
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(2);

    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    private readonly Machine.MadeUp _shell;

    public SupervisorLeaseTests() => _shell = Machine.Add();

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void What_nobody_owns_is_ended_with_all_of_its_tree_and_stays_registered()
    {
        var owned = Started("owned", Until(_shell));
        var child = Machine.Fork(owned);
        var timed = Started("timed", For(Ttl));
        var persistent = Started("persistent", null);
        Assert.Empty(EndLeases());

        _shell.End(0);
        var outcome = Assert.IsType<Outcome.LeaseEnded>(Assert.Single(EndLeases()));

        Assert.Equal(("owned", $"bash (pid {_shell.Pid}) has ended"), (outcome.Target, outcome.Why));
        Assert.True(owned.HasEnded && child.HasEnded);
        Assert.IsType<RunState.Stopped>(_sentinel["owned"].State);
        Assert.False(timed.HasEnded || persistent.HasEnded);
        Assert.Empty(EndLeases());
    }

    [Fact]
    public void A_session_is_ended_whether_its_leases_are_over_or_not_and_nothing_else_is()
    {
        var mine = Started("mine", new Lease { Session = "s1" });
        var timed = Started("timed", For(Ttl) with { Session = "s1" });
        var others = Started("others", new Lease { Session = "s2" });
        var over = Started("over", Until(_shell));
        _shell.End(0);

        var outcomes = EndLeases("s1");

        Assert.Equal(["mine", "timed"], outcomes.Cast<Outcome.LeaseEnded>().Select(outcome => outcome.Target));
        Assert.True(mine.HasEnded && timed.HasEnded);
        Assert.False(others.HasEnded || over.HasEnded);
    }

    [Fact]
    public void What_is_due_to_be_restarted_is_stopped_when_nobody_owns_it_any_more()
    {
        var main = Started("web", Until(_shell), RestartRule.Always);
        var child = Machine.Fork(main);
        main.End(0x0100);
        _shell.End(0);

        var outcome = Assert.IsType<Outcome.LeaseEnded>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));

        Assert.Equal("web", outcome.Target);
        Assert.IsType<RunState.Stopped>(_sentinel["web"].State);
        Assert.True(child.HasEnded);
        Assert.Single(Machine.Launches);
        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());
    }

    [Fact]
    public void Nothing_is_run_for_an_owner_that_has_gone()
    {
        _shell.End(0);

        var failed = Assert.IsType<Outcome.Failed>(Run("web", Until(_shell)));

        Assert.Equal($"bash (pid {_shell.Pid}) has ended", failed.Why);
        Assert.Empty(_sentinel.Store.Read().Processes);
        Assert.Empty(Machine.Launches);
    }

    [Fact]
    public void Who_starts_it_by_name_gives_it_the_whole_time_again()
    {
        Started("web", For(Ttl));
        Machine.WaitAny([], Ttl);
        EndLeases();
        Assert.NotNull(_sentinel["web"].LeaseOver);

        Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));

        var web = _sentinel["web"];
        Assert.Equal((null, new Term(Ttl, Clock.Start + Ttl + Ttl)), (web.LeaseOver, web.Spec.Lease!.Term));
        Assert.Empty(EndLeases());
    }

    [Fact]
    public void Who_starts_it_by_name_after_its_owner_has_gone_is_told_what_to_do()
    {
        Started("web", Until(_shell));
        _shell.End(0);
        EndLeases();
        var before = _sentinel["web"];

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Start("web")));

        Assert.Contains($"bash (pid {_shell.Pid}) has ended", failed.Why);
        Assert.Contains("without --until", failed.Why);
        Assert.Equal((before.State, before.LeaseOver), (_sentinel["web"].State, _sentinel["web"].LeaseOver));
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void What_has_no_lease_any_more_starts_whoever_has_gone()
    {
        Started("web", Until(_shell));
        _shell.End(0);
        EndLeases();
        var before = _sentinel["web"].Spec;
        _sentinel.Supervisor.Change([new SpecChange(1, before, before with { Lease = null })]);

        Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));

        Assert.Null(_sentinel["web"].LeaseOver);
        Assert.Empty(EndLeases());
    }

    [Fact]
    public void A_start_of_all_leaves_out_what_nobody_owns_and_gives_no_time_again()
    {
        Started("over", Until(_shell));
        Started("timed", For(Ttl));
        Started("other", null);
        _sentinel.Stop("over", "timed", "other");
        var term = _sentinel["timed"].Spec.Lease!.Term;
        _shell.End(0);
        Machine.WaitAny([], TimeSpan.FromHours(1));

        var outcomes = _sentinel.Supervisor.Start(new Selection.All(), null).Now();

        Assert.Equal(["timed", "other"], outcomes.Cast<Outcome.Started>().Select(outcome => outcome.Target));
        Assert.Equal(term, _sentinel["timed"].Spec.Lease!.Term);
        _sentinel.Stop("timed", "other");
        Machine.WaitAny([], TimeSpan.FromHours(2));
        Assert.Equal(["other"], _sentinel.Supervisor.Start(new Selection.All(), null).Now().Select(outcome => outcome.Target));
    }

    [Fact]
    public void A_restart_keeps_the_lease_and_one_whose_lease_is_over_is_left_as_it_is()
    {
        Started("web", For(Ttl));
        Machine.WaitAny([], TimeSpan.FromHours(1));
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));
        Assert.Equal(Clock.Start + Ttl, _sentinel["web"].Spec.Lease!.Term!.Expires);

        Machine.WaitAny([], TimeSpan.FromHours(1));
        var running = _sentinel["web"].State;
        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Restart("web")));

        Assert.Contains("its --ttl of 2h has expired", failed.Why);
        Assert.Contains("sentinel start web", failed.Why);
        Assert.Equal(running, _sentinel["web"].State);
        Assert.Empty(_sentinel.Supervisor.Restart(new Selection.All(), StopOptions.Default, null).Now());
    }

    [Fact]
    public void After_a_boot_no_owner_is_there_any_more_whoever_has_its_pid()
    {
        Started("web", Until(_shell), RestartRule.Always);
        Machine.BootId = "the next boot";

        Assert.Empty(_sentinel.Supervisor.RestartDue().Now().OfType<Outcome.Restarted>());
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void Who_ran_it_is_kept()
    {
        var origin = new Origin([new Ancestor(812, "bash")], "/home/user", Clock.Start);
        _sentinel.Supervisor.Run(Request("web", null) with { Origin = origin }).Now();

        AnyState.Same(origin, _sentinel["web"].Origin);
        _sentinel.Restart("web");
        AnyState.Same(origin, _sentinel["web"].Origin);
    }

    private IReadOnlyList<Outcome> EndLeases(string? session = null) => _sentinel.Supervisor.EndLeases(session).Now();

    private Outcome Run(string name, Lease? lease, RestartRule rule = RestartRule.Never) => _sentinel.Supervisor.RunOne(Request(name, lease, rule));

    private Machine.MadeUp Started(string name, Lease? lease, RestartRule rule = RestartRule.Never) =>
        Machine[Assert.IsType<Outcome.Started>(Run(name, lease, rule)).Process.Pid!.Value];

    private static RunRequest Request(string name, Lease? lease, RestartRule rule = RestartRule.Never)
    {
        var request = MadeUpSentinel.Request(name, rule);
        return request with { Spec = request.Spec with { Lease = lease } };
    }

    private static Lease Until(Machine.MadeUp owner) => new() { Owner = new Owner(owner.Identity, "bash") };

    private Lease For(TimeSpan time) => new() { Term = Term.From(_sentinel.Clock.GetUtcNow(), time) };
}
