using System.IO.Pipes;
using Sentinel.Linux.Loop;
using Sentinel.Model.Processes;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class EventLoopTests : IDisposable
{
    private readonly Looping _looping = new();

    private EventLoop Loop => _looping.Loop;

    public void Dispose() => _looping.Dispose();

    [Fact]
    public void What_is_due_after_all_time_does_not_come_at_once()
    {
        var seen = new List<string>();
        _looping.On(() =>
        {
            Loop.After(TimeSpan.MaxValue, () => seen.Add("never"));
            Loop.After(TimeSpan.FromDays(2912113), () => seen.Add("much later"));
            return 0;
        });
        var later = new TaskCompletionSource<int>();
        _looping.On(() => Loop.After(TimeSpan.FromMilliseconds(1), () => later.SetResult(1)));

        Assert.Equal(1, Looping.Get(later.Task));
        Assert.Empty(_looping.On(() => seen.ToArray()));
    }

    [Fact]
    public void What_is_posted_from_any_thread_runs_on_the_loops_in_its_order()
    {
        var seen = new List<(int Number, int Thread)>();
        for (var i = 0; i < 100; i++)
        {
            var number = i;
            Loop.Post(() => seen.Add((number, Environment.CurrentManagedThreadId)));
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (i, _looping.ThreadId)), _looping.On(() => seen.ToArray()));
    }

    [Fact]
    public void What_can_be_read_is_told_again_and_again_until_nobody_wants_to_know()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = writer.ClientSafePipeHandle;
        var times = new TaskCompletionSource<int>();
        var count = 0;
        IDisposable? watch = null;
        _looping.On(() => watch = Loop.OnReadable(reader, () =>
        {
            if (++count == 3)
            {
                watch!.Dispose();
                times.SetResult(count);
            }
        }));
        Assert.Equal(0, _looping.On(() => count));

        writer.WriteByte(1);

        Assert.Equal(3, Looping.Get(times.Task));
        Assert.Equal(3, _looping.AfterThis(() => count));
    }

    [Fact]
    public void What_can_be_written_is_told()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        using var writer = reader.ClientSafePipeHandle;
        var told = new TaskCompletionSource<bool>();
        IDisposable? watch = null;

        _looping.On(() => watch = Loop.OnWritable(writer, () =>
        {
            watch!.Dispose();
            told.SetResult(true);
        }));

        Assert.True(Looping.Get(told.Task));
    }

    [Fact]
    public void An_event_that_ends_another_watch_keeps_it_from_being_told()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var first = writer.ClientSafePipeHandle;
        using var otherWriter = new AnonymousPipeServerStream(PipeDirection.Out);
        using var second = otherWriter.ClientSafePipeHandle;
        writer.WriteByte(1);
        otherWriter.WriteByte(1);
        var told = 0;

        // Both are there in the same turn: whichever is first ends both.
        _looping.On(() =>
        {
            var watches = new List<IDisposable>();
            foreach (var pipe in new[] { first, second })
                watches.Add(Loop.OnReadable(pipe, () =>
                {
                    told++;
                    watches.ForEach(watch => watch.Dispose());
                }));
        });

        Assert.Equal(1, _looping.AfterThis(() => told));
    }

    [Fact]
    public void Timers_go_off_in_the_order_in_which_they_are_due_and_not_before()
    {
        var clock = new Clock();
        using var looping = new Looping(clock);
        var told = new List<int>();
        looping.On(() =>
        {
            foreach (var seconds in new[] { 2, 3, 1, -1 })
                looping.Loop.After(TimeSpan.FromSeconds(seconds), () => told.Add(seconds));
        });

        Assert.Equal([-1], Turn());
        clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Equal([-1], Turn());
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([-1, 1], Turn());
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal([-1, 1, 2, 3], Turn());
        Assert.Equal([-1, 1, 2, 3], Turn());

        List<int> Turn() => looping.AfterThis(() => told.ToList());
    }

    [Fact]
    public void A_timer_that_was_disposed_of_does_not_go_off()
    {
        var clock = new Clock();
        using var looping = new Looping(clock);
        var told = new List<string>();
        looping.On(() =>
        {
            var loop = looping.Loop;
            loop.After(TimeSpan.FromSeconds(1), () => told.Add("disposed of")).Dispose();
            var other = loop.After(TimeSpan.FromSeconds(2), () => told.Add("disposed of by another"));
            loop.After(TimeSpan.FromSeconds(1), other.Dispose);
            loop.After(TimeSpan.FromSeconds(3), () => told.Add("kept"));
        });

        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(["kept"], looping.AfterThis(() => told.ToList()));
    }

    [Fact]
    public void The_loop_wakes_up_for_a_timer_by_itself()
    {
        var told = new TaskCompletionSource<bool>();
        _looping.On(() => Loop.After(TimeSpan.FromMilliseconds(20), () => told.SetResult(true)));
        Assert.True(Looping.Get(told.Task));
    }

    [Theory]
    [InlineData("posted")]
    [InlineData("timer")]
    [InlineData("readable")]
    public void What_goes_wrong_is_told_and_the_loop_goes_on(string where)
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = writer.ClientSafePipeHandle;
        writer.WriteByte(1);
        IDisposable? watch = null;

        switch (where)
        {
            case "posted":
                Loop.Post(Fail);
                break;
            case "timer":
                _looping.On(() => Loop.After(TimeSpan.Zero, Fail));
                break;
            default:
                _looping.On(() => watch = Loop.OnReadable(reader, Fail));
                break;
        }

        Assert.Equal("it failed", Assert.Single(_looping.AfterThis(() => _looping.Failures.ToArray())).Message);

        void Fail()
        {
            watch?.Dispose();
            throw new InvalidOperationException("it failed");
        }
    }

    [Fact]
    public void The_end_of_a_process_is_told_once_to_each_who_waits_with_a_handle_of_his_own()
    {
        using var children = new Children();
        var identity = children.Start("sleep", "60");
        using var process = children.Handles.Open(identity);
        using var second = children.Handles.Open(identity);
        using var third = children.Handles.Open(identity);
        var told = new[] { new TaskCompletionSource<int>(), new TaskCompletionSource<int>() };
        var counts = new int[3];
        _looping.On(() =>
        {
            Loop.WhenEnded(process!, () => told[0].SetResult(++counts[0]));
            Loop.WhenEnded(second!, () => told[1].SetResult(++counts[1]));
            Loop.WhenEnded(third!, () => counts[2]++).Dispose();
        });

        process!.Signal(SignalName.Kill);

        Assert.Equal(1, Looping.Get(told[0].Task));
        Assert.Equal(1, Looping.Get(told[1].Task));
        Assert.Equal([1, 1, 0], _looping.AfterThis(() => counts));
    }

    [Fact]
    public void The_end_of_a_process_that_has_ended_is_told_as_well()
    {
        using var children = new Children();
        var identity = children.Start("true");
        children.AwaitEnd(identity);
        using var process = children.Handles.Open(identity);
        var told = new TaskCompletionSource<bool>();

        _looping.On(() => Loop.WhenEnded(process!, () => told.SetResult(true)));

        Assert.True(Looping.Get(told.Task));
    }

    [Fact]
    public void Handles_are_waited_for_on_the_loop_which_goes_on_meanwhile()
    {
        using var children = new Children();
        var handles = new LoopProcessHandles(children.Table, Loop);
        using var process = handles.Open(children.Start("sleep", "60"));
        using var other = handles.Open(children.Start("sleep", "60"));

        var waiting = _looping.On(() => handles.WaitAny([other!, process!], TimeSpan.FromHours(1)).AsTask());
        Assert.False(_looping.On(() => waiting.IsCompleted));
        process!.Signal(SignalName.Kill);

        Looping.Get(waiting.ContinueWith(task => task.IsCompletedSuccessfully, TestContext.Current.CancellationToken));
        Assert.Equal((true, false), (process.HasEnded, other!.HasEnded));
    }

    [Fact]
    public void A_wait_for_handles_ends_with_its_time()
    {
        using var children = new Children();
        var handles = new LoopProcessHandles(children.Table, Loop);
        using var process = handles.Open(children.Start("sleep", "60"));

        var waiting = _looping.On(() => handles.WaitAny([process!], TimeSpan.FromMilliseconds(10)).AsTask());

        Assert.True(Looping.Get(waiting.ContinueWith(task => task.IsCompletedSuccessfully, TestContext.Current.CancellationToken)));
        Assert.False(process!.HasEnded);
    }
}
