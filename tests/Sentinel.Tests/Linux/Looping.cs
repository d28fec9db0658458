using System.Collections.Concurrent;
using Sentinel.Linux.Loop;

namespace Sentinel.Tests.Linux;

/// <summary>A loop that runs on a thread of its own until the test ends.</summary>
internal sealed class Looping : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Thread _thread;

    public Looping(TimeProvider? time = null)
    {
        Loop = new EventLoop(time ?? TimeProvider.System);
        _thread = new Thread(() => Loop.Run(Failures.Enqueue)) { IsBackground = true };
        _thread.Start();
    }

    public EventLoop Loop { get; }

    public ConcurrentQueue<Exception> Failures { get; } = [];

    public int ThreadId => _thread.ManagedThreadId;

    /// <summary>Has something done on the loop's thread, and waits for it.</summary>
    public T On<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return Get(done.Task);
    }

    /// <summary>The same, when whatever could be told by now has been told.</summary>
    public T AfterThis<T>(Func<T> work)
    {
        // What is due in a turn comes after what was posted in it.
        On(() => { });
        On(() => { });
        return On(work);
    }

    public void On(Action work) => On(() =>
    {
        work();
        return true;
    });

    /// <summary>Waits for what somebody will say.</summary>
    public static T Get<T>(Task<T> task)
    {
        Assert.True(task.Wait(Deadline), "it does not happen");
        return task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Loop.Post(Loop.Stop);
        Assert.True(_thread.Join(Deadline));
        Loop.Dispose();
    }
}
