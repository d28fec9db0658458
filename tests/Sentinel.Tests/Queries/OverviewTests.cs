using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Queries;

public sealed class OverviewTests
{
    private readonly Machine _machine = new();

    [Fact]
    public void Memory_and_pids_are_of_the_whole_tree_and_the_uptime_is_of_the_main_process()
    {
        var main = _machine.Add("web", start: (long)_machine.NowTicks - 500);
        var (one, other, stranger) = (_machine.Fork(main), _machine.Fork(main), _machine.Add());
        (main.MemoryBytes, one.MemoryBytes, other.MemoryBytes, stranger.MemoryBytes) = (100, 20, 3, 1000);

        var usage = Look(Running(main))!;

        Assert.Equal(123, usage.MemoryBytes);
        Assert.Equal([main.Pid, one.Pid, other.Pid], usage.Pids);
        Assert.Equal(TimeSpan.FromSeconds(5), usage.Uptime);
    }

    [Fact]
    public void What_does_not_run_uses_nothing_and_what_it_left_behind_is_named_apart()
    {
        var main = _machine.Add("web");
        var left = _machine.Fork(main);
        main.End(0);
        var record = SelectionTests.Process(1, "web") with
        {
            Cookie = "web",
            State = new RunState.Exited(Clock.Start),
            LastRun = new EndedRun(main.Pid, Clock.Start, Clock.Start, Witnessed: false, new Exit.Code(0)),
        };

        Assert.Null(Look(record));
        Assert.Equal(left.Pid, Assert.Single(Overview.Remains([record], new Snapshot(_machine))[record.Id]).Pid);
    }

    [Fact]
    public void A_tree_with_limits_uses_what_its_control_group_counts()
    {
        var main = _machine.Add("web", start: (long)_machine.NowTicks - 100);
        main.MemoryBytes = 100;
        var spent = TimeSpan.FromSeconds(1);
        var (plain, record) = (Running(main), Running(main));
        record = record with { Spec = record.Spec with { Treatment = new Treatment { Tree = new TreeLimits(Pids: 5) } } };
        _machine.LooksAtGroup = _ => new GroupSighting(spent, 70, RanOutOfMemory: false);

        Assert.Equal(100, Look(plain)!.MemoryBytes);
        Assert.Equal(70, Look(record)!.MemoryBytes);
        _machine.LooksAtGroup = _ => new GroupSighting(spent, null, RanOutOfMemory: false);
        Assert.Equal(100, Look(record)!.MemoryBytes);
    }

    [Fact]
    public void The_CPU_of_a_tree_with_limits_is_also_that_of_processes_that_came_and_went()
    {
        var main = _machine.Add("web", start: (long)_machine.NowTicks - 100);
        var record = Running(main);
        record = record with { Spec = record.Spec with { Treatment = new Treatment { Tree = new TreeLimits(Pids: 5) } } };
        main.CpuTime = Busy(0, opensWindow: true);
        var used = Busy(0.5);
        _machine.LooksAtGroup = _ => new GroupSighting(used()!.Value, null, RanOutOfMemory: false);

        Assert.Equal(50, Look(record)!.CpuPercent, tolerance: 0.001);
    }

    [Fact]
    public void Whoever_has_only_processes_at_rest_does_not_wait_for_a_window()
    {
        var main = _machine.Add("web", start: 0);
        var reads = 0;
        main.CpuTime = () => TimeSpan.FromMilliseconds(++reads);

        Assert.Equal(0, Look(Running(main))!.CpuPercent);
        Assert.Equal(1, reads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_CPU_of_a_busy_tree_is_that_of_all_its_processes_over_a_window(bool isOnCpuJustNow)
    {
        var main = _machine.Add("web", start: (long)_machine.NowTicks - 100);
        main.IsOnCpu = isOnCpuJustNow;
        main.CpuTime = Busy(1.0);
        _machine.Fork(main).CpuTime = Busy(1.0);
        _machine.Fork(main).CpuTime = Busy(0.5, opensWindow: true);

        Assert.Equal(250, Look(Running(main))!.CpuPercent, tolerance: 0.001);
    }

    [Fact]
    public void One_that_ends_within_the_window_counts_for_nothing()
    {
        var main = _machine.Add("web");
        main.IsOnCpu = true;
        var used = Busy(1.0, opensWindow: true);
        var reads = 0;
        main.CpuTime = () => reads++ == 0 ? used() : null;

        Assert.Equal(0, Look(Running(main))!.CpuPercent);
        Assert.Equal(2, reads);
    }

    // Uses that share of a CPU. The window is a second of the made-up clock: it begins with the last of the first looks.
    private Func<TimeSpan?> Busy(double share, bool opensWindow = false)
    {
        var reads = 0;
        return () =>
        {
            if (opensWindow && reads == 0)
                _machine.Clock.Advance(TimeSpan.FromSeconds(1));
            return TimeSpan.FromSeconds(++reads * share);
        };
    }

    private static ProcessRecord Running(Machine.MadeUp main) =>
        SelectionTests.Process(1, "web") with { Cookie = "web", State = new RunState.Running(Clock.Start, main.Identity) };

    private TreeUsage? Look(ProcessRecord record) =>
        Assert.Single(new Overview(_machine, _machine.Clock).Look([record], new Snapshot(_machine), others: []).Now()).Usage;
}
