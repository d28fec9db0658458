using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Processes;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class PidFdTests : IDisposable
{
    private readonly Children _children = new();

    public void Dispose() => _children.Dispose();

    [Fact]
    public void Only_the_process_that_is_meant_is_held_on_to()
    {
        var identity = _children.Start("sleep", "60");

        using var handle = _children.Handles.Open(identity);
        Assert.Equal(identity, handle!.Identity);
        Assert.Null(_children.Handles.Open(identity with { StartTicks = identity.StartTicks - 1 }));
        Assert.Null(_children.Handles.Open(identity with { BootId = "another boot" }));
    }

    [Fact]
    public void Of_a_process_that_is_gone_there_is_nothing_to_hold_on_to()
    {
        var identity = _children.Start("true");
        _children.End(identity);

        Assert.Null(_children.Handles.Open(identity));
    }

    [Fact]
    public void A_signal_ends_a_process_and_the_wait_for_it()
    {
        var identity = _children.Start("sleep", "60");
        using var other = _children.Handles.Open(_children.Start("sleep", "60"));
        using var handle = _children.Handles.Open(identity);
        Assert.False(handle!.HasEnded);

        Assert.Null(handle.Signal(SignalName.Terminate));
        _children.Handles.WaitAny([other!, handle], TimeSpan.FromMinutes(2));

        Assert.Equal((true, false), (handle.HasEnded, other!.HasEnded));
        Assert.Equal(new Exit.Signal(SignalName.Terminate, CoreDumped: false), handle.HowEnded().How);
        _children.Forget(identity.Pid);
    }

    [Fact]
    public void A_wait_ends_with_its_time()
    {
        using var handle = _children.Handles.Open(_children.Start("sleep", "60"));

        _children.Handles.WaitAny([handle!], TimeSpan.Zero);
        _children.Handles.WaitAny([], TimeSpan.FromMilliseconds(1));

        Assert.False(handle!.HasEnded);
    }

    [Fact]
    public void A_child_is_reaped_by_who_asks_how_it_ended_and_after_that_the_kernel_tells_if_it_can()
    {
        var identity = _children.Start("sh", "-c", "exit 3");
        using var handle = _children.Handles.Open(identity);
        _children.AwaitEnd(identity);
        Assert.Equal(new Exit.Code(3), handle!.HowEnded().How);

        _children.Forget(identity.Pid);
        Assert.Null(_children.Table.Look(identity.Pid));

        Assert.Equal(
            Environment.OSVersion.Version >= new Version(6, 15)
                ? new Exit.Code(3)
                : new Exit.Unknown("this kernel does not tell; Linux 6.15 and later do"),
            handle.HowEnded().How);
        Assert.Null(handle.Signal(SignalName.Terminate));
    }

    [Fact]
    public void How_a_process_will_end_is_not_known()
    {
        using var handle = _children.Handles.Open(_children.Start("sleep", "60"));

        Assert.IsType<Exit.Unknown>(handle!.HowEnded().How);
    }

    [Fact]
    public void Of_a_child_that_had_more_memory_than_we_ever_had_it_is_known_how_much()
    {
        long theirs;
        ProcessEnd end;
        do
        {
            theirs = MostOfOurs() + (256 * 1024 * 1024);
            var identity = _children.Start("dd", "if=/dev/zero", "of=/dev/null", $"bs={theirs}", "count=1", "iflag=fullblock");
            using var handle = _children.Handles.Open(identity);
            _children.AwaitEnd(identity);
            end = handle!.HowEnded();
            _children.Forget(identity.Pid);
        }
        // Another test made us larger meanwhile.
        while (MostOfOurs() >= theirs);

        Assert.Equal(new Exit.Code(0), end.How);
        Assert.InRange(end.PeakMemoryBytes ?? 0, theirs, theirs + (32 * 1024 * 1024));
    }

    private static unsafe long MostOfOurs()
    {
        LibC.ResourceUsage ours;
        Assert.Equal(0, LibC.getrusage(0, &ours));
        return ours.MaxResidentKilobytes * 1024;
    }

    [Fact]
    public void Of_a_child_that_had_less_nothing_is_told_as_up_to_its_exec_it_was_a_copy_of_us()
    {
        var identity = _children.Start("true");
        using var handle = _children.Handles.Open(identity);
        _children.AwaitEnd(identity);

        Assert.Equal(new ProcessEnd(new Exit.Code(0), PeakMemoryBytes: null), handle!.HowEnded());
        _children.Forget(identity.Pid);
    }
}
