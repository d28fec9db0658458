using Sentinel.Api;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Trees;

public sealed class TreeEndingTests
{
    private readonly Machine _machine = new();

    [Fact]
    public void A_tree_ends_by_the_signal_and_no_other_is_needed()
    {
        var main = _machine.Add("web");
        var child = _machine.Fork(main);
        var stranger = _machine.Add();

        var end = End(main);

        Assert.Equal(new Exit.Signal(SignalName.Terminate, CoreDumped: false), end.Main);
        Assert.Equal(2, end.Ended);
        Assert.Empty(end.Survivors);
        Assert.DoesNotContain(SignalName.Kill, main.Received.Concat(child.Received));
        Assert.Empty(stranger.Received);
        Assert.Equal([stranger], _machine.Processes);
    }

    [Fact]
    public void What_is_left_after_the_timeout_is_killed_with_its_control_group_and_how_it_ended_is_known()
    {
        var main = _machine.Add("web");
        (main.IgnoresSignals, main.Refusal) = (true, "may not be signalled");
        var killed = new List<string>();
        _machine.KillsGroup = cookie =>
        {
            killed.Add($"{cookie} at {_machine.Clock.Elapsed.TotalSeconds}");
            main.End(SignalName.Kill);
            return true;
        };

        var end = End(main, new StopOptions(SignalName.Terminate, TimeSpan.FromSeconds(7)));

        Assert.Equal(["web at 7"], killed);
        Assert.Equal(new Exit.Signal(SignalName.Kill, CoreDumped: false), end.Main);
        Assert.Empty(end.Survivors);
    }

    [Fact]
    public void A_tree_that_has_ended_is_gone_however_long_a_look_takes()
    {
        var main = _machine.Add("web");
        _machine.PassTime = TimeSpan.FromSeconds(6);

        Assert.Empty(End(main, StopOptions.Force).Survivors);
        Assert.Empty(_machine.Processes);
    }

    [Fact]
    public void The_signal_is_the_one_that_was_asked_for()
    {
        var main = _machine.Add("web");

        Assert.Equal(new Exit.Signal(2, CoreDumped: false), End(main, new StopOptions(2, TimeSpan.FromSeconds(10))).Main);
        Assert.Equal(2, main.Received[0]);
    }

    [Fact]
    public void One_that_takes_its_time_is_left_to_it()
    {
        var main = _machine.Add("web");
        main.IgnoresSignals = true;
        _machine.After(TimeSpan.FromSeconds(9), () => main.End(3 << 8));

        Assert.Equal(new Exit.Code(3), End(main).Main);
        Assert.DoesNotContain(SignalName.Kill, main.Received);
    }

    [Fact]
    public void One_that_ignores_the_signal_is_killed_after_the_timeout_and_not_before()
    {
        var main = _machine.Add("web");
        main.IgnoresSignals = true;

        var end = End(main, new StopOptions(SignalName.Terminate, TimeSpan.FromSeconds(7)));

        Assert.Equal(new Exit.Signal(SignalName.Kill, CoreDumped: false), end.Main);
        Assert.Empty(end.Survivors);
        Assert.Equal(TimeSpan.FromSeconds(7), _machine.Clock.Elapsed);
        Assert.Equal([SignalName.Terminate, SignalName.Continue, SignalName.Kill], main.Received);
    }

    [Fact]
    public void By_force_there_is_no_signal_but_the_kill()
    {
        var main = _machine.Add("web");

        Assert.Empty(End(main, StopOptions.Force).Survivors);
        Assert.Equal([SignalName.Kill], main.Received);
        Assert.Equal(TimeSpan.Zero, _machine.Clock.Elapsed);
    }

    [Fact]
    public void What_a_member_starts_while_it_is_being_ended_is_signalled_as_well()
    {
        var main = _machine.Add("web");
        Machine.MadeUp? late = null;
        main.OnSignal = _ => late ??= _machine.Add("web");

        var end = End(main);

        Assert.Equal(2, end.Ended);
        Assert.Equal(SignalName.Terminate, late!.Received[0]);
        Assert.Empty(_machine.Processes);
    }

