using Sentinel.Core.Host;
using Sentinel.Model.Processes;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

/// <summary>A loop whose time is that of a <see cref="Machine"/>: it passes only while the loop runs.</summary>
internal sealed class MadeUpLoop(Machine machine) : ILoop, IProcessHandles
{
    private readonly HashSet<Call> _watches = [];
    private bool _isKilled;

    /// <summary>The pids of those that are waited for, once for each who waits.</summary>
    public IEnumerable<int> Watched => _watches.Select(watch => watch.Pid).Order();

    /// <summary>Nothing happens in it any more.</summary>
    public void Kill() => _isKilled = true;

    /// <summary>Lets time pass, and happen what is due in it.</summary>
    public void Run(TimeSpan time) => Assert.True(machine.WaitAny([], time).IsCompleted);

    /// <summary>Lets happen what is due by now.</summary>
    public void Run() => Run(TimeSpan.Zero);

    public IDisposable After(TimeSpan delay, Action then)
    {
        var call = new Call(this, 0) { Then = then };
        machine.After(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, call.Make);
        return call;
    }

    public IDisposable WhenEnded(IProcessHandle process, Action then)
    {
        var call = new Call(this, process.Identity.Pid) { Then = then };
        _watches.Add(call);
        if (process.HasEnded)
            machine.After(TimeSpan.Zero, call.Make);
        else
            machine[process.Identity.Pid].Ended += () => machine.After(TimeSpan.Zero, call.Make);
        return call;
    }

    public IProcessHandle? Open(ProcessIdentity identity) => machine.Open(identity);

    public bool KillGroup(string cookie) => machine.KillGroup(cookie);

    public async ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout)
    {
        var done = new TaskCompletionSource();
        var waits = handles.Select(handle => WhenEnded(handle, () => done.TrySetResult()))
            .Append(After(timeout, () => done.TrySetResult()))
            .ToList();
        await done.Task;
        waits.ForEach(wait => wait.Dispose());
    }

    private sealed class Call(MadeUpLoop loop, int pid) : IDisposable
    {
        public int Pid => pid;

        public required Action? Then { get; set; }

        public void Make()
        {
            var then = Then;
            Dispose();
            if (!loop._isKilled)
                then?.Invoke();
        }

        public void Dispose()
        {
            Then = null;
            loop._watches.Remove(this);
        }
    }
}
