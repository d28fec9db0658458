using Sentinel.Api;

namespace Sentinel.Core.Supervision;

/// <summary>Waits until processes that are started are ready.</summary>
public interface IStartWaits
{
    /// <summary>Call this before the process is started: it may be ready, or gone, at once.</summary>
    /// <param name="id">The id of the process that is started.</param>
    IStartWait Prepare(int id);
}

/// <summary>Disposal ends what was prepared.</summary>
public interface IStartWait : IDisposable
{
    /// <summary>Completes when a process is ready, or its start has failed.</summary>
    /// <param name="serves">
    /// Wait until it serves: until its health check says so or, where nothing tells, until it has lived for a second.
    /// </param>
    /// <returns>Why its start failed; null when it is ready.</returns>
    ValueTask<Outcome.Failed?> Until(ProcessRef started, bool serves);
}