    [Fact]
    public void What_a_member_starts_behind_the_look_in_which_it_ends_is_found_by_the_next()
    {
        var main = _machine.Add("web");
        Machine.MadeUp? late = null;
        main.IgnoresSignals = true;
        _machine.Fork(main).OnSignal = _ => _machine.BeforeNextPass = () =>
        {
            main.End(0);
            _machine.BehindNextPass = () => late = _machine.Add("web");
        };

        Assert.Equal(3, End(main, mode: StopMode.Tree).Ended);
        Assert.True(late!.HasEnded);
    }

    [Fact]
    public void A_tree_that_was_started_again_meanwhile_is_left_to_whoever_did()
    {
        var (web, worker) = (_machine.Add("web"), _machine.Add("worker"));

        var ends = Ending().End([RootOf(web, 1), RootOf(worker, 2)], StopOptions.Default, startedAgain: () => new HashSet<int> { 1 }).Now();

        Assert.Equal((0, 1), (ends[1].Ended, ends[2].Ended));
        Assert.Empty(web.Received);
    }

    [Fact]
    public void What_appears_after_the_timeout_is_killed_at_once()
    {
        var main = _machine.Add("web");
        main.IgnoresSignals = true;
        Machine.MadeUp? late = null;
        main.OnSignal = signal => late = signal == SignalName.Kill ? _machine.Add("web") : null;

        Assert.Equal(2, End(main).Ended);
        Assert.Equal([SignalName.Kill], late!.Received);
    }

    [Fact]
    public void A_suspended_process_goes_on_so_that_it_can_take_the_signal()
    {
        var main = _machine.Add("web");
        main.IsSuspended = true;

        Assert.Equal(new Exit.Signal(SignalName.Terminate, CoreDumped: false), End(main).Main);
        Assert.Equal(TimeSpan.Zero, _machine.Clock.Elapsed);
    }

    [Fact]
    public void One_that_may_not_be_signalled_is_named_with_the_reason()
    {
        var main = _machine.Add("web");
        var anothers = _machine.Fork(main);
        anothers.Refusal = "cannot be signalled: Operation not permitted";

        var end = End(main);

        Assert.Equal([$"pid {anothers.Pid} cannot be signalled: Operation not permitted"], end.Survivors);
        Assert.Equal(1, end.Ended);
        // Nothing is gained by waiting once not even the kill was allowed.
        Assert.Equal(StopRule.Default.Timeout, _machine.Clock.Elapsed);
    }

