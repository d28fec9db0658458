using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;

namespace Sentinel.Core.Keepers;

/// <summary>Waits for starts while the daemon runs: others find out how processes are, and this looks at what they found.</summary>
public sealed class StartWaits(StateStore store, ILoop loop, TimeProvider time) : IKeeper, IStartWaits, IStartWait
{
    private readonly List<Wait> _waits = [];

    /// <summary>There is nothing to prepare: what changes while the daemon runs is not missed.</summary>
    public IStartWait Prepare(int id) => this;

    public ValueTask<Outcome.Failed?> Until(ProcessRef started, bool serves)
    {
        var wait = new Wait(started, serves);
        _waits.Add(wait);
        Look(wait, store.Read());
        return new ValueTask<Outcome.Failed?>(wait.Verdict.Task);
    }

    public void Changed(State state)
    {
        foreach (var wait in _waits.ToList())
            Look(wait, state);
    }

    public void Dispose()
    {
    }

    private void Look(Wait wait, State state)
    {
        wait.Timer?.Dispose();
        wait.Timer = null;
        var verdict = StartVerdict.Of(wait.Started, state.Processes.GetValueOrDefault(wait.Started.Id), wait.Serves, time.GetUtcNow());
        if (verdict.IsDecided)
        {
            _waits.Remove(wait);
            // Not at once: the caller may go on to change the state, which is just being written.
            loop.After(TimeSpan.Zero, () => wait.Verdict.SetResult(verdict.Failure));
        }
        else if (verdict.Left is { } left)
        {
            wait.Timer = loop.After(left, () => Look(wait, store.Read()));
        }
    }

    private sealed record Wait(ProcessRef Started, bool Serves)
    {
        public TaskCompletionSource<Outcome.Failed?> Verdict { get; } = new();

        public IDisposable? Timer { get; set; }
    }
}
