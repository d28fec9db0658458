using Sentinel.Api;
using Sentinel.Core.Supervision;

namespace Sentinel.Tests.Supervision;

/// <summary>Starts that are decided at once.</summary>
internal sealed class MadeUpStarts : IStartWaits, IStartWait
{
    /// <summary>Why starts fail, by name.</summary>
    public Dictionary<string, string> Failures { get; } = [];

    /// <summary>What was waited for, in order.</summary>
    public List<string> Awaited { get; } = [];

    public IStartWait Prepare(int id) => this;

    public ValueTask<Outcome.Failed?> Until(ProcessRef started, bool serves)
    {
        Awaited.Add(started.Name);
        return ValueTask.FromResult(Failures.TryGetValue(started.Name, out var why)
            ? new Outcome.Failed(started.Name, started, why, FailureCode.NotReady)
            : null);
    }

    public void Dispose()
    {
    }
}