    [Fact]
    public void One_that_not_even_a_kill_ends_is_named()
    {
        var main = _machine.Add("web");
        main.IgnoresSignals = main.SurvivesKill = true;

        Assert.Equal([$"pid {main.Pid} does not end, not even by SIGKILL"], End(main).Survivors);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void One_that_ends_at_any_moment_after_it_was_killed_is_not_called_stuck(int moment)
    {
        var main = _machine.Add("web");
        main.SurvivesKill = true;
        main.BeforeAsked = () =>
        {
            if (main.Received.Contains(SignalName.Kill) && --moment == 0)
                main.End(SignalName.Kill);
        };

        Assert.Empty(End(main, StopOptions.Force).Survivors);
    }

    [Fact]
    public void A_tree_of_which_nothing_is_there_is_over_at_once()
    {
        var main = _machine.Add("web");
        main.End(0);

        var end = End(main);

        Assert.Equal((null, 0, 0), (end.Main, end.Ended, end.Survivors.Count));
        Assert.Equal(TimeSpan.Zero, _machine.Clock.Elapsed);
    }

    [Fact]
    public void A_pid_that_changes_hands_between_the_look_and_the_signal_is_not_signalled()
    {
        var main = _machine.Add("web");
        Machine.MadeUp? stranger = null;
        _machine.BeforeNextOpen = () =>
        {
            main.End(0);
            stranger = _machine.Add(pid: main.Pid, start: main.Start + 1);
        };

        Assert.Empty(End(main).Survivors);
        Assert.Empty(stranger!.Received);
        Assert.False(stranger.HasEnded);
    }

    [Fact]
    public void A_zombie_counts_as_ended()
    {
        _machine.KeepsZombies = true;
        var main = _machine.Add("web");

        var end = End(main);

        Assert.Equal((1, 0), (end.Ended, end.Survivors.Count));
        Assert.Equal(new Exit.Signal(SignalName.Terminate, CoreDumped: false), end.Main);
    }

    [Fact]
    public void A_hundred_trees_that_need_their_timeout_need_it_together()
    {
        var mains = Enumerable.Range(1, 100).Select(id => _machine.Add($"cookie {id}")).ToList();
        mains.ForEach(main => main.IgnoresSignals = true);

        var ends = Ending().End([.. mains.Select((main, i) => new TreeRoot(i, $"cookie {i + 1}", main.Identity, main.Pid, StopRule.Default))], StopOptions.Default).Now();

        Assert.All(ends.Values, end => Assert.Equal((1, 0), (end.Ended, end.Survivors.Count)));
        Assert.InRange(_machine.Clock.Elapsed, StopRule.Default.Timeout, StopRule.Default.Timeout + TimeSpan.FromSeconds(1));
        Assert.InRange(_machine.Passes, 1, 10);
    }

    [Fact]
    public void A_tree_that_cannot_be_ended_keeps_no_other_from_ending()
    {
        var stuck = _machine.Add("stuck");
        stuck.IgnoresSignals = stuck.SurvivesKill = true;
        var main = _machine.Add("web");

        var ends = Ending().End([RootOf(stuck, 1), RootOf(main, 2)], StopOptions.Default).Now();

        Assert.Single(ends[1].Survivors);
        Assert.Empty(ends[2].Survivors);
        Assert.True(main.HasEnded);
    }

    [Fact]
    public void The_main_process_is_asked_alone_and_what_it_leaves_when_it_has_ended()
    {
        var main = _machine.Add("web");
        var worker = _machine.Fork(main);
        main.IgnoresSignals = true;
        _machine.After(TimeSpan.FromSeconds(3), () =>
        {
            Assert.Empty(worker.Received);
            main.End(0);
        });

        var end = End(main);

        Assert.Equal((new Exit.Code(0), 2), (end.Main, end.Ended));
        Assert.Equal([SignalName.Terminate, SignalName.Continue], main.Received);
        Assert.Equal(SignalName.Terminate, worker.Received[0]);
        Assert.Equal(TimeSpan.FromSeconds(3), _machine.Clock.Elapsed);
    }

    [Fact]
    public void All_are_asked_at_once_where_that_is_wanted()
    {
        var main = _machine.Add("web");
        var worker = _machine.Fork(main);
        main.IgnoresSignals = true;
        _machine.After(TimeSpan.FromSeconds(3), () => main.End(0));

        worker.Ended += () => Assert.Equal(TimeSpan.Zero, _machine.Clock.Elapsed);
        End(main, mode: StopMode.Tree);

        Assert.Equal(SignalName.Terminate, worker.Received[0]);
    }

    [Fact]
    public void Where_a_worker_goes_on_after_the_main_process_it_has_the_rest_of_the_time()
    {
        var main = _machine.Add("web");
        var worker = _machine.Fork(main);
        main.IgnoresSignals = worker.IgnoresSignals = true;
        _machine.After(TimeSpan.FromSeconds(3), () => main.End(0));

        Assert.Equal(2, End(main).Ended);

        Assert.Equal([SignalName.Terminate, SignalName.Continue, SignalName.Kill], worker.Received);
        Assert.Equal(StopRule.Default.Timeout, _machine.Clock.Elapsed);
    }

    [Fact]
    public void A_suspended_worker_goes_on_and_is_not_asked_before_the_main_process_has_ended()
    {
        var main = _machine.Add("web");
        var worker = _machine.Fork(main);
        main.IgnoresSignals = worker.IsSuspended = true;
        _machine.After(TimeSpan.FromSeconds(1), () =>
        {
            Assert.Equal([SignalName.Continue], worker.Received);
            main.End(0);
        });

        Assert.Equal(2, End(main).Ended);
    }

    [Fact]
    public void A_shell_that_waits_for_its_child_is_helped_by_asking_the_child()
    {
        var shell = _machine.Add("web");
        var child = _machine.Fork(shell);
        (shell.IsShell, shell.IgnoresSignals) = (true, true);
        child.Ended += () => shell.End(0);

        Assert.Equal(new Exit.Code(0), End(shell).Main);

        Assert.Equal(TimeSpan.FromSeconds(0.5), _machine.Clock.Elapsed);
    }

    [Fact]
    public void A_shell_that_runs_its_trap_is_left_to_it()
    {
        var shell = _machine.Add("web");
        var child = _machine.Fork(shell);
        (shell.IsShell, shell.IgnoresSignals) = (true, true);
        shell.OnSignal = signal =>
        {
            if (signal != SignalName.Terminate)
                return;
            _machine.Clock.Advance(TimeSpan.FromMilliseconds(20));
            var drain = _machine.Fork(shell);
            _machine.After(TimeSpan.FromSeconds(3), () =>
            {
                Assert.Empty(child.Received);
                drain.End(0);
                shell.ChildFaults++;
            });
            _machine.After(TimeSpan.FromSeconds(3.3), () => shell.End(0));
        };

        Assert.Equal(new Exit.Code(0), End(shell).Main);
        Assert.Equal(SignalName.Terminate, child.Received[0]);
    }

    [Fact]
    public void A_tree_in_whose_control_group_the_kernel_counts_somebody_is_not_over_and_is_killed_by_it()
    {
        var main = _machine.Add("web");
        var isPopulated = true;
        _machine.Populates = _ => isPopulated;
        _machine.KillsGroup = _ => !(isPopulated = false);

        var end = End(main);

        Assert.Empty(end.Survivors);
        Assert.False(isPopulated);
        Assert.InRange(_machine.Clock.Elapsed, StopRule.Default.Timeout, StopRule.Default.Timeout + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_control_group_that_does_not_become_empty_is_told_and_the_stop_ends_all_the_same()
    {
        var main = _machine.Add("web");
        _machine.Populates = _ => true;
        _machine.KillsGroup = _ => true;

        var end = End(main);

        Assert.Equal(["something in its control group does not end, not even by cgroup.kill"], end.Survivors);
        Assert.InRange(_machine.Clock.Elapsed, StopRule.Default.Timeout, StopRule.Default.Timeout + TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void What_is_gone_before_it_can_be_held_and_always_leaves_another_is_never_said_to_be_stopped()
    {
        var main = _machine.Add("web");
        var last = _machine.Add("web");
        _machine.BeforeEachOpen = pid =>
        {
            if (pid != last.Pid)
                return;
            _machine.Clock.Advance(TimeSpan.FromMicroseconds(500));
            var next = _machine.Add("web");
            last.End(0);
            last = next;
        };

        var end = End(main);

        Assert.StartsWith("it starts processes faster than they can be held", Assert.Single(end.Survivors));
        Assert.InRange(_machine.Clock.Elapsed, StopRule.Default.Timeout, StopRule.Default.Timeout + TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void What_comes_up_behind_every_pass_is_found_by_its_pid()
    {
        var main = _machine.Add("web");
        Machine.MadeUp? hidden = null;
        _machine.BehindNextPass = () =>
        {
            main.End(0);
            hidden = _machine.Add("web");
        };

        Assert.Empty(End(main).Survivors);
        Assert.True(hidden!.HasEnded);
        Assert.Equal(SignalName.Terminate, hidden.Received[0]);
    }

    [Fact]
    public void A_group_in_which_somebody_else_is_gets_no_signal_as_a_whole()
    {
        var main = _machine.Add("web");
        (main.IgnoresSignals, main.Refusal) = (true, null);
        var stranger = _machine.Add(cookie: null, group: main.Pid);

        End(main, StopOptions.Force);

        Assert.Empty(stranger.Received);
    }

    public static TheoryData<int> Moments => [.. Enumerable.Range(1, 8)];

    private TreeEnding Ending() => new(_machine, _machine, _machine.Clock);

    private TreeEnd End(Machine.MadeUp main, StopOptions? options = null, StopMode mode = StopMode.Main) =>
        Ending().End([RootOf(main, 1) with { Stop = StopRule.Default with { Mode = mode } }], options ?? StopOptions.Default).Now()[1];

    private static TreeRoot RootOf(Machine.MadeUp main, int id) => new(id, main.Cookie!, main.Identity, main.Pid, StopRule.Default);
}
