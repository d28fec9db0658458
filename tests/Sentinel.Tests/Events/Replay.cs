using Sentinel.Api;
using Sentinel.Model;

namespace Sentinel.Tests.Events;

/// <summary>Which main processes run, for somebody who took a snapshot and then hears only of events.</summary>
internal sealed class Replay
{
    private readonly SortedDictionary<int, int> _pids;

    public Replay(State snapshot) => (_pids, UpTo) = (PidsIn(snapshot), snapshot.LastEvent);

    /// <summary>The number of the last event that was heard of.</summary>
    public long UpTo { get; private set; }

    public IReadOnlyDictionary<int, int> Pids => _pids;

    /// <summary>The pids of main processes, by id.</summary>
    public static SortedDictionary<int, int> PidsIn(State state) => new(state.Processes.Values
        .Where(process => process.State.Main is not null).ToDictionary(process => process.Id, process => process.State.Main!.Pid));

    /// <summary>Expects that nothing is missing and nothing is repeated.</summary>
    public void Hear(IEnumerable<Notice> notices)
    {
        foreach (var notice in notices)
            Hear(Assert.IsType<Notice.Happened>(notice).Event);
    }

    private void Hear(Event happened)
    {
        Assert.Equal(UpTo + 1, happened.Number);
        UpTo++;
        switch (happened)
        {
            case Event.Started started:
                Assert.False(_pids.ContainsKey(started.Id), $"it runs already: {happened}");
                _pids[started.Id] = started.Pid;
                break;
            case Event.HandedOver next:
                _pids[next.Id] = next.Pid;
                break;
            case Event.Ended { Run.Pid: { } pid } ended:
                Assert.True(_pids.Remove(ended.Id, out var ran) && ran == pid, $"it did not run: {happened}");
                break;
            case Event.Deleted deleted:
                Assert.False(_pids.ContainsKey(deleted.Id), $"it still runs: {happened}");
                break;
        }
    }
}
